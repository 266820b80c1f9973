"""Test 6: when the scheduler that leads is killed, the spare one leads within five seconds.

    python benchmarks/scheduler_takeover.py [--kills 10]

Two schedulers run on a small demo, as `flask jobs run` starts them. The one that holds the lease is
killed as `kill -9` does it, the time until the other holds it is taken, and a new spare is started.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from serving import BIN, ROOT, Instance, judge, make_instance

sys.path.insert(0, str(ROOT))

from app.db import Database
from app.jobs.lease import scheduler_last_seen

BAR_S = 5.0
PATIENCE_S = 120


def main() -> int:
    """Kill and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        instance = make_instance(Path(scratch), 0.01)
        database = Database(f"sqlite:///{scratch}/intendant.sqlite3")
        running = [start(instance), start(instance)]
        try:
            times = [take_over(instance, database, running) for _kill in range(options.kills)]
        finally:
            for process in running:
                process.kill()
                process.wait()
        database.dispose()
    return 0 if judge("longest time without a scheduler", max(times), BAR_S, "s") else 1


def start(instance: Instance) -> subprocess.Popen[bytes]:
    """Start a scheduler, and wait until it reports that it works."""
    process = subprocess.Popen(
        [str(BIN / "flask"), "jobs", "run"],
        cwd=ROOT,
        env=instance.environment | {"INTENDANT_LOG_LEVEL": "INFO"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    for line in process.stdout or ():
        if b"scheduler_started" in line:
            return process
    raise RuntimeError("the scheduler ended by itself")


def take_over(
    instance: Instance, database: Database, running: list[subprocess.Popen[bytes]]
) -> float:
    """Kill the one that leads; return how long nobody led, and start a spare."""
    led = wait_for_leader(database, running)
    running.remove(led)
    led.kill()
    led.wait()
    began = time.monotonic()
    wait_for_leader(database, running)
    passed = time.monotonic() - began
    running.append(start(instance))
    return passed


def wait_for_leader(
    database: Database, running: list[subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    """Return the process that holds the lease: its number stands in the name of the owner."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lease = scheduler_last_seen(database)
        for process in running:
            if lease and f"-{process.pid}-" in lease.owner:
                return process
        time.sleep(0.01)
    raise TimeoutError("nobody leads")


if __name__ == "__main__":
    sys.exit(main())

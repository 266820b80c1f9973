"""G15: the memory of everything `scripts/run` starts, idle and under twenty people.

    python benchmarks/memory.py [--seconds 20] [--people 20] [--workers 2] [--scale 1]

Web server and scheduler are started on a demo. Counted is the proportional share (PSS) of every
process of theirs, so that pages they share count once. Idle: each worker has answered. Under
people: so many sessions, one request after the other each, through lists, sheets, the map, search
and the board; the highest of five readings. Bars: 150 MiB idle, 300 MiB under twenty people.

With `--small` it is measured as a small office may run it: one worker that is its own scheduler.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
from serving import (
    BIN,
    Call,
    Instance,
    background,
    judge,
    make_instance,
    repeat,
    running,
    served,
    together,
)

IDLE_MIB, BUSY_MIB = 150.0, 300.0
READINGS = 5
LISTS = ("/", "/tickets", "/lots", "/buildings", "/work-orders", "/work-orders/board", "/parties")
SHEET = re.compile(rb'href="(/(?:tickets|lots|buildings|work-orders|parties)/[0-9a-f-]{36})"')


def main() -> int:
    """Start, measure idle, let people in, measure again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--small", action="store_true", help="one worker, its own scheduler")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        instance = make_instance(Path(scratch), options.scale)
        if options.small:
            small = instance.environment | {"INTENDANT_JOBS_INLINE": "1"}
            instance = replace(instance, environment=small)
        workers = 1 if options.small else options.workers
        with served(instance, workers=workers) as (port, web), scheduler(instance, options.small):
            together(port, lambda _number: page(instance, "/sign-in", 302), workers * 4, 2)
            idle = family_mib(web)
            busy = under_people(instance, port, web, options)
    met = [judge("G15: idle", idle, IDLE_MIB, "MiB")]
    met.append(judge(f"G15: under {options.people} people", busy, BUSY_MIB, "MiB"))
    return int(not all(met))


@contextlib.contextmanager
def scheduler(instance: Instance, is_inline: bool) -> Iterator[None]:  # noqa: FBT001 # as asked for
    """Run the scheduler beside, unless the web server is its own."""
    if is_inline:
        yield
        return
    with running(instance, [str(BIN / "flask"), "jobs", "run"]):
        time.sleep(5)
        yield


def page(instance: Instance, path: str, status: int = 200) -> Call:
    """Return the call of a page."""
    return Call("GET", path, instance.as_browser, status=status)


def under_people(instance: Instance, port: int, web: int, options: argparse.Namespace) -> float:
    """Let people walk about and return the most memory seen."""
    paths = walk(instance, port)

    def person(number: int) -> Callable[[Callable[[], bool]], None]:
        def work(ended: Callable[[], bool]) -> None:
            repeat(port, lambda step: page(instance, paths[(step + number) % len(paths)]), ended)

        return work

    readings = []
    with background(*(person(3 * number) for number in range(options.people))):
        for _reading in range(READINGS):
            time.sleep(options.seconds / READINGS)
            readings.append(family_mib(web))
    return max(readings)


def walk(instance: Instance, port: int) -> list[str]:
    """Return the way people take: lists, the first sheets of each, search, the map's shapes."""
    import http.client

    paths = [*LISTS, "/search/suggestions?q=dup", "/search/suggestions?q=haute+1"]
    for path in LISTS:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers=instance.as_browser)
        answer = connection.getresponse()
        found = SHEET.findall(answer.read())
        if answer.status != 200:  # a page that is gone must be noticed
            raise SystemExit(f"{path}: {answer.status}")
        paths += [address.decode() for address in dict.fromkeys(found)][:3]
        connection.close()
    return paths


def family_mib(web: int) -> float:
    """Return the proportional share of the server, its workers and the scheduler."""
    ours = [psutil.Process(web), *psutil.Process().children(recursive=True)]
    pids = {process.pid for process in ours}
    return sum(share_kib(pid) for pid in pids) / 1024


def share_kib(pid: int) -> int:
    """Return the proportional share of a process, 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    sys.exit(main())

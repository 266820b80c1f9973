"""G10 and test 14: opening a ticket and searching, alone and beside the heaviest work of a night.

    python benchmarks/create_ticket.py [--seconds 20] [--rows 50000] [--scale 1]

A demo is served as `scripts/run` does. One client opens tickets (committed, with its entry in the
trail, an idempotency key and its kept answer), then one searches as people type: first alone, then
while an import of so many dwellings runs and, by the scheduler, the scan for abnormal consumption
and the file of every lot, each again and again until the client is done. Bars: p99 of a ticket at
most 10 ms alone; beside the work at most three times that alone, and at most 100 ms.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from serving import (
    BIN,
    ROOT,
    Call,
    Instance,
    background,
    for_seconds,
    judge,
    make_instance,
    p50,
    p99,
    repeat,
    running,
    served,
)

EXCERPT = ROOT / "tests" / "data" / "rpls" / "nantes_2018_excerpt.csv"
TYPED = [word[:size] for word in ("dupont haute 12", "janssens laeken") for size in range(3, 15)]
# Is repeated until it is told that the time is over.
Work = Callable[[Callable[[], bool]], None]
MOST_TIMES, MOST_MS, MOST_ALONE_MS = 3.0, 100.0, 10.0


def main() -> int:
    """Measure alone and beside the work, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--scale", type=float, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        instance = make_instance(Path(scratch), options.scale)
        register = make_register(Path(scratch) / "register.csv", options.rows)
        calls = {"ticket": ticket_calls(instance), "search": search_calls(instance)}
        with served(instance) as (port, _process):
            alone = measure(port, calls, options.seconds)
            scheduler = [str(BIN / "flask"), "jobs", "run"]
            with running(instance, scheduler), background(*night(instance, register)):
                beside = measure(port, calls, options.seconds)
    return report(alone, beside)


def make_register(path: Path, rows: int) -> Path:
    """Repeat the excerpt of the register until it has so many dwellings."""
    head, *found = EXCERPT.read_text("utf-8").splitlines()
    wanted = (found * (rows // len(found) + 1))[:rows]
    path.write_text("\n".join([head, *wanted]) + "\n", "utf-8")
    return path


def ticket_calls(instance: Instance) -> Callable[[int], Call]:
    """Return what makes calls that open tickets about leaks in one home."""
    from sqlalchemy import select

    from app.db import Database
    from app.settings import load_settings
    from modules.portfolio.models import Lot

    database = Database(load_settings().database_url)
    with database.reader() as session:
        lot_id = session.scalars(select(Lot.id).order_by(Lot.reference).limit(1)).one()
    database.dispose()

    def make(number: int) -> Call:
        text = f"De l'eau coule du plafond, appel {number}."
        body = {"lot_id": str(lot_id), "category_key": "home.water.leak", "description": text}
        headers = instance.as_program | {"Idempotency-Key": str(uuid4())}
        return Call("POST", "/api/v1/tickets", headers, json.dumps(body), 201)

    return make


def search_calls(instance: Instance) -> Callable[[int], Call]:
    """Return what makes calls that search as somebody types."""

    def make(number: int) -> Call:
        typed = TYPED[number % len(TYPED)].replace(" ", "+")
        return Call("GET", f"/search/suggestions?q={typed}", instance.as_browser)

    return make


def night(instance: Instance, register: Path) -> tuple[Work, ...]:
    """Return the works of a night: each begins anew when it is done."""
    from app import create_app
    from app.jobs import request_job
    from app.lists.exporting import ExportList, request_export
    from app.lists.sources import declared_lists
    from app.settings import load_settings
    from app.tabular.exports import FileFormat
    from app.web.context import house

    built = house(create_app(load_settings()))
    lots = declared_lists(built.modules)["portfolio.lots"]
    wanted = ExportList("", FileFormat.XLSX, "fr")

    def scan(actor: Any, uow: Any) -> Any:
        return request_job(actor, "energy.detect_abnormal_consumption", {}, uow, built.clock)

    def export(actor: Any, uow: Any) -> Any:
        return request_export(actor, lots, wanted, uow, built.clock)

    return (
        again(instance, ["imports", "run", "rpls", str(register)]),
        by_scheduler(built, scan),
        by_scheduler(built, export),
    )


def by_scheduler(
    house: Any, ask: Callable[[Any, Any], Any]
) -> Callable[[Callable[[], bool]], None]:
    """Return a work that asks the scheduler for a run, waits until it ended, and asks again."""
    from sqlalchemy import select

    from app.auth.models import User
    from app.auth.sessions import actor_of
    from app.jobs.models import JobRecord, JobState

    going = (JobState.WAITING, JobState.RUNNING)

    def work(ended: Callable[[], bool]) -> None:
        while not ended():
            with house.database.unit_of_work() as uow:
                found = select(User).where(User.display_name == "Benchmark")
                actor = actor_of(uow.session.scalars(found).one(), house.grants, uow.session)
                run_id = ask(actor, uow).id
            state = JobState.WAITING
            while state in going and not ended():
                time.sleep(0.2)
                with house.database.reader() as session:
                    state = session.get_one(JobRecord, run_id).state
            if state not in (*going, JobState.DONE):
                raise SystemExit(f"The run ended as {state}.")

    return work


def again(instance: Instance, words: list[str]) -> Work:
    """Return a work that runs a command of `flask` again and again."""

    def work(ended: Callable[[], bool]) -> None:
        while not ended():
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(
                [BIN / "flask", *words], cwd=ROOT, env=instance.environment, stdout=quiet
            )
            while process.poll() is None and not ended():
                try:
                    process.wait(timeout=0.2)
                except subprocess.TimeoutExpired:
                    continue
            process.terminate()
            if process.wait() not in (0, -15):
                raise SystemExit(f"flask {' '.join(words)} ended with {process.returncode}")

    return work


def measure(
    port: int, calls: dict[str, Callable[[int], Call]], seconds: float
) -> dict[str, list[float]]:
    """Send each kind of call for so long; the first five, which warm up, do not count."""
    return {name: repeat(port, make, for_seconds(seconds))[5:] for name, make in calls.items()}


def report(alone: dict[str, list[float]], beside: dict[str, list[float]]) -> int:
    """Print the figures beside their bars; return 1 if one is missed."""
    for name, times in alone.items():
        for where, found in (("alone", times), ("beside the work", beside[name])):
            said = f"p50 {p50(found):7.2f} ms  p99 {p99(found):7.2f} ms  {len(found)} calls"
            print(f"{name:7} {where:16} {said}")
    met = [judge("G10: a ticket alone, p99", p99(alone["ticket"]), MOST_ALONE_MS, "ms")]
    for name, times in alone.items():
        ratio = p99(beside[name]) / p99(times)
        met.append(judge(f"test 14: {name} beside the work, p99 ÷ alone", ratio, MOST_TIMES))
        met.append(judge(f"test 14: {name} beside the work, p99", p99(beside[name]), MOST_MS, "ms"))
    return int(not all(met))


if __name__ == "__main__":
    raise SystemExit(main())

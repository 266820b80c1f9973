"""Test 29's rates: seal a long audit trail and check it whole.

    python benchmarks/audit_chain.py [--entries 200000]

Measured on an embedded database, as the job and the command do it:

- in memory: entries judged a second, the chain already read (processor time, best of five);
- the trail: entries read and judged a second by `flask audit verify` (as one waits);
- sealing: what each change costs once more when the job seals it.

Bars (performance.md, test 29): at least 200,000 entries a second, at most 50 µs added to a change.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing

from serving import judge  # which puts our folder on the path
from sqlalchemy import insert

from app.audit.chain import chain_key, check
from app.audit.models import AuditEntry
from app.audit.sealing import read_sealed, run_sealing, verify_chain
from app.auth.actor import system_actor
from app.clock import SystemClock
from app.db import Database, migrate
from app.ids import new_id
from app.jobs import JobRun
from app.settings import load_settings

KEY = "a benchmark needs no secret, only length"
AT_ONCE = 10_000


def main() -> int:
    """Write, seal, check; print what each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=200_000)
    count = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings({"INTENDANT_INSTANCE_DIR": scratch, "INTENDANT_SECRET_KEY": KEY})
        database = Database(f"sqlite:///{scratch}/intendant.sqlite3")
        migrate.upgrade(database)
        write(database, count)
        began = time.perf_counter()
        run_sealing(JobRun(database, SystemClock(), system_actor("bench"), settings=settings))
        sealing_us = (time.perf_counter() - began) / count * 1e6
        began = time.perf_counter()
        verdict = verify_chain(database, settings)
        whole = count / (time.perf_counter() - began)
        in_memory = judged_a_second(database, count // 10)
        database.dispose()
    if not verdict.holds or verdict.checked != count:
        raise SystemExit(f"the chain should hold: {verdict}")
    print(f"{count:,} entries")
    met = [
        judge("judged a second, in memory", in_memory, 200_000, least=True),
        judge("read and judged a second, the whole trail", whole, 200_000, least=True),
        judge("sealing a change", sealing_us, 50, "µs"),
    ]
    return 0 if all(met) else 1


def write(database: Database, count: int) -> None:
    """Write entries as services do: a record, its label and three fields that changed."""
    for first in range(0, count, AT_ONCE):
        values = [
            {
                "id": new_id(),
                "occurred_at": SystemClock().now(),
                "actor_id": new_id(),
                "actor_name": "Zoé Aerts",
                "request_id": "r",
                "action": "plant.boiler.relit",
                "subject_type": "boiler",
                "subject_id": new_id(),
                "subject_label": f"Boiler {number}",
                "building_id": new_id() if number % 2 else None,
                "changes": {"state": ["cold", "hot"], "cost_cents": [None, 1], "note": ["é", ""]},
            }
            for number in range(first, min(first + AT_ONCE, count))
        ]
        with database.unit_of_work("bench") as uow:
            uow.session.execute(insert(AuditEntry), values)


def judged_a_second(database: Database, count: int) -> float:
    """Judge the first entries of the trail five times; return the best rate."""
    with database.engine.connect() as connection, closing(read_sealed(connection)) as found:
        rows = [tuple(row) for row, _n in zip(found, range(count), strict=False)]
    times = []
    for _round in range(5):
        began = time.process_time()
        check(chain_key(KEY), rows, {count: rows[-1][1]})
        times.append(time.process_time() - began)
    return count / min(times)


if __name__ == "__main__":
    raise SystemExit(main())

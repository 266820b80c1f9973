"""A chain whose key is lost is closed with a statement, and every entry sealed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.audit.chain import Fault, Verdict
from app.audit.models import AuditEntry
from app.audit.record import Subject, record
from app.audit.renewing import BEGUN_AGAIN, begin_again, check_closed, list_statements
from app.audit.sealing import run_sealing, verify_chain
from app.audit.words import say_state
from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database
from app.errors import Conflict, Invalid
from app.i18n import use_locale
from app.ids import new_id
from app.jobs import JobRun
from app.settings import Settings


@pytest.fixture
def before(settings: Settings, tmp_path: Path) -> Settings:
    """What was set when the trail was sealed."""
    return replace(settings, audit_key="the first key", audit_anchor=tmp_path / "anchor.txt")


@pytest.fixture
def now(before: Settings) -> Settings:
    """What is set today: another key."""
    return replace(before, audit_key="the second key")


@pytest.fixture
def trail(database: Database, clock: FixedClock, before: Settings) -> None:
    """Five sealed entries."""
    write(database, clock, 5)
    run_sealing(run(database, clock, before))


def run(database: Database, clock: FixedClock, settings: Settings) -> JobRun:
    return JobRun(database, clock, system_actor("flask audit"), settings=settings)


def write(database: Database, clock: FixedClock, count: int) -> None:
    with database.unit_of_work("test") as uow:
        for number in range(count):
            about = Subject("boiler", new_id(), f"Boiler {number}")
            record(uow, system_actor("test"), clock, action="boiler.relit", subject=about)


def change_one(database: Database) -> None:
    with database.unit_of_work("attack") as uow:
        third = AuditEntry.subject_label == "Boiler 3"
        uow.session.execute(update(AuditEntry).where(third).values(actor_name="Piet"))


@pytest.mark.usefixtures("trail")
def test_a_chain_is_closed_and_every_entry_sealed_anew(
    database: Database, clock: FixedClock, before: Settings, now: Settings
) -> None:
    assert verify_chain(database, now).fault is Fault.OTHER_KEY
    write(database, clock, 2)
    begin_again(run(database, clock, now), " The machine burnt ")
    assert verify_chain(database, now) == Verdict(checked=8)
    (said,) = list_statements(database)
    assert (said.place, said.reason, said.entries) == (8, "The machine burnt", 5)
    assert said.state == "unchecked"
    write(database, clock, 1)
    run_sealing(run(database, clock, now))
    assert verify_chain(database, now) == Verdict(checked=9)
    change_one(database)
    found = verify_chain(database, now)
    assert (found.fault, found.position) == (Fault.CHANGED, 4), "from then on it is found out"
    assert verify_chain(database, before).fault is Fault.OTHER_KEY


@pytest.mark.usefixtures("trail")
def test_the_former_key_checks_the_old_chain_a_last_time(
    database: Database, clock: FixedClock, before: Settings, now: Settings
) -> None:
    with pytest.raises(Conflict, match="audit_other_key"):
        begin_again(run(database, clock, now), "Leaked", "a wrong guess")
    assert verify_chain(database, before).holds, "nothing was done"
    begin_again(run(database, clock, now), "Leaked", "the first key")
    assert list_statements(database)[0].state == "held"
    with pytest.raises(Conflict, match="audit_same_key"):
        begin_again(run(database, clock, now), "Again", "the second key")
    clock.advance(timedelta(hours=1))
    third = replace(now, audit_key="the third key")
    begin_again(run(database, clock, third), "Changed every year", "the second key")
    assert [one.state for one in list_statements(database)] == ["held", "held"]
    assert verify_chain(database, third).holds


@pytest.mark.usefixtures("trail")
def test_a_fault_of_the_old_chain_stays_known(
    database: Database, clock: FixedClock, now: Settings
) -> None:
    change_one(database)
    begin_again(run(database, clock, now), "Leaked", "the first key")
    assert verify_chain(database, now).holds
    (said,) = list_statements(database)
    with use_locale("en"):
        assert say_state(said.state) == "Place 4 was changed after it was sealed."


@pytest.mark.usefixtures("trail")
def test_a_key_that_is_found_again_checks_what_was_closed(
    database: Database, clock: FixedClock, before: Settings, now: Settings
) -> None:
    begin_again(run(database, clock, now), "Lost")
    closed = before.audit_anchor.with_name(list_statements(database)[0].kept_in)
    assert check_closed(database, now, closed, "the first key") == Verdict(checked=5)
    change_one(database)
    found = check_closed(database, now, closed, "the first key")
    assert (found.fault, found.position) == (Fault.CHANGED, 4)
    cut = closed.read_text().splitlines(keepends=True)[:4]
    closed.write_text("".join(cut[:2]))
    assert check_closed(database, now, closed, "the first key").fault is Fault.TRUNCATED


@pytest.mark.usefixtures("trail")
def test_a_reason_is_asked_and_kept_in_the_trail(
    database: Database, clock: FixedClock, now: Settings
) -> None:
    with pytest.raises(Invalid, match="reason_needed"):
        begin_again(run(database, clock, now), "  ")
    begin_again(run(database, clock, now), "Lost")
    with database.reader() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == BEGUN_AGAIN)).one()
    assert (entry.actor_name, entry.changes["reason"][1]) == ("flask audit", "Lost")


def test_the_commands_close_a_chain_and_say_so_at_each_check(
    app: Flask, database: Database, clock: FixedClock, settings: Settings, tmp_path: Path
) -> None:
    write(database, clock, 3)
    run_sealing(run(database, clock, replace(settings, audit_key="the first key")))
    runner, key = app.test_cli_runner(), tmp_path / "key"
    refused = runner.invoke(args=["audit", "seal"])
    assert (refused.exit_code, "flask audit begin-again" in refused.output) == (1, True)
    assert runner.invoke(args=["audit", "begin-again"]).exit_code == 2, "a reason is needed"
    key.write_text("the first key\n")
    again = ["audit", "begin-again", "--reason", "Stolen", "--former-key", f"{key}"]
    done = runner.invoke(args=again)
    assert done.exit_code == 0, done.output
    assert "closed, 3 seals. They held." in done.output
    assert runner.invoke(args=again).exit_code == 1, "there is nothing to begin again"
    told = runner.invoke(args=["audit", "verify"])
    assert told.exit_code == 0
    assert told.output.startswith("4 sealed entries hold; 0 not sealed yet.\nPlaces 1 to 4 were")
    assert "with the reason: Stolen." in told.output
    kept = settings.audit_anchor.with_name(list_statements(database)[0].kept_in)
    by_key = ["audit", "verify", "--closed", f"{kept}", "--former-key", f"{key}"]
    assert "3 sealed entries hold" in runner.invoke(args=by_key).output
    assert runner.invoke(args=by_key[:4]).exit_code == 2

"""The chain over the audit trail: whoever touches it is found out (test 29)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select, update

from app.audit.chain import (
    START,
    Fault,
    Verdict,
    chain_key,
    check,
    digest_content,
    read_anchors,
    seal,
)
from app.audit.models import AuditEntry, AuditSeal
from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.errors import Conflict
from app.ids import new_id
from app.jobs import JobRun

KEY = chain_key("a secret of tests")


def entry(number: int):
    return (
        f"{number:032x}", f"2026-03-02 09:00:{number % 60:02}.000000", "a" * 32, "Jan", "r1",
        "plant.boiler.relit", "boiler", "b" * 32, None, f"Boiler {number}",
        '{"state": ["cold", "hot"]}',
    )  # fmt: skip


def sealed(key, before, position, values):
    content = digest_content(key, *values[-2:])
    digest = seal(key, before, position, content, (None, None, None, *values))
    return [position, digest, content, *values]


def chain(count: int):
    rows, before = [], START
    for position in range(1, count + 1):
        rows.append(sealed(KEY, before, position, entry(position)))
        before = rows[-1][1]
    return rows


SOUND = chain(200)
ANCHORS = {position: SOUND[position - 1][1] for position in (50, 100, 150, 200)}


def judge(rows, anchors=ANCHORS):
    return check(KEY, (tuple(row) for row in rows), anchors)


def test_a_sound_chain_holds():
    verdict = judge(SOUND)
    assert verdict.holds
    assert verdict.checked == 200


def edit(rows, chance):
    at = chance.randrange(200)
    field = chance.choice([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    rows[at][field] = f"{rows[at][field]}x"
    return at + 1


def edit_changes(rows, chance):
    at = chance.randrange(200)
    rows[at][13] = chance.choice(
        ['{"state": ["cold", "warm"]}', "{}", '{"state": ["hot", "cold"]}']
    )
    return at + 1


def delete_entry(rows, chance):
    at = chance.randrange(200)
    rows[at][3:] = [None] * 11
    return at + 1


def delete_both(rows, chance):
    at = chance.randrange(199)
    del rows[at]
    return at + 1


def swap(rows, chance):
    one, two = sorted(chance.sample(range(200), 2))
    rows[one][3:], rows[two][3:] = rows[two][3:], rows[one][3:]
    return one + 1


def truncate(rows, chance):
    at = chance.randrange(200)
    del rows[at:]
    return at + 1


def write_anew(rows, at, key):
    before = rows[at - 1][1] if at else START
    for row in rows[at:]:
        row[:] = sealed(key, before, row[0], row[3:])
        before = row[1]


def rewrite(rows, chance):
    at = chance.randrange(200)
    rows[at][8] = "forged"
    write_anew(rows, at, chain_key("a guess"))
    return at + 1


ATTACKS = (edit, edit_changes, delete_entry, delete_both, swap, truncate, rewrite)


def test_each_of_a_thousand_attacks_is_found_and_its_first_place_named():
    for seed in range(1000):
        chance = random.Random(seed)
        rows = [list(row) for row in SOUND]
        attack = chance.choice(ATTACKS)
        first_bad = attack(rows, chance)
        verdict = judge(rows)
        assert (verdict.holds, verdict.position) == (False, first_bad), (seed, attack)


def test_a_rewrite_with_a_stolen_key_is_found_by_the_anchor():
    rows = chain(200)
    rows[20][10] = "forged"
    write_anew(rows, 20, KEY)
    verdict = judge(rows)
    assert (verdict.fault, verdict.position) == (Fault.REWRITTEN, 50)


def test_a_forgotten_entry_holds_only_if_the_trail_says_so_and_it_is_blank():
    rows = [list(row) for row in SOUND]
    rows[9][12:] = ["", "{}"]
    forgotten = frozenset({rows[9][3]})
    assert not judge(rows).holds
    assert check(KEY, map(tuple, rows), ANCHORS, forgotten).holds
    rows[9][12] = "Somebody else"
    assert check(KEY, map(tuple, rows), ANCHORS, forgotten).position == 10


def test_a_lost_anchor_is_told():
    assert judge(SOUND, {}).fault is Fault.NO_ANCHOR
    assert judge([], {}).holds


def test_broken_lines_of_the_anchor_are_left_out():
    lines = ["", "x y z", f"7 {'ab' * 32} 2026", "8 short", f"-1 {'ab' * 32}"]
    assert dict(read_anchors(lines)) == {7: bytes.fromhex("ab" * 32)}


@pytest.fixture
def trail(database, clock):
    """Write entries as services do, then seal them as the job does."""

    def write(count: int):
        values = [
            {
                "id": new_id(), "occurred_at": clock.now(), "actor_id": new_id(),
                "actor_name": "Jan é", "request_id": "r", "action": "plant.boiler.relit",
                "subject_type": "boiler", "subject_id": new_id(), "subject_label": f"Boiler {n}",
                "building_id": None if n % 2 else new_id(),
                "changes": {"state": ["cold", "hot"], "cost_cents": [None, n], "note": ["é", ""]},
            }
            for n in range(count)
        ]  # fmt: skip
        with database.unit_of_work("test") as uow:
            uow.session.execute(insert(AuditEntry), values)

    return write


@pytest.fixture
def job(database, settings, clock, trail):
    def run():
        run_sealing(JobRun(database, clock, system_actor("job"), settings=settings))

    return run


def test_the_job_seals_everything_once_and_the_database_holds(trail, job, database, settings):
    trail(30)
    job()
    trail(20)
    assert verify_chain(database, settings).unsealed == 20
    job()
    job()
    verdict = verify_chain(database, settings)
    assert verdict.holds
    assert (verdict.checked, verdict.unsealed) == (50, 0)
    assert len(settings.audit_anchor.read_text().splitlines()) == 2


SEVENTH = AuditEntry.subject_label == "Boiler 7"
ON_THE_DATABASE = [
    (update(AuditEntry).where(SEVENTH).values(actor_name="Piet"), Fault.CHANGED),
    (update(AuditEntry).where(SEVENTH).values(changes={}), Fault.CHANGED),
    (delete(AuditEntry).where(SEVENTH), Fault.DELETED),
]


@pytest.mark.parametrize(("attack", "fault"), ON_THE_DATABASE)
def test_changes_in_the_database_are_named(trail, job, database, settings, attack, fault):
    trail(20)
    job()
    place = select(AuditSeal.position).join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
    with database.unit_of_work("attack") as uow:
        expected = uow.session.scalar(place.where(SEVENTH))
        uow.session.execute(attack)
    verdict = verify_chain(database, settings)
    assert (verdict.fault, verdict.position) == (fault, expected)


def test_a_seal_taken_away_is_named(trail, job, database, settings):
    trail(20)
    job()
    with database.unit_of_work("attack") as uow:
        uow.session.execute(delete(AuditSeal).where(AuditSeal.position == 8))
    verdict = verify_chain(database, settings)
    assert (verdict.fault, verdict.position) == (Fault.GAP, 8)


def test_cutting_the_end_off_is_named(trail, job, database, settings):
    trail(20)
    job()
    with database.unit_of_work("attack") as uow:
        cut = select(AuditSeal.entry_id).where(AuditSeal.position > 15)
        uow.session.execute(delete(AuditEntry).where(AuditEntry.id.in_(cut)))
        uow.session.execute(delete(AuditSeal).where(AuditSeal.position > 15))
    verdict = verify_chain(database, settings)
    assert (verdict.fault, verdict.position) == (Fault.TRUNCATED, 16)


def test_another_key_is_named_and_seals_nothing(trail, job, database, settings, clock):
    trail(3)
    job()
    other = replace(settings, audit_key="another")
    verdict = verify_chain(database, other)
    assert (verdict.position, verdict.fault) == (1, Fault.OTHER_KEY)
    trail(2)
    with pytest.raises(Conflict) as refused:
        run_sealing(JobRun(database, clock, system_actor("job"), settings=other))
    assert refused.value.code == "audit_other_key"
    assert verify_chain(database, settings).unsealed == 2
    job()
    assert verify_chain(database, settings) == Verdict(checked=5)


@pytest.mark.parametrize("place", [1, 5])
def test_one_changed_entry_is_no_other_key(trail, job, database, settings, place):
    trail(5)
    job()
    with database.unit_of_work("attack") as uow:
        entry = select(AuditSeal.entry_id).where(AuditSeal.position == place).scalar_subquery()
        uow.session.execute(update(AuditEntry).where(AuditEntry.id == entry).values(action="x"))
    trail(1)
    job()
    verdict = verify_chain(database, settings)
    assert (verdict.position, verdict.fault) == (place, Fault.CHANGED)


def test_the_command_says_it_and_fails(app, trail, job, database):
    trail(5)
    job()
    runner = app.test_cli_runner()
    good = runner.invoke(args=["audit", "verify"])
    assert (good.exit_code, "5 sealed entries hold" in good.output) == (0, True)
    with database.unit_of_work("attack") as uow:
        first = select(AuditSeal.entry_id).where(AuditSeal.position == 1).scalar_subquery()
        uow.session.execute(update(AuditEntry).where(AuditEntry.id == first).values(action="x"))
    bad = runner.invoke(args=["audit", "verify"])
    assert bad.exit_code == 1
    assert bad.output.startswith("BAD: place 1 (entry ")
    assert "was changed after it was sealed" in bad.output
    assert runner.invoke(args=["audit", "seal"]).exit_code == 0

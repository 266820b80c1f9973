"""Two households become one: it keeps a single head, says which, and undoing gives both back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import UnitOfWork
from modules.parties.commands import MergeParties, RelatePerson, RelationFacts
from modules.parties.enums import PartyKind, Relation
from modules.parties.models import Party, PartyMerge, PartyRelation
from modules.parties.services import change_relation, merge_parties, relate_person, undo_merge
from tests.factories.parties import make_party
from tests.factories.portfolio import BUILDER

H, M = Relation.HEAD, Relation.OTHER_MEMBER
OLD, MID, NEW = date(2020, 1, 1), date(2023, 1, 1), date(2026, 1, 1)


def household(uow: UnitOfWork, clock: FixedClock, name: str) -> Party:
    return make_party(uow, clock, name, "", kind=PartyKind.HOUSEHOLD)


def head(
    uow: UnitOfWork, clock: FixedClock, of: Party, who: Party, start: date, end: date | None = None
) -> PartyRelation:
    command = RelatePerson(of.id, who.id, H, starts_on=start, ends_on=end)
    return relate_person(BUILDER, command, uow, clock)


def told(uow: UnitOfWork, party: Party) -> set[tuple[str, Relation]]:
    uow.session.expire_all()
    rows = uow.session.execute(
        select(Party.name, PartyRelation.relation)
        .join(Party, Party.id == PartyRelation.person_id)
        .where(PartyRelation.party_id == party.id)
    )
    return {(name, relation) for name, relation in rows}


@pytest.fixture
def homes(uow: UnitOfWork, clock: FixedClock) -> dict[str, Any]:
    return {
        "kept": household(uow, clock, "Ménage Dubois"),
        "merged": household(uow, clock, "Ménage Dubois-Lejeune"),
        "ann": make_party(uow, clock, "Dubois", "An"),
        "bob": make_party(uow, clock, "Lejeune", "Bob"),
    }


@pytest.mark.parametrize(
    ("kept_until", "merged_from", "merged_until", "stays"),
    [
        (None, OLD, None, "Dubois"),
        (None, MID, NEW, "Dubois"),
        # Whose time is over steps down for who is head now.
        (NEW, MID, None, "Lejeune"),
    ],
)
def test_of_two_heads_at_a_time_one_stays(
    uow, clock, homes, kept_until, merged_from, merged_until, stays
):
    kept, merged = homes["kept"], homes["merged"]
    head(uow, clock, kept, homes["ann"], OLD, kept_until)
    head(uow, clock, merged, homes["bob"], merged_from, merged_until)
    before = [told(uow, one) for one in (kept, merged)]
    merge = merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
    goes = "Lejeune" if stays == "Dubois" else "Dubois"
    assert told(uow, kept) == {(stays, H), (goes, M)}
    (said,) = uow.session.get_one(PartyMerge, merge.id).stepped
    names = {"Dubois": homes["ann"].id, "Lejeune": homes["bob"].id}
    assert (UUID(said["head_id"]), UUID(said["person_id"])) == (names[stays], names[goes])
    undo_merge(BUILDER, merge.id, uow, clock)
    assert [told(uow, one) for one in (kept, merged)] == before


def test_heads_after_each_other_and_one_person_in_both_stay_as_they_are(uow, clock, homes):
    kept, merged = homes["kept"], homes["merged"]
    head(uow, clock, kept, homes["ann"], OLD, MID)
    head(uow, clock, merged, homes["bob"], MID)
    head(uow, clock, merged, homes["ann"], date(2019, 1, 1), MID)
    merge = merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
    assert merge.stepped == []
    assert told(uow, kept) == {("Dubois", H), ("Lejeune", H)}


@pytest.mark.parametrize("member_until", [None, MID])
def test_a_head_who_is_a_member_from_the_same_day_too_is_a_member_once(
    uow, clock, homes, member_until
):
    kept, merged = homes["kept"], homes["merged"]
    head(uow, clock, kept, homes["ann"], OLD)
    head(uow, clock, merged, homes["bob"], OLD, NEW)
    bob = homes["bob"].id
    member = RelatePerson(merged.id, bob, M, starts_on=OLD, ends_on=member_until)
    relate_person(BUILDER, member, uow, clock)
    before = [said_of(uow, one) for one in (kept, merged)]
    merge = merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
    assert said_of(uow, kept) == [
        ("Dubois", H, OLD, None),
        ("Lejeune", M, OLD, member_until and NEW),
    ]
    (said,) = uow.session.get_one(PartyMerge, merge.id).stepped
    assert said["person_id"] == str(homes["bob"].id)
    undo_merge(BUILDER, merge.id, uow, clock)
    assert [said_of(uow, one) for one in (kept, merged)] == before


def said_of(uow: UnitOfWork, party: Party) -> list[tuple[Any, ...]]:
    uow.session.expire_all()
    row = PartyRelation
    rows = uow.session.execute(
        select(Party.name, row.relation, row.starts_on, row.ends_on)
        .join(Party, Party.id == row.person_id)
        .where(row.party_id == party.id)
        .order_by(Party.name, row.relation)
    )
    return [tuple(one) for one in rows]


def test_who_was_changed_since_does_not_become_a_second_head_by_undoing(uow, clock, homes):
    kept, merged = homes["kept"], homes["merged"]
    head(uow, clock, kept, homes["ann"], OLD)
    second = head(uow, clock, merged, homes["bob"], OLD)
    merge = merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
    uow.session.expire_all()
    change_relation(BUILDER, second.id, RelationFacts(may_be_contacted=True), uow, clock)
    undone = undo_merge(BUILDER, merge.id, uow, clock)
    assert undone.left == {"party_relations": 1}
    assert told(uow, kept) == {("Dubois", H), ("Lejeune", M)}


def test_the_page_and_a_program_say_who_stays_head(client, login, database, clock):
    login(client, Role.LETTING_AGENT, locale="en")
    with database.unit_of_work() as uow:
        homes = [household(uow, clock, name) for name in ("One", "Two", "Three")]
        people = [make_party(uow, clock, name, "X") for name in ("Ann", "Bob", "Cem")]
        for home, person in zip(homes, people, strict=True):
            head(uow, clock, home, person, OLD)
    kept, merged, third = (str(home.id) for home in homes)
    data = {"kept_id": kept, "merged_id": merged}
    page = client.post("/parties/merges", data=data, follow_redirects=True).text
    assert "X Ann stays head of the household, X Bob becomes another member." in page
    made = client.post("/api/v1/party-merges", json={"kept_id": kept, "merged_id": third})
    assert made.status_code == 201, made.text
    (said,) = made.json["stepped"]
    assert (said["head_id"], said["person_id"]) == (str(people[0].id), str(people[2].id))

"""A person is forgotten with the household of one; a lease that needs the data keeps it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.errors import Conflict
from modules.parties.commands import RelatePerson
from modules.parties.enums import PartyKind, Relation
from modules.parties.models import PartyRelation
from modules.parties.services import end_relation, erase_party, move_out, relate_person
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_building, make_lot

SINCE = date(2020, 1, 1)


@pytest.fixture
def home(uow, clock):
    """A household with a head and a child, and a lot."""
    household = make_party(uow, clock, "Famille Dubois", "", kind=PartyKind.HOUSEHOLD)
    head, child = make_party(uow, clock, "Dubois", "Léo"), make_party(uow, clock, "Dubois", "Zoé")
    relate(uow, clock, household, head, Relation.HEAD)
    relate(uow, clock, household, child, Relation.CHILD)
    lot = make_lot(uow, clock, make_building(uow, clock))
    return household, head, child, lot


def relate(uow, clock, party, person, relation):
    command = RelatePerson(party.id, person.id, relation, starts_on=SINCE)
    return relate_person(BUILDER, command, uow, clock)


def erase(uow, clock, party):
    return erase_party(BUILDER, party.id, uow, clock)


def refused(uow, clock, party, code):
    with pytest.raises(Conflict, match=rf"^{code}"):
        erase(uow, clock, party)


def test_who_lives_with_a_tenant_is_kept_for_the_lease(uow, clock, home):
    household, head, child, lot = home
    stay = house(uow, clock, head, lot.id, SINCE)
    refused(uow, clock, head, "still_housed")
    for party in (child, household):
        refused(uow, clock, party, "household_still_housed")
    move_out(BUILDER, stay.id, clock.today() - timedelta(days=1), uow, clock)
    assert erase(uow, clock, child).erased_at
    assert household.name == "Famille Dubois"


def test_who_left_the_household_is_forgotten_while_it_stays(uow, clock, home):
    household, _head, child, lot = home
    house(uow, clock, household, lot.id, SINCE)
    refused(uow, clock, child, "household_still_housed")
    relation = uow.session.scalars(
        select(PartyRelation).where(PartyRelation.person_id == child.id)
    ).one()
    end_relation(BUILDER, relation.id, uow, clock)
    assert erase(uow, clock, child).erased_at
    assert household.erased_at is None


def test_who_will_move_in_is_kept(uow, clock, home):
    _household, _head, child, lot = home
    house(uow, clock, child, lot.id, clock.today() + timedelta(days=30))
    refused(uow, clock, child, "still_housed")


def test_who_acts_for_a_tenant_is_kept_until_that_ends(uow, clock, home):
    household, head, _child, lot = home
    guardian, contact = make_party(uow, clock, "Guard"), make_party(uow, clock, "Friend")
    relation = relate(uow, clock, head, guardian, Relation.GUARDIAN)
    relate(uow, clock, head, contact, Relation.CONTACT)
    house(uow, clock, household, lot.id, SINCE)
    refused(uow, clock, guardian, "still_guardian")
    assert erase(uow, clock, contact).erased_at
    end_relation(BUILDER, relation.id, uow, clock)
    assert erase(uow, clock, guardian).erased_at
    left = select(func.count()).where(PartyRelation.person_id.in_([guardian.id, contact.id]))
    assert uow.session.scalar(left) == 0


def test_a_household_of_one_is_forgotten_with_its_member(uow, clock, home):
    household, head, child, _lot = home
    for party, is_gone in ((child, False), (head, True)):
        erase(uow, clock, party)
        assert (household.erased_at is not None) is is_gone
    assert household.name == household.reference


def test_a_household_of_one_that_is_in_a_lot_keeps_its_name(uow, clock, home):
    household, head, child, lot = home
    house(uow, clock, household, lot.id, SINCE)
    for relation in uow.session.scalars(select(PartyRelation)).all():
        end_relation(BUILDER, relation.id, uow, clock)
    erase(uow, clock, child)
    erase(uow, clock, head)
    assert household.erased_at is None

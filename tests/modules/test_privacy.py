"""A person is forgotten across all modules, and old calls forget who made them."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.auth.roles import Role
from app.db import Base, EventBus
from app.errors import Conflict
from app.mail.models import OutboxMail
from app.policies import HousePermission
from app.privacy import Privacy, services
from app.registry import find_modules, grants_of
from modules.interventions.commands import CreateOrder
from modules.interventions.privacy import forget_old_contacts
from modules.interventions.services import cancel_order, create_order
from modules.parties.commands import MergeParties
from modules.parties.policies import PartyPermission
from modules.parties.services import merge_parties
from modules.tickets.commands import CallAgain, Caller, CountAffected, OnSite
from modules.tickets.models import Ticket
from modules.tickets.privacy import forget_old_callers
from modules.tickets.services import (
    call_again,
    cancel_ticket,
    complete_ticket,
    count_affected,
    end_outage,
)
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, LEA, make_outage, make_ticket

NAME, MAIL, PHONE = "Zénobie Canarisse", "zenobie@example.be", "+32470999888"


@pytest.fixture
def privacy(database):
    modules = find_modules()
    database.bus = EventBus(pair for module in modules for pair in module.handlers)
    return Privacy(item for module in modules for item in module.privacy)


@pytest.fixture
def officer(actor_with):
    return actor_with(*grants_of(find_modules())[Role.DATA_PROTECTION_OFFICER])


@pytest.fixture
def caller(database, clock):
    with database.unit_of_work("test") as uow:
        party = make_party(uow, clock, "Canarisse", "Zénobie", phones=(PHONE,), emails=(MAIL,))
        lot = make_lot(uow, clock, make_building(uow, clock))
        words = Caller(party_id=party.id, name=NAME, phone=PHONE, email=MAIL, locale="fr")
        make_ticket(
            uow, clock, lot, caller=words, description=f"{NAME} sonne, rappeler au {PHONE}."
        )
        make_ticket(uow, clock, lot, description=f"La voisine ({NAME}) confirme.")
    return party, lot


def everything_in(database) -> str:
    with database.reader() as session:
        return "\n".join(
            str(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        )


def test_the_officer_holds_the_rights_it_takes(officer):
    for permission in (
        HousePermission.PRIVACY_MANAGE,
        PartyPermission.DISCLOSE,
        PartyPermission.ERASE,
    ):
        assert officer.can(permission)


def test_a_disclosure_holds_the_calls(database, clock, privacy, officer, caller):
    with database.unit_of_work("test") as uow:
        found = services.disclose_person(officer, "party", caller[0].id, privacy, uow, clock)
    text = str(found.parts)
    for word in (NAME, MAIL, PHONE, "sonne, rappeler"):
        assert word in text


def test_nothing_of_an_erased_person_is_left(database, clock, privacy, officer, caller):
    assert NAME in everything_in(database)
    with database.unit_of_work("test") as uow:
        services.erase_person(officer, "party", caller[0].id, privacy, uow, clock)
    left = everything_in(database)
    for word in (NAME, "Canarisse", "canarisse", MAIL, PHONE, "470999888"):
        assert word not in left
        assert word.encode("unicode_escape").decode() not in left
    with database.reader() as session:
        tickets = session.scalars(select(Ticket)).all()
        assert len(tickets) == 2
        assert all(ticket.caller_id is None for ticket in tickets)


def test_who_lives_here_is_not_forgotten_and_nothing_changes(
    database, clock, privacy, officer, caller
):
    party, lot = caller
    with database.unit_of_work("test") as uow:
        house(uow, clock, party, lot.id)
    with pytest.raises(Conflict), database.unit_of_work("test") as uow:
        services.erase_person(officer, "party", party.id, privacy, uow, clock)
    assert NAME in everything_in(database)


def test_old_calls_forget_who_made_them(database, clock, caller):
    with database.unit_of_work("test") as uow:
        for ticket in uow.session.scalars(select(Ticket)):
            ticket.closed_at = clock.now()
    clock.advance(timedelta(days=1))
    with database.unit_of_work("test") as uow:
        assert forget_old_callers(clock.now() - timedelta(days=30), uow, clock) == 0
        assert forget_old_callers(clock.now(), uow, clock) == 2
        uow.flush()
        assert forget_old_callers(clock.now(), uow, clock) == 0


def test_a_person_is_forgotten_under_every_name_they_had(database, clock, privacy, officer, caller):
    with database.unit_of_work("test") as uow:
        double = make_party(uow, clock, "Canaryssen", "Zenobia", phones=("0488112233",))
        make_ticket(
            uow, clock, caller[1], description="Canaryssen Zenobia: 0488 11 22 33 ou +32488112233"
        )
        merge_parties(BUILDER, MergeParties(caller[0].id, double.id), uow, clock)
    with database.unit_of_work("test") as uow:
        services.erase_person(officer, "party", caller[0].id, privacy, uow, clock)
    left = everything_in(database)
    for word in ("Canaryssen", "+32488112233", "0488 11 22 33"):
        assert word not in left


def test_a_number_written_another_way_is_forgotten_too(database, clock, privacy, officer, caller):
    with database.unit_of_work("test") as uow:
        elsewhere = Caller(name="X", phone="0470/99.98.88")
        on_site = OnSite(phone="0470 99 98 88 (soir)")
        ticket = make_ticket(uow, clock, caller=elsewhere, on_site=on_site)
    with database.unit_of_work("test") as uow:
        services.erase_person(officer, "party", caller[0].id, privacy, uow, clock)
    with database.reader() as session:
        left = session.get_one(Ticket, ticket.id)
        assert (left.caller_phone, left.contact_phone) == ("", "")
        assert (left.caller_e164, left.contact_e164) == (None, None)


def test_nobody_writes_to_an_address_that_was_forgotten(database, clock, privacy, officer, caller):
    """Other people's calls that named it, first or later, write to nobody any more."""
    with database.unit_of_work("test") as uow:
        first = make_ticket(uow, clock, caller=Caller(name="X", email=MAIL, locale="fr"))
        later = make_ticket(uow, clock)
        said = CallAgain(Caller(name="X", email=MAIL, locale="fr"), is_new_household=True)
        call_again(AGENT, later.id, said, uow, clock)
    with database.unit_of_work("test") as uow:
        services.erase_person(officer, "party", caller[0].id, privacy, uow, clock)
    with database.unit_of_work("test") as uow:
        for ticket in (first, later):
            complete_ticket(AGENT, ticket.id, "", uow, clock)
        assert set(uow.session.scalars(select(OutboxMail.to_address))) == {LEA.email}


def test_calls_without_a_name_or_never_closed_are_forgotten_too(database, clock):
    phone = Caller(phone="+32470111222", locale="fr")
    again = Caller(name="Odile Pirotte", email="odile@example.be", locale="fr")
    with database.unit_of_work("test") as uow:
        ticket = make_ticket(uow, clock, caller=phone)
        call_again(AGENT, ticket.id, CallAgain(again, is_new_household=True), uow, clock)
        cancel_ticket(AGENT, ticket.id, "double", uow, clock)
        outage = make_outage(uow, clock, make_building(uow, clock))
        count_affected(AGENT, outage.id, CountAffected(again), uow, clock)
        end_outage(AGENT, outage.id, uow, clock)
        uow.session.execute(delete(OutboxMail))
    clock.advance(timedelta(days=1))
    with database.unit_of_work("test") as uow:
        assert forget_old_callers(clock.now(), uow, clock) == 2
        uow.flush()
        assert forget_old_callers(clock.now(), uow, clock) == 0
    left = everything_in(database)
    for word in ("+32470111222", "Odile", "odile@example.be"):
        assert word not in left


def test_a_finished_order_forgets_whom_to_ask_for(database, clock, caller):
    with database.unit_of_work("test") as uow:
        ticket = uow.session.scalars(select(Ticket).where(Ticket.caller_name == NAME)).one()
        order = create_order(AGENT, CreateOrder(ticket_ids=(ticket.id,)), uow, clock)
        assert order.contact_name == NAME
        assert forget_old_contacts(clock.now() + timedelta(days=1), uow, clock) == 0
        cancel_order(AGENT, order.id, "double", uow, clock)
        assert forget_old_contacts(clock.now() + timedelta(days=1), uow, clock) == 1
        assert forget_old_contacts(clock.now() + timedelta(days=1), uow, clock) == 0
        assert (order.contact_name, order.contact_phone) == ("", "")

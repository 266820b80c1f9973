"""A telephone number leads to what was reported from it, in whatever form it is written."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.auth.actor import Scope
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, migrate
from app.search.identifiers import identify
from modules.parties.models import Party
from modules.portfolio.models import Lot
from modules.tickets.commands import Caller, OnSite
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import list_of_phones
from modules.tickets.search import TicketSearch
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, make_ticket
from tests.support.web import Login

UNKNOWN = Caller(name="Somebody", phone="0477/99.88.77")
FORMS = ("0477998877", "+32 477 99 88 77", "0032 477/99.88.77", "+32 (0)477 998877")


@pytest.fixture
def ticket(database: Database, clock: FixedClock) -> Ticket:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="3")
        return make_ticket(uow, clock, lot, caller=UNKNOWN, description="Broken window")


@pytest.fixture
def tenant(database: Database, clock: FixedClock) -> tuple[Party, Lot]:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="9")
        party = make_party(uow, clock, "Van Damme", "Els", phones=("0470 12 34 56", UNKNOWN.phone))
        house(uow, clock, party, lot.id)
        return party, lot


def numbers(actor, session, typed: str) -> list[str]:
    return [
        hit.detail.split(" ")[0] for hit in TicketSearch().exact(actor, session, identify(typed))
    ]


@pytest.mark.parametrize("typed", FORMS)
def test_any_form_finds_the_tickets_of_a_number(uow, clock, typed):
    ticket = make_ticket(uow, clock, caller=UNKNOWN)
    make_ticket(uow, clock)
    uow.flush()
    assert numbers(AGENT, uow.session, typed) == [ticket.number]


def test_who_is_asked_for_on_site_counts_too_and_words_beside_a_number_stay(uow, clock):
    on_site = OnSite(name="The neighbour", phone="02 512 34 56 (evening)")
    ticket = make_ticket(uow, clock, on_site=on_site)
    uow.flush()
    assert ticket.contact_phone == "02 512 34 56 (evening)"
    assert numbers(AGENT, uow.session, "+3225123456") == [ticket.number]


def test_what_is_no_number_is_kept_and_finds_nothing(uow, clock):
    ticket = make_ticket(uow, clock, caller=Caller(name="X", phone="ask the caretaker"))
    uow.flush()
    assert (ticket.caller_phone, ticket.caller_e164) == ("ask the caretaker", None)
    assert list_of_phones(AGENT, uow.session, []) == []


def test_tickets_outside_the_scope_are_as_absent(uow, clock, actor_with):
    ticket = make_ticket(uow, clock, caller=UNKNOWN)
    uow.flush()
    here = Scope(building_ids=frozenset({ticket.building_id}))
    assert numbers(actor_with(TicketPermission.READ, scope=here), uow.session, FORMS[0])
    assert not numbers(actor_with(TicketPermission.READ, scope=Scope()), uow.session, FORMS[0])


def test_the_plan_uses_both_indexes(database: Database, clock: FixedClock) -> None:
    wanted = select(Ticket.id).where(
        (Ticket.caller_e164 == "+32477998877") | (Ticket.contact_e164 == "+32477998877")
    )
    sql = wanted.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.reader() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            rows = session.execute(text(f"EXPLAIN {sql}")).all()
        else:
            rows = session.execute(text(f"EXPLAIN QUERY PLAN {sql}")).all()
    plan = " ".join(str(row) for row in rows)
    assert "ix_tickets_caller_e164" in plan
    assert "ix_tickets_contact_e164" in plan


def test_the_numbers_of_earlier_tickets_are_read_by_the_upgrade(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        found = make_ticket(uow, clock, caller=UNKNOWN)
        other = make_ticket(uow, clock, caller=Caller(name="X", phone="none"))
    migrate.downgrade(database, "0032")
    migrate.upgrade(database)
    with database.reader() as session:
        assert [one.id for one in list_of_phones(AGENT, session, ["+32477998877"])] == [found.id]
        assert session.get_one(Ticket, other.id).caller_e164 is None


@pytest.mark.parametrize("typed", FORMS)
def test_the_call_screen_says_that_an_unknown_number_called_before(
    client: FlaskClient, login: Login, ticket: Ticket, typed: str
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    found = client.get("/calls/found", query_string={"q": typed}).get_data(as_text=True)
    assert "This number called before" in found
    assert f"/tickets/{ticket.id}" in found
    assert f"/calls/new?lot={ticket.lot_id}&amp;phone=%2B32477998877" in found
    assert "Nobody is known by 0477 99 88 77" in found
    page = client.get("/calls/new", query_string={"q": typed})
    assert page.status_code == 200, "one earlier ticket is no place to go on to"


def test_the_report_goes_on_with_the_number_and_what_was_said_by_it(
    client: FlaskClient, login: Login, ticket: Ticket, tenant: tuple[Party, Lot]
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    asked = {"lot": str(tenant[1].id), "phone": "+32477998877"}
    page = client.get("/calls/new", query_string=asked).get_data(as_text=True)
    assert "This number called before" in page
    assert ticket.number in page


def test_a_known_caller_still_leads_home_and_the_number_is_told_there(
    client: FlaskClient, login: Login, ticket: Ticket, tenant: tuple[Party, Lot]
) -> None:
    party, lot = tenant
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    answer = client.get("/calls/new", query_string={"q": FORMS[0]})
    assert answer.headers["Location"].endswith(f"/calls/callers/{party.id}")
    page = client.get(f"/calls/new?lot={lot.id}&party={party.id}").get_data(as_text=True)
    assert "This number called before" in page
    assert ticket.number in page


def test_what_the_caller_reported_is_not_said_twice(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, tenant
) -> None:
    party, lot = tenant
    with database.unit_of_work() as uow:
        caller = Caller(party_id=party.id, name="Els", phone=UNKNOWN.phone)
        make_ticket(uow, clock, make_lot(uow, clock, make_building(uow, clock)), caller=caller)
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    page = client.get(f"/calls/new?lot={lot.id}&party={party.id}").get_data(as_text=True)
    assert "Last reports of this caller" in page
    assert "This number called before" not in page


def test_the_search_box_opens_the_only_ticket_of_a_number(
    client: FlaskClient, login: Login, ticket: Ticket
) -> None:
    login(client, Role.DISPATCHER)
    answer = client.get("/search", query_string={"q": FORMS[1]})
    assert answer.headers["Location"].endswith(f"/tickets/{ticket.id}")

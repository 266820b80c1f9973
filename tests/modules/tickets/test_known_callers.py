"""A caller who is known is named, reached and written to as their sheet says."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.auth.roles import Role
from app.ids import new_id
from app.mail.models import OutboxMail
from modules.parties.commands import AllowChannel
from modules.parties.enums import Channel, Language
from modules.parties.services import allow_channel
from modules.tickets.commands import Caller
from modules.tickets.models import OutageCall, Ticket
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_outage, make_ticket

TICKETS = "/api/v1/tickets"


@pytest.fixture
def zoe(database, clock):
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        party = make_party(
            uow, clock, "Maes", "Zoë", language=Language.DUTCH,
            phones=("0470 12 34 56",), emails=("zoe@example.org",),
        )  # fmt: skip
        house(uow, clock, party, lot.id)
        return party, lot


def sent(database):
    with database.reader() as session:
        return [(m.to_address, m.locale, m.text) for m in session.scalars(select(OutboxMail))]


def opened(client, lot, **caller):
    body = {"category_key": "home.water.tap", "lot_id": str(lot.id), "caller": caller}
    return client.post(TICKETS, json=body)


def test_a_program_names_the_person_and_they_are_told_in_their_language(
    client, login, database, zoe
):
    party, lot = zoe
    login(client, Role.CALL_CENTRE_AGENT)
    made = opened(client, lot, party_id=str(party.id))
    assert made.status_code == 201, made.text
    with database.reader() as session:
        ticket = session.scalars(select(Ticket)).one()
        known = ticket.caller_name, ticket.caller_locale, ticket.caller_email, ticket.caller_e164
    assert known == ("Zoë Maes", "nl", "zoe@example.org", "+32470123456")
    [(address, locale, text)] = sent(database)
    assert (address, locale) == ("zoe@example.org", "nl")
    assert text.startswith("Dag Zoë Maes,\n")


def test_what_a_program_says_itself_stands_before_the_sheet(client, login, database, zoe):
    party, lot = zoe
    login(client, Role.CALL_CENTRE_AGENT)
    said = {"party_id": str(party.id), "name": "Mme Maes", "email": "z@example.org", "locale": "fr"}
    assert opened(client, lot, **said).status_code == 201
    assert opened(client, lot, party_id=str(party.id), email="").status_code == 201
    [(address, _locale, text)] = sent(database)
    assert (address, text.partition("\n")[0]) == ("z@example.org", "Bonjour Mme Maes,")


def test_who_wants_no_mail_gets_none(client, login, database, clock, zoe):
    party, lot = zoe
    with database.unit_of_work() as uow:
        refusal = AllowChannel(party.id, Channel.EMAIL, is_allowed=False, reason="Pas de mail")
        allow_channel(BUILDER, refusal, uow, clock)
    login(client, Role.CALL_CENTRE_AGENT)
    assert opened(client, lot, party_id=str(party.id)).status_code == 201
    assert sent(database) == []


def test_a_person_nobody_knows_or_one_does_not_see_is_refused(client, login, database, clock, zoe):
    party, _lot = zoe
    with database.unit_of_work() as uow:
        mine = make_lot(uow, clock, make_building(uow, clock))
    login(client, Role.CALL_CENTRE_AGENT, sees_everything=False, building_ids=(mine.building_id,))
    for wrong in (party.id, new_id()):
        refused = opened(client, mine, party_id=str(wrong))
        assert (refused.status_code, refused.json["code"]) == (422, "unknown_caller")
        assert [error["field"] for error in refused.json["errors"]] == ["caller.party_id"]


def test_a_second_call_and_a_failure_know_who_calls_too(client, login, database, clock, zoe):
    party, lot = zoe
    with database.unit_of_work() as uow:
        ticket_id = make_ticket(uow, clock, caller=Caller()).id
        outage_id = make_outage(uow, clock, lot.building).id
    login(client, Role.CALL_CENTRE_AGENT)
    caller = {"caller": {"party_id": str(party.id)}}
    again = client.post(f"{TICKETS}/{ticket_id}/calls", json=caller | {"is_new_household": True})
    counted = client.post(f"/api/v1/outages/{outage_id}/calls", json=caller)
    assert (again.status_code, counted.status_code) == (200, 200), counted.text
    client.post(f"/tickets/{ticket_id}/steps/complete", data={"text": "fait"})
    assert [(address, locale) for address, locale, _text in sent(database)] == [
        ("zoe@example.org", "nl")
    ]
    with database.reader() as session:
        call = session.scalars(select(OutageCall)).one()
        assert (call.caller_name, call.caller_locale) == ("Zoë Maes", "nl")


@pytest.mark.parametrize(("locale", "greeting"), [("fr", "Bonjour,"), ("nl", "Dag,")])
def test_who_gave_no_name_is_greeted_without_one(database, clock, locale, greeting):
    with database.unit_of_work() as uow:
        make_ticket(uow, clock, caller=Caller(email="a@example.org", locale=locale))
    [(_address, _locale, text)] = sent(database)
    assert text.splitlines()[0] == greeting


def test_a_mail_writes_the_number_one_way(database, clock):
    with database.unit_of_work() as uow:
        make_ticket(uow, clock)
    [(_address, _locale, text)] = sent(database)
    assert (text.count("TK-2026-"), text.count("TK-2026-000001")) == (2, 2)

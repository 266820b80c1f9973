"""The letter to a caller: in their language, to their home, noted, never to who refused post."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import Clock
from app.db import Database, UnitOfWork
from app.errors import Forbidden, NotFound
from modules.parties.commands import AllowChannel
from modules.parties.enums import Channel
from modules.parties.services import allow_channel
from modules.tickets.commands import Caller, Wait
from modules.tickets.enums import EventKind, WaitingReason
from modules.tickets.errors import LetterRefused, NobodyToWriteTo
from modules.tickets.policies import TicketPermission
from modules.tickets.services import put_on_hold, write_letter
from modules.tickets.services.recording import events_of
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, LEA, PIET, make_ticket
from tests.support.people import ActorMaker
from tests.support.web import Login


def test_it_says_where_the_report_stands_in_the_language_of_the_caller(
    uow: UnitOfWork, clock: Clock
) -> None:
    ticket = make_ticket(uow, clock, caller=PIET)
    letter = write_letter(AGENT, ticket.id, uow, clock)
    assert letter.locale == "nl"
    assert letter.recipient.splitlines() == ["Piet Claes", "Hoogstraat 12", "1000 Brussel"]
    assert letter.subject == f"Uw melding {ticket.number}"
    assert ticket.title in letter.paragraphs[1]
    assert "02/03/2026" in letter.written_on


def test_it_goes_where_the_caller_lives(uow: UnitOfWork, clock: Clock) -> None:
    building = make_building(uow, clock)
    home = make_lot(uow, clock, building, box="7")
    party = make_party(uow, clock)
    house(uow, clock, party, home.id)
    caller = Caller(party_id=party.id, name="An Peeters", locale="fr")
    ticket = make_ticket(uow, clock, building, caller=caller, category_key="common.lift.trapped")
    letter = write_letter(AGENT, ticket.id, uow, clock)
    assert letter.recipient.splitlines()[1:] == ["Rue Haute 12 bte 7", "1000 Bruxelles"]


def test_it_is_noted_as_told(uow: UnitOfWork, clock: Clock) -> None:
    ticket = make_ticket(uow, clock, caller=replace(LEA, email=""))
    letter = write_letter(AGENT, ticket.id, uow, clock)
    told = events_of(uow.session, ticket.id)[-1]
    assert (told.kind, told.data) == (EventKind.TOLD, {"channel": "letter", "step": "opened"})
    assert told.text in letter.paragraphs


def test_it_says_the_last_step_worth_telling(uow: UnitOfWork, clock: Clock) -> None:
    ticket = make_ticket(uow, clock)
    put_on_hold(AGENT, ticket.id, Wait(WaitingReason.PART), uow, clock)
    letter = write_letter(AGENT, ticket.id, uow, clock)
    assert any("en attente" in paragraph for paragraph in letter.paragraphs)


def test_nobody_is_written_to_against_their_will(uow: UnitOfWork, clock: Clock) -> None:
    party = make_party(uow, clock)
    allow_channel(AGENT, AllowChannel(party.id, Channel.POST, is_allowed=False), uow, clock)
    caller = Caller(party_id=party.id, name="An Peeters", locale="fr")
    ticket = make_ticket(uow, clock, caller=caller)
    with pytest.raises(LetterRefused):
        write_letter(AGENT, ticket.id, uow, clock)
    unknown = make_ticket(uow, clock, caller=Caller(name="", locale="fr"))
    with pytest.raises(NobodyToWriteTo):
        write_letter(AGENT, unknown.id, uow, clock)


def test_rights_and_scope_come_first(uow: UnitOfWork, clock: Clock, actor_with: ActorMaker) -> None:
    ticket = make_ticket(uow, clock)
    with pytest.raises(Forbidden):
        write_letter(actor_with(TicketPermission.READ), ticket.id, uow, clock)
    with pytest.raises(NotFound):
        write_letter(AGENT, ticket.lot_id or ticket.id, uow, clock)


def test_the_sheet_prints_it(
    client: FlaskClient, login: Login, database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock, caller=PIET)
    login(client, Role.CALL_CENTRE_AGENT, locale="fr")
    address = f"/tickets/{ticket.id}/letter"
    assert address in client.get(f"/tickets/{ticket.id}").text
    answer = client.post(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")
    assert f"{ticket.number}.pdf" in answer.headers["Content-Disposition"]
    assert "Par lettre" in client.get(f"/history/ticket/{ticket.id}").text

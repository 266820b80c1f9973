"""An alert that is open while its ticket has ended: its page says so and offers what to do."""

from dataclasses import asdict
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.errors import Forbidden
from app.ids import new_id
from modules.energy.events import AlertReopened, AlertResolved, AlertStill
from modules.tickets.alerts import (
    find_alert_ticket,
    note_alert_reopened,
    note_alert_resolved,
    note_alert_still,
    open_alert_ticket,
)
from modules.tickets.enums import EventKind, TicketStatus
from modules.tickets.errors import AlertOver, StepNotPossible
from modules.tickets.models import Ticket, TicketLink
from modules.tickets.services import (
    cancel_ticket,
    close_ticket,
    complete_ticket,
    mark_duplicate,
    renew_ticket,
)
from modules.tickets.services.recording import events_of
from tests.factories.energy import make_alert
from tests.factories.portfolio import make_building
from tests.factories.tickets import AGENT, make_ticket
from tests.modules.tickets.test_alerts import SCAN, opened
from tests.support.people import ActorMaker
from tests.support.web import Login

NOBODY = "The alert is open, but nobody works on it"


def close(ticket: Ticket, uow: UnitOfWork, clock: FixedClock) -> None:
    complete_ticket(AGENT, ticket.id, "Robinet fermé", uow, clock)
    close_ticket(AGENT, ticket.id, "", uow, clock)


def ended(uow: UnitOfWork, clock: FixedClock, *, is_reopened: bool = True) -> Ticket:
    """A closed ticket whose alert a person closed, and opened again."""
    event = opened(clock, make_building(uow, clock).id)
    open_alert_ticket(event, SCAN, uow, clock)
    ticket = uow.session.scalars(select(Ticket)).one()
    note_alert_resolved(
        AlertResolved(**asdict(event), by_person=True, reason="fausse alerte"), SCAN, uow, clock
    )
    close(ticket, uow, clock)
    if is_reopened:
        note_alert_reopened(AlertReopened(**asdict(event), reason="fuite"), SCAN, uow, clock)
    return ticket


def test_another_ticket_follows_the_alert_from_now_on(uow: UnitOfWork, clock: FixedClock) -> None:
    earlier = ended(uow, clock)
    alert_id = earlier.alert_id
    ticket = renew_ticket(AGENT, earlier.id, uow, clock)
    assert (earlier.status, earlier.alert_id) == (TicketStatus.CLOSED, None)
    assert (ticket.status, ticket.alert_id) == (TicketStatus.NEW, alert_id)
    assert (ticket.priority_key, ticket.opened_at) == ("breakdown", clock.now())
    assert (ticket.building_id, ticket.place_note) == (earlier.building_id, "Chaufferie")
    assert ticket.stored_title == earlier.stored_title
    assert uow.session.get(TicketLink, (ticket.id, earlier.id)) is not None
    event = opened(clock, ticket.building_id, alert_id=alert_id)
    note_alert_still(AlertStill(**asdict(event)), SCAN, uow, clock)
    assert events_of(uow.session, ticket.id)[-1].kind is EventKind.ALERT_STILL
    assert events_of(uow.session, earlier.id)[-1].kind is EventKind.LINKED
    assert alert_id is not None
    assert find_alert_ticket(uow, alert_id) is ticket


def test_none_is_opened_beside_an_open_one_nor_twice_nor_when_it_is_over(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    over = ended(uow, clock, is_reopened=False)
    with pytest.raises(AlertOver):
        renew_ticket(AGENT, over.id, uow, clock)
    note_alert_reopened(
        AlertReopened(**asdict(opened(clock, over.building_id, alert_id=over.alert_id))),
        SCAN,
        uow,
        clock,
    )
    renewed = renew_ticket(AGENT, over.id, uow, clock)
    with pytest.raises(AlertOver):
        renew_ticket(AGENT, over.id, uow, clock)
    with pytest.raises(StepNotPossible):
        renew_ticket(AGENT, renewed.id, uow, clock)
    with pytest.raises(Forbidden):
        renew_ticket(actor_with("tickets.ticket.read"), over.id, uow, clock)


def test_none_is_opened_while_somebody_works_on_the_one_it_repeats(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    event = opened(clock, make_building(uow, clock).id)
    open_alert_ticket(event, SCAN, uow, clock)
    ticket = uow.session.scalars(select(Ticket)).one()
    original = make_ticket(uow, clock)
    mark_duplicate(AGENT, ticket.id, original.id, uow, clock)
    with pytest.raises(StepNotPossible, match=original.number):
        renew_ticket(AGENT, ticket.id, uow, clock)
    close(original, uow, clock)
    assert renew_ticket(AGENT, ticket.id, uow, clock).alert_id == event.alert_id


def panel(client: FlaskClient, alert_id: UUID | None) -> str:
    return client.get(f"/tickets/panels/alerts/{alert_id}").get_data(as_text=True)


def test_the_page_offers_the_closed_ticket_again_or_another(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        ticket = ended(uow, clock)
        ticket_id, alert_id = ticket.id, ticket.alert_id
        make_alert(uow, clock, alert_id)
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    page = panel(client, alert_id)
    assert f"{NOBODY}: its ticket is “Closed”" in page
    assert "Open a new ticket" in page
    assert f'action="/tickets/{ticket_id}/steps/return"' in page
    answer = client.post(f"/tickets/{ticket_id}/steps/return", data={"text": "Fuite revenue"})
    assert answer.status_code == 303
    page = panel(client, alert_id)
    assert (NOBODY in page, "Open a new ticket" in page) == (False, False)
    login(client, Role.ANALYST, locale="en")
    with database.unit_of_work() as uow:
        close(uow.session.get_one(Ticket, ticket_id), uow, clock)
    page = panel(client, alert_id)
    assert (NOBODY in page, "<form" in page) == (True, False)


def test_another_ticket_is_opened_from_the_page_and_by_programs(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        ticket = ended(uow, clock)
        ticket_id, alert_id = ticket.id, ticket.alert_id
        make_alert(uow, clock, alert_id)
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    answer = client.post(f"/tickets/{ticket_id}/renewal")
    assert answer.status_code == 303
    assert "/tickets/" in answer.location
    assert answer.location.rpartition("/")[2] in panel(client, alert_id)
    again = client.post(f"/tickets/{ticket_id}/renewal")
    assert again.status_code == 409
    assert "has another ticket already" in again.get_data(as_text=True)
    second = UUID(answer.location.rpartition("/")[2])
    with database.unit_of_work() as uow:
        close(uow.session.get_one(Ticket, second), uow, clock)
    sent = client.post(f"/api/v1/tickets/{second}/renewal", json={})
    assert (sent.status_code, sent.get_json()["alert_id"]) == (200, str(alert_id))
    login(client, Role.ANALYST)
    assert client.post(f"/tickets/{second}/renewal").status_code == 403


def test_a_cancelled_ticket_is_taken_back_and_a_duplicate_shows_its_original(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        event = opened(clock, make_building(uow, clock).id)
        open_alert_ticket(event, SCAN, uow, clock)
        ticket = uow.session.scalars(select(Ticket)).one()
        cancel_ticket(AGENT, ticket.id, "Erreur", uow, clock)
        make_alert(uow, clock, event.alert_id)
        original = make_ticket(uow, clock)
        ticket_id, original_id, number = ticket.id, original.id, original.number
    login(client, Role.DISPATCHER, locale="en")
    page = panel(client, event.alert_id)
    assert NOBODY in page
    assert f'action="/tickets/{ticket_id}/steps/reopen"' in page
    client.post(f"/tickets/{ticket_id}/steps/reopen", data={"text": "Non"})
    with database.unit_of_work() as uow:
        mark_duplicate(AGENT, ticket_id, original_id, uow, clock)
    page = panel(client, event.alert_id)
    assert (number in page, NOBODY in page) == (True, False)
    with database.unit_of_work() as uow:
        close(uow.session.get_one(Ticket, original_id), uow, clock)
    assert NOBODY in panel(client, event.alert_id)


def test_an_alert_without_a_ticket_says_when_one_is_opened(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        alert_id = make_alert(uow, clock, new_id()).id
    login(client, Role.DISPATCHER, locale="en")
    assert "when the meter stands in a building" in panel(client, alert_id)

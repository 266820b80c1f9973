"""Closing the order of an alert is seen at once on the ticket, the alert and the lot."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.ids import new_id
from modules.interventions.commands import CompleteOrder
from modules.interventions.services import complete_order
from modules.tickets.alerts import find_alert_ticket, open_alert_ticket
from tests.factories.energy import make_alert
from tests.factories.interventions import make_order, make_technician, technician_actor
from tests.factories.portfolio import make_building, make_lot
from tests.modules.tickets.test_alerts import SCAN, opened
from tests.support.web import Login

READERS = (Role.CALL_CENTRE_AGENT, Role.ENERGY_COORDINATOR, Role.DISPATCHER)


def alert_of_a_home(uow: UnitOfWork, clock: FixedClock) -> tuple[UUID, UUID]:
    """Return an open alert and the home its meter feeds; its ticket is opened."""
    lot = make_lot(uow, clock, make_building(uow, clock))
    alert = make_alert(uow, clock, new_id(), lot.building_id)
    event = opened(clock, lot.building_id, lot_id=lot.id, alert_id=alert.id)
    open_alert_ticket(event, SCAN, uow, clock)
    return alert.id, lot.id


@pytest.mark.parametrize("role", READERS)
def test_the_ticket_the_alert_and_the_lot_say_that_the_work_is_done(
    role: Role, client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, role, locale="en")
    with database.unit_of_work() as uow:
        alert_id, lot_id = alert_of_a_home(uow, clock)
        ticket = find_alert_ticket(uow, alert_id)
        assert ticket is not None
        technician = make_technician(uow, clock)
        order_id = make_order(uow, clock, technician, ticket_ids=(ticket.id,)).id
        pages = (
            f"/tickets/{ticket.id}",
            f"/tickets/panels/alerts/{alert_id}",
            f"/tickets/panels/lots/{lot_id}",
        )
    before = [client.get(page).get_data(as_text=True) for page in pages]
    assert not any("ompleted" in text for text in before)
    clock.advance(timedelta(minutes=30))
    with database.unit_of_work() as uow:
        done = CompleteOrder(work_done="Valve closed")
        complete_order(technician_actor(technician), order_id, done, uow, clock)
    story, of_alert, of_lot = (client.get(page).get_data(as_text=True) for page in pages)
    assert "Work completed" in story
    for panel in (of_alert, of_lot):
        assert "Completed" in panel
    assert "the meter says whether it helped" in of_alert
    assert "nobody works on it" not in of_alert

"""Abnormal consumption is one ticket with the urgency of a breakdown, and follows its alert."""

from dataclasses import asdict, fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.i18n import LazyText, use_locale
from app.ids import new_id
from modules.energy.commands import ChangeMeter
from modules.energy.enums import AlertEventKind, Rule, Utility
from modules.energy.events import AlertOpened, AlertResolved, AlertStill
from modules.energy.models import Meter
from modules.energy.services.alerts import Finding, open_alert, resolve_alert
from modules.energy.services.meters import change_meter
from modules.tickets.alerts import (
    ENDINGS,
    note_alert_resolved,
    note_alert_still,
    open_alert_ticket,
)
from modules.tickets.enums import EVENT_LABELS, EventKind, TicketSource, TicketStatus, Trade
from modules.tickets.models import Ticket
from modules.tickets.services.recording import events_of
from tests.factories.energy import create_meter
from tests.factories.portfolio import make_building
from tests.support.web import Login

SCAN = system_actor("Night scan")


def opened(clock: FixedClock, building_id: Any, **facts: Any) -> AlertOpened:
    now = clock.now()
    given: dict[str, Any] = {
        "alert_id": new_id(),
        "alert_number": "AL-2026-000001",
        "meter_id": new_id(),
        "meter_label": "Eau, cave",
        "utility": Utility.WATER,
        "rule": next(iter(Rule)),
        "building_id": building_id,
        "lot_id": None,
        "installation_label": "Chaufferie",
        "onset_at": now - timedelta(hours=30),
        "detected_at": now - timedelta(minutes=20),
        "until_at": now,
        "excess_wh": None,
        "excess_l": 4200,
        "excess_wh_per_day": None,
        "excess_l_per_day": 3300,
        "cost_cents": 2100,
        "cost_cents_per_day": 1650,
        "sentence": {"fr": "L'eau coule la nuit.", "nl": "Er loopt water 's nachts."},
    } | facts
    return AlertOpened(**given)


def tickets(uow: UnitOfWork) -> list[Ticket]:
    uow.flush()
    return list(uow.session.scalars(select(Ticket)))


def test_an_alert_opens_one_ticket_counted_from_detection(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    building = make_building(uow, clock)
    event = opened(clock, building.id)
    for _ in range(2):
        open_alert_ticket(event, SCAN, uow, clock)
    (ticket,) = tickets(uow)
    assert (ticket.source, ticket.priority_key) == (TicketSource.ALERT, "breakdown")
    assert ticket.opened_at == event.detected_at
    assert ticket.due_at == event.detected_at + timedelta(hours=4)
    assert ticket.building_id == building.id
    assert ticket.alert["excess_l"] == 4200
    assert ticket.alert["curve_url"].startswith("/energy/alerts/")


def test_a_meter_without_a_building_opens_none(uow: UnitOfWork, clock: FixedClock) -> None:
    open_alert_ticket(opened(clock, None), SCAN, uow, clock)
    assert tickets(uow) == []


def test_still_and_resolved_are_told_on_the_same_ticket(uow: UnitOfWork, clock: FixedClock) -> None:
    event = opened(clock, make_building(uow, clock).id)
    open_alert_ticket(event, SCAN, uow, clock)
    clock.advance(timedelta(days=1))
    facts = {key: getattr(event, key) for key in asdict(event)}
    note_alert_still(AlertStill(**facts | {"cost_cents": 3750}), SCAN, uow, clock)
    resolved = AlertResolved(**facts, resolved_at=clock.now(), reason="robinet fermé")
    note_alert_resolved(resolved, SCAN, uow, clock)
    (ticket,) = tickets(uow)
    kinds = [one.kind for one in events_of(uow.session, ticket.id)]
    assert kinds[-2:] == [EventKind.ALERT_STILL, EventKind.ALERT_RESOLVED]
    assert ticket.status is TicketStatus.NEW
    assert "robinet fermé" in events_of(uow.session, ticket.id)[-1].text


@pytest.mark.parametrize(("outcome", "said"), list(ENDINGS.items()))
def test_the_ticket_says_how_a_person_ended_the_alert(
    database: Database,
    clock: FixedClock,
    client: FlaskClient,
    login: Login,
    outcome: str,
    said: LazyText,
) -> None:
    with database.unit_of_work() as uow:
        event = opened(clock, make_building(uow, clock).id)
        open_alert_ticket(event, SCAN, uow, clock)
        facts = {key: getattr(event, key) for key in asdict(event)}
        by_person = {"by_person": True, "reason": "compteur remplacé"}
        ended = AlertResolved(**facts, **by_person, outcome=AlertEventKind(outcome))
        note_alert_resolved(ended, SCAN, uow, clock)
        (ticket,) = tickets(uow)
        address = f"/tickets/{ticket.id}"
    login(client, Role.DISPATCHER, locale="nl")
    page = client.get(address).get_data(as_text=True)
    with use_locale("nl"):
        assert page.count(str(said)) == 2  # beside the curve, and in the story
        assert str(EVENT_LABELS[EventKind.ALERT_RESOLVED]) not in page
    assert '<p class="story-text">compteur remplacé</p>' in page


def test_what_no_ticket_knows_changes_nothing(uow: UnitOfWork, clock: FixedClock) -> None:
    facts = asdict(opened(clock, make_building(uow, clock).id))
    note_alert_resolved(AlertResolved(**facts), SCAN, uow, clock)
    assert tickets(uow) == []


def test_an_alert_still_there_without_a_ticket_gets_one(uow: UnitOfWork, clock: FixedClock) -> None:
    event = opened(clock, None)
    open_alert_ticket(event, SCAN, uow, clock)
    facts = asdict(event) | {"building_id": make_building(uow, clock).id}
    clock.advance(timedelta(days=1))
    for _ in range(2):
        note_alert_still(AlertStill(**facts), SCAN, uow, clock)
    (ticket,) = tickets(uow)
    assert ticket.due_at == event.detected_at + timedelta(hours=4)


def placed(meter: Meter, building_id: UUID) -> ChangeMeter:
    kept = {one.name: getattr(meter, one.name, "") for one in fields(ChangeMeter)}
    return ChangeMeter(**kept | {"meter_id": meter.id, "building_id": building_id})


def test_a_meter_put_in_a_building_takes_its_open_alert_there(
    database: Database, clock: FixedClock
) -> None:
    day = clock.now()
    leak = Finding(Rule.CONTINUOUS_FLOW, day - timedelta(days=1), day, 40, 0, 5, 24, 960, 960)
    with database.unit_of_work() as uow:
        meter = create_meter(uow, clock)
        open_alert(SCAN, meter, leak, uow, clock)
        resolved = open_alert(SCAN, meter, replace(leak, rule=Rule.STUCK), uow, clock)
        resolve_alert(SCAN, resolved, uow, clock)
        first, second = make_building(uow, clock), make_building(uow, clock)
        assert tickets(uow) == []
        meter_id = meter.id
    clock.advance(timedelta(hours=2))
    for building in (first, second):
        with database.unit_of_work() as uow:
            meter = uow.session.get_one(Meter, meter_id)
            change_meter(SCAN, placed(meter, building.id), uow, clock)
    with database.unit_of_work() as uow:
        (ticket,) = tickets(uow)
    assert (ticket.building_id, ticket.source) == (first.id, TicketSource.ALERT)
    assert ticket.due_at == day + timedelta(hours=4)


@pytest.mark.parametrize(
    ("utility", "trade"),
    [
        (Utility.WATER, Trade.PLUMBING),
        (Utility.ELECTRICITY, Trade.ELECTRICITY),
        (Utility.GAS, Trade.HEATING),
    ],
)
def test_the_trade_is_the_one_of_what_is_metered(
    uow: UnitOfWork, clock: FixedClock, utility: Utility, trade: Trade
) -> None:
    event = opened(clock, make_building(uow, clock).id, utility=utility)
    open_alert_ticket(event, SCAN, uow, clock)
    (ticket,) = tickets(uow)
    assert ticket.trade is trade

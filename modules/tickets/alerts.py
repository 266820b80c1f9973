"""Abnormal consumption becomes a ticket with the urgency of a breakdown, and only one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth.actor import Actor, system_actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy.api import (
    EVENT_LABELS,
    AlertEventKind,
    Utility,
    alert_title,
    sentence_to_keep,
)
from modules.energy.events import AlertEvent, AlertReopened, AlertResolved, AlertStill
from modules.tickets.commands import OpenTicket, Place
from modules.tickets.enums import EventKind, TicketSource, Trade
from modules.tickets.models import Ticket
from modules.tickets.services.opening import open_ticket
from modules.tickets.services.recording import Happening, add_event

CATEGORY = "plant.energy"
BY_THE_METER = "by_the_meter"
# How an alert ended, where a person said so.
ENDINGS = {
    kind.value: EVENT_LABELS[kind]
    for kind in (AlertEventKind.RESOLVED, AlertEventKind.EXPLAINED, AlertEventKind.FALSE_ALARM)
}
# Who looks at it: water that runs is no work for a heating engineer, nor a silent electric meter.
_TRADES = {Utility.WATER: Trade.PLUMBING, Utility.ELECTRICITY: Trade.ELECTRICITY}
# The ticket is opened by the house itself: whoever let the scan run needs no right to tickets.
HOUSE = system_actor("Intendant")


def open_alert_ticket(event: AlertEvent, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Open the ticket of an alert on the building or plant its meter feeds, due from detection.

    A second call for the same alert changes nothing; a meter without a building opens none.
    """
    if event.building_id is None or find_alert_ticket(uow, event.alert_id) is not None:
        return
    command = OpenTicket(
        place=Place(
            lot_id=event.lot_id,
            building_id=event.building_id,
            installation_id=event.installation_id,
            note=event.installation_label or event.meter_label,
        ),
        category_key=CATEGORY,
        title=alert_title(event.rule, event.meter_label)[:160],
        description=sentence_to_keep(event.sentence),
        source=TicketSource.ALERT,
        trade=_TRADES.get(event.utility),
        priority_key=event.priority,
        priority_reason=event.alert_number,
        opened_at=event.detected_at,
        alert_id=event.alert_id,
        alert=_facts(event),
    )
    open_ticket(replace(HOUSE, display_name=actor.display_name), command, uow, clock)


def note_alert_still(event: AlertStill, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Add to the alert's ticket that the consumption is still abnormal, with the new amounts.

    Without a ticket one is opened: its meter may have got a building since.
    """
    if find_alert_ticket(uow, event.alert_id) is None:
        open_alert_ticket(event, actor, uow, clock)
    else:
        _note(event, EventKind.ALERT_STILL, actor, uow, clock)


def note_alert_resolved(event: AlertResolved, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Add to the alert's ticket how the alert ended; a person closes the ticket.

    What the meter says is no more true of an alert somebody called false or explained: then their
    reason stands alone.
    """
    _note(event, EventKind.ALERT_RESOLVED, actor, uow, clock)


def note_alert_reopened(event: AlertReopened, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Add to the alert's ticket that somebody opened the alert again, and why.

    The ticket itself stays as it is: the page of the alert offers to send a closed one back, or to
    open another.
    """
    _note(event, EventKind.ALERT_REOPENED, actor, uow, clock)


def find_alert_ticket(uow: UnitOfWork, alert_id: UUID) -> Ticket | None:
    """Return the ticket an alert opened, or None."""
    return uow.session.scalars(select(Ticket).where(Ticket.alert_id == alert_id)).one_or_none()


def _note(event: AlertEvent, kind: EventKind, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    ticket = find_alert_ticket(uow, event.alert_id)
    if ticket is None:
        return
    facts = _facts(event)
    text = event.sentence.get("fr") or event.sentence.get("en", "")
    if isinstance(event, AlertResolved):
        facts["ended"] = event.outcome.value if event.by_person else BY_THE_METER
        text = event.reason or text
    if isinstance(event, AlertReopened):
        text = event.reason
    ticket.alert = type(ticket.alert)(facts)
    add_event(ticket, Happening(kind, text=text, data={"alert": facts}), actor, uow, clock)


def _facts(event: AlertEvent) -> dict[str, Any]:
    """Keep what the ticket shows of the alert: amounts, since when, and where the curve is."""
    return {
        "number": event.alert_number,
        "meter_id": str(event.meter_id),
        "meter": event.meter_label,
        "installation": event.installation_label,
        "utility": str(event.utility),
        "rule": str(event.rule),
        "onset_at": event.onset_at.isoformat(),
        "detected_at": event.detected_at.isoformat(),
        "until_at": event.until_at.isoformat(),
        "excess_wh": event.excess_wh,
        "excess_l": event.excess_l,
        "excess_wh_per_day": event.excess_wh_per_day,
        "excess_l_per_day": event.excess_l_per_day,
        "cost_cents": event.cost_cents,
        "cost_cents_per_day": event.cost_cents_per_day,
        "sentence": dict(event.sentence),
        "url": event.url,
        "curve_url": event.curve_url.format(alert_id=event.alert_id),
    }

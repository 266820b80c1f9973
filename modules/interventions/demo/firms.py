"""The contractors of the demo: invented firms that take the lifts, the roofs and the boilers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import BRUSSELS
from app.db import Base
from modules.interventions.demo.agenda import working_days
from modules.interventions.demo.rows import (
    Firm,
    Place,
    about_work,
    assignment,
    at_firm,
    told,
    told_no_access,
)
from modules.interventions.demo.works import Works
from modules.interventions.enums import OrderEventKind, OrderStatus, WorkClass
from modules.tickets.api import Trade

# Of so many orders of a trade a firm takes one.
SHARES = {Trade.LIFT: 1, Trade.ROOFING: 2, Trade.HEATING: 3, Trade.GLAZING: 3}
# What the firms among the demo's parties do.
FIRMS = {
    "Ascenseurs du Midi": Trade.LIFT,
    "Dakwerken Zennevallei": Trade.ROOFING,
    "Chaufferies Réunies": Trade.HEATING,
    "Glashandel Peetermans": Trade.GLAZING,
}
_K = OrderEventKind


@dataclass(frozen=True, slots=True)
class Work:
    """A work of the house: made so many hours ago, to be done in so many, and how it ended."""

    title: str
    age: int
    left: int
    end: OrderEventKind | None = None
    text: str = ""


_DONE = "Fait, rapport joint à la facture."
WORKS: dict[Trade, tuple[Work, ...]] = {
    Trade.LIFT: (
        Work("Entretien semestriel de l’ascenseur", 400, -30, _K.COMPLETED, _DONE),
        Work("Ascenseur bloqué au troisième étage", 9, -2),
        Work("Remédier à une remarque du contrôle : éclairage de la gaine", 120, 300),
        Work("Téléphone de cabine à raccorder", 44, 60, _K.NO_ACCESS, "Local machinerie fermé."),
    ),
    Trade.ROOFING: (
        Work("Dakgoot lekt boven de inkom", 60, 40),
        Work("Roofing van het achtergebouw vernieuwen", 200, 500),
        Work("Nokpannen vastleggen", 90, 160, _K.HELD, "Wachten tot de wind gaat liggen."),
    ),
    Trade.HEATING: (
        Work("Entretien annuel de la chaufferie", 300, -48, _K.COMPLETED, _DONE),
        Work("Brûleur en défaut dans la chaufferie", 5, 6),
        Work("Vase d’expansion à remplacer", 150, 90, _K.CANCELLED, "Fait pendant l’entretien."),
    ),
    Trade.GLAZING: (
        Work("Glas van de voordeur vervangen", 30, 20),
        Work("Lichtkoepel van de traphal dichten", 52, 70, _K.REFUSED, "Geen ploeg vrij."),
    ),
}


def find_firms(session: Session) -> list[Firm]:
    """Return the firms among the parties."""
    parties = Base.metadata.tables["parties"].c
    wanted = select(parties.id, parties.name).where(parties.name.in_(FIRMS))
    rows = session.execute(wanted.order_by(parties.reference))
    return [Firm(row.id, row.name, FIRMS[row.name]) for row in rows]


class Contracts:
    """Says which orders of a trade go to its firm, in turn."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        """Start with nothing given."""
        self._firms = {firm.trade: firm for firm in firms}
        self._seen: dict[Trade, int] = {}

    def next_for(self, trade: Trade) -> Firm | None:
        """Return the firm that takes the next order of a trade, or None when we do it."""
        firm = self._firms.get(trade)
        if firm is None:
            return None
        self._seen[trade] = self._seen.get(trade, 0) + 1
        return firm if self._seen[trade] % SHARES[trade] == 0 else None


def plan_firms(works: Works, firms: Sequence[Firm], places: Sequence[Place]) -> None:
    """Give each firm works of the house, then agree a day for every other order that waits."""
    for firm in firms:
        for number, work in enumerate(WORKS.get(firm.trade, ())):
            if places:
                _order_work(works, firm, places[number * len(places) // 5], work)
    waiting = [
        row
        for row in works.rows["work_orders"]
        if row["contractor_id"] and row["status"] is OrderStatus.ASSIGNED
    ]
    for row, day in zip(waiting[::2], working_days(works.now + timedelta(days=1)), strict=False):
        start = datetime.combine(day, time(9), BRUSSELS)
        works.schedule(row, start, start + timedelta(hours=2))


def _order_work(works: Works, firm: Firm, place: Place, work: Work) -> None:
    """Make an order of the house at a firm, with how it ended there."""
    made_at = works.now - timedelta(hours=work.age)
    due_at = works.now + timedelta(hours=work.left)
    about = about_work(place, firm.trade, work.title, "fr", due_at)
    given = {"id": firm.id, "name": firm.name}
    story = [
        told(OrderEventKind.CREATED, made_at),
        assignment(made_at + timedelta(minutes=10), given),
        told(OrderEventKind.STARTED, made_at + timedelta(minutes=90)),
    ]
    if work.end is OrderEventKind.NO_ACCESS:
        story.append(told_no_access(_ended_at(works, work), work.text))
    elif work.end is not None:
        story.append(told(work.end, _ended_at(works, work), work.text))
    works.add_at_firm(about, made_at, list(at_firm(story, firm)), firm)["work_class"] = (
        WorkClass.PLANNED
    )


def _ended_at(works: Works, work: Work) -> datetime:
    """Return when a work ended: before it was to be done, and half its age ago at the latest."""
    return works.now + timedelta(hours=min(work.left - 4, -work.age / 2))

"""Visits of a file that send a technician to two places at once: said, to be confirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import format_datetime, format_time
from app.i18n import lazy as _l
from app.tabular.kinds import instant_of, moment_of
from app.tabular.problems import Problem, Severity
from app.tabular.typed import Row
from modules.interventions.errors import MOST_NAMED, Hours
from modules.interventions.importers.resolving import technicians_called
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.overlaps import COMING, hours_taken

_USUAL_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Visit:
    """Who comes when, as a row leaves it."""

    technician: Technician
    number: str
    start: datetime
    end: datetime

    def meets(self, other: Visit) -> bool:
        """Tell whether two visits of one technician are at one hour."""
        is_other = self.number != other.number
        return is_other and self.start < other.end and other.start < self.end


@dataclass(slots=True)
class Told:
    """What the rows before say, which a rehearsal does not write."""

    now: datetime
    visits: dict[UUID, list[Visit]] = field(default_factory=dict)
    # Orders that a row moves: where they stood in the database counts no more.
    moved: set[UUID] = field(default_factory=set)


def ask_about_meetings(
    actor: Actor,
    session: Session,
    rows: Sequence[Row],
    known: Mapping[str, WorkOrder],
    told: Told,
) -> Iterator[Problem]:
    """Ask about each visit to come that a row plans or gives, where its technician has another."""
    names = {str(one) for row in rows if (one := row.values.get("technician"))}
    called = technicians_called(session, names)
    planned = [(row, _visit(row, known, called)) for row in rows]
    coming = [(row, one) for row, one in planned if one is not None and one.end > told.now]
    told.moved |= {known[one.number].id for _row, one in coming if one.number in known}
    for row, visit in coming:
        taken = _taken(actor, session, visit, told)
        told.visits.setdefault(visit.technician.id, []).append(visit)
        if taken:
            yield _question(row, visit, taken)


def _visit(
    row: Row, known: Mapping[str, WorkOrder], called: Mapping[str, Technician]
) -> Visit | None:
    """Return the visit a row leads to, or None where it plans and gives nothing new."""
    values = row.values
    number = str(values.get("number") or values.get("external_ref") or row.number)
    order = known.get(number)
    name, moment = values.get("technician"), values.get("planned")
    technician = called.get(name) if name else _kept(order, values)
    stood = order.planned_start_at if order else None
    start = instant_of(moment) if moment else stood
    status = values.get("status") or (order.status if order else None)
    if technician is None or start is None or (status is not None and status not in COMING):
        return None
    if order is not None and _is_there(order, technician, start):
        return None
    minutes = values.get("estimated_minutes") or (order.estimated_minutes if order else None)
    end = start + timedelta(minutes=minutes or _USUAL_MINUTES)
    return Visit(technician, number, start, end)


def _kept(order: WorkOrder | None, values: Mapping[str, object]) -> Technician | None:
    return None if order is None or values.get("contractor") else order.technician


def _is_there(order: WorkOrder, technician: Technician, start: datetime) -> bool:
    same_hour = moment_of(order.planned_start_at) == moment_of(start)
    return same_hour and order.technician_id == technician.id


def _taken(actor: Actor, session: Session, visit: Visit, told: Told) -> Collection[Hours]:
    slot = (visit.start, visit.end)
    found = hours_taken(actor, session, told.moved, visit.technician.id, slot)
    by_hour = {(start, end): number for number, start, end in found}
    for other in told.visits.get(visit.technician.id, ()):
        if visit.meets(other):
            by_hour.setdefault((other.start, other.end), other.number)
    return [(number, start, end) for (start, end), number in sorted(by_hour.items())]


def _question(row: Row, visit: Visit, taken: Collection[Hours]) -> Problem:
    shown = [
        f"{number} {format_datetime(start)}–{format_time(end)}".strip()
        for number, start, end in list(taken)[:MOST_NAMED]
    ]
    text = _l(
        "%(name)s has another visit at that hour: %(visits)s.",
        name=visit.technician.name,
        visits="; ".join(shown),
    )
    value = format_datetime(visit.start)
    return Problem(
        "visits_overlap",
        row.number,
        field="planned",
        value=value,
        text=text,
        severity=Severity.WARNING,
    )

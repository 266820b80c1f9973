"""The office's opening hours and closing days, from a day on, archived and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.calendar.models import ClosingDay, OfficeWeek
from app.calendar.working_time import Hours
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import NotFound
from app.ids import new_id
from modules.tickets.commands import AddClosingDay, SetOfficeWeek
from modules.tickets.errors import NeverOpen
from modules.tickets.policies import TicketPermission
from modules.tickets.services.rule_checks import check_day, check_source, need_three

Dated = OfficeWeek | ClosingDay
Row = TypeVar("Row", OfficeWeek, ClosingDay)


def set_office_week(
    actor: Actor, command: SetOfficeWeek, uow: UnitOfWork, clock: Clock
) -> OfficeWeek:
    """Give the opening hours from a day on; a week of the same day is replaced.

    Raises DayGone, SourceNeeded and NeverOpen.
    """
    require(actor, TicketPermission.RULES)
    check_day(command.valid_from, clock)
    if not any(command.hours.values()):
        raise NeverOpen
    _make_room(OfficeWeek, command.valid_from, actor, uow, clock)
    week = OfficeWeek(
        id=new_id(),
        hours=write_hours(command.hours),
        valid_from=command.valid_from,
        source=check_source(command.source),
        created_at=clock.now(),
    )
    return _keep(week, actor, uow, clock)


def add_closing_day(
    actor: Actor, command: AddClosingDay, uow: UnitOfWork, clock: Clock
) -> ClosingDay:
    """Close the office on one more day; a closing day of the same date is replaced.

    Raises DayGone, SourceNeeded and ThreeLanguagesNeeded.
    """
    require(actor, TicketPermission.RULES)
    check_day(command.day, clock)
    need_three([("name", command.name)])
    _make_room(ClosingDay, command.day, actor, uow, clock)
    day = ClosingDay(
        id=new_id(),
        day=command.day,
        name=command.name,
        source=check_source(command.source),
        created_at=clock.now(),
    )
    return _keep(day, actor, uow, clock)


def archive_hours(
    actor: Actor, model: type[Dated], row_id: UUID, uow: UnitOfWork, clock: Clock
) -> Dated:
    """Take a week of hours or a closing day back; promises made meanwhile keep it."""
    row = _find(actor, model, row_id, uow)
    if row.archived_at is None:
        row.archive(actor.user_id, clock.now())
        _record("archive", row, actor, uow, clock)
    return row


def restore_hours(
    actor: Actor, model: type[Dated], row_id: UUID, uow: UnitOfWork, clock: Clock
) -> Dated:
    """Put back a week of hours or a closing day; it takes the place of one of the same day."""
    row = _find(actor, model, row_id, uow)
    if row.archived_at is not None:
        _make_room(model, _day_of(row), actor, uow, clock)
        row.restore()
        _record("restore", row, actor, uow, clock)
    return row


def write_hours(hours: Mapping[int, Sequence[Hours]]) -> JsonDict:
    """Return a week of hours as it is kept."""
    return JsonDict(
        {
            str(weekday): [[one.since, one.until] for one in openings]
            for weekday, openings in hours.items()
            if openings
        }
    )


def _make_room(model: type[Dated], day: date, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Archive what stands on a day, for another to take its place."""
    on = OfficeWeek.valid_from if model is OfficeWeek else ClosingDay.day
    standing: Any = select(model).where(on == day, model.archived_at.is_(None))
    for same in uow.session.scalars(standing):
        same.archive(actor.user_id, clock.now())


def _day_of(row: Dated) -> date:
    return row.valid_from if isinstance(row, OfficeWeek) else row.day


def _find(actor: Actor, model: type[Dated], row_id: UUID, uow: UnitOfWork) -> Dated:
    require(actor, TicketPermission.RULES)
    row = uow.session.get(model, row_id)
    if not isinstance(row, OfficeWeek | ClosingDay):
        raise NotFound
    return row


def _keep(row: Row, actor: Actor, uow: UnitOfWork, clock: Clock) -> Row:
    uow.session.add(row)
    _record("change", row, actor, uow, clock)
    uow.flush()
    return row


def _record(verb: str, row: Dated, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    is_week = isinstance(row, OfficeWeek)
    noun = "office_week" if is_week else "closing_day"
    what = row.hours if isinstance(row, OfficeWeek) else row.name
    record(
        uow,
        actor,
        clock,
        action=f"tickets.{noun}.{verb}",
        subject=Subject(noun, row.id, _day_of(row).isoformat()),
        changes={"hours" if is_week else "name": (None, what), "source": (None, row.source)},
    )

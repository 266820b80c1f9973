"""Opening hours and closing days for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import Schema

from app.api import ApiBlueprint, Step, offer_step
from app.auth.actor import Actor
from app.auth.needs import needs
from app.calendar.models import ClosingDay, OfficeWeek
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.tickets.commands import AddClosingDay, SetOfficeWeek
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.rules import list_closing_days, list_office_weeks
from modules.tickets.schemas_api_rules import (
    ClosingDayApiIn,
    ClosingDayOut,
    ClosingDayQuery,
    OfficeWeekApiIn,
    OfficeWeekOut,
)
from modules.tickets.services.hours import (
    add_closing_day,
    archive_hours,
    restore_hours,
    set_office_week,
)

blueprint = ApiBlueprint(
    "office_hours_api",
    __name__,
    url_prefix="/api/v1/office-hours",
    description="When the office works: deadlines in working hours are counted on it.",
)


@blueprint.route("/weeks")
class Weeks(MethodView):
    """Opening hours."""

    @needs(TicketPermission.RULES)
    @blueprint.response(200, OfficeWeekOut(many=True))
    def get(self) -> Sequence[OfficeWeek]:
        """List every week of hours the office stated, the latest first."""
        return list_office_weeks(current_actor(), reader())

    @needs(TicketPermission.RULES)
    @blueprint.arguments(OfficeWeekApiIn)
    @blueprint.response(201, OfficeWeekOut)
    def post(self, command: SetOfficeWeek) -> OfficeWeek:
        """Give the opening hours from a day on; those of the same day are replaced."""
        with open_unit_of_work() as uow:
            return set_office_week(current_actor(), command, uow, current_clock())


@blueprint.route("/closing-days")
class ClosingDays(MethodView):
    """Closing days."""

    @needs(TicketPermission.RULES)
    @blueprint.arguments(ClosingDayQuery, location="query")
    @blueprint.response(200, ClosingDayOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[ClosingDay]:
        """List the closing days from a day on, those taken back too; not the legal holidays."""
        since = query["since"] or current_clock().today(BRUSSELS)
        return list_closing_days(current_actor(), reader(), since)

    @needs(TicketPermission.RULES)
    @blueprint.arguments(ClosingDayApiIn)
    @blueprint.response(201, ClosingDayOut)
    def post(self, command: AddClosingDay) -> ClosingDay:
        """Close the office on one more day; one of the same date is replaced."""
        with open_unit_of_work() as uow:
            return add_closing_day(current_actor(), command, uow, current_clock())


def _archive(model: type[OfficeWeek | ClosingDay], row_id: UUID) -> None:
    with open_unit_of_work() as uow:
        archive_hours(current_actor(), model, row_id, uow, current_clock())


@blueprint.route("/weeks/<uuid:row_id>")
class WeekById(MethodView):
    """One week of hours."""

    @needs(TicketPermission.RULES)
    @blueprint.response(204)
    def delete(self, row_id: UUID) -> None:
        """Take a week of hours back; promises made meanwhile keep it."""
        _archive(OfficeWeek, row_id)


@blueprint.route("/closing-days/<uuid:row_id>")
class ClosingDayById(MethodView):
    """One closing day."""

    @needs(TicketPermission.RULES)
    @blueprint.response(204)
    def delete(self, row_id: UUID) -> None:
        """Take a closing day back; promises made meanwhile keep it."""
        _archive(ClosingDay, row_id)


def _offer(folder: str, model: type[OfficeWeek | ClosingDay], answer: type[Schema]) -> None:
    def take(actor: Actor, row_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Any:
        return restore_hours(actor, model, row_id, uow, clock)

    path = f"/{folder}/<uuid:row_id>/restoration"
    says = f"Put back one of the {folder.replace('-', ' ')} taken back."
    offer_step(blueprint, Step(path, TicketPermission.RULES, take, says), answer)


_offer("weeks", OfficeWeek, OfficeWeekOut)
_offer("closing-days", ClosingDay, ClosingDayOut)

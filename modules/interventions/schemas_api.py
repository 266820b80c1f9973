"""What the API of interventions accepts and answers; the field has its own in `schemas`."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load
from marshmallow.validate import Length, OneOf, Range

from app.api import Instant, Languages
from app.api.fields import RecordId
from app.i18n import LOCALES
from app.web.fields import Line, Paragraphs
from modules.interventions.commands import (
    Assignee,
    CreateOrder,
    Point,
    ReportNoAccess,
    ReportWork,
    ScheduleOrder,
)
from modules.interventions.enums import (
    NoAccessReason,
    OrderEventKind,
    OrderStatus,
    Outcome,
    PointKind,
    WorkClass,
)
from modules.tickets.api import Trade

_LONG = 4_000
MOST_POINTS = 40
_WHO = frozenset({"technician_id", "contractor_id"})
CONFIRMED = "Go on although the technician has another visit at that hour (409 visits_overlap)."


class OrderQuery(Schema):
    """Which orders to list."""

    status = fields.List(fields.Enum(OrderStatus, by_value=True), load_default=None)
    building_id = RecordId("building", load_default=None)
    lot_id = RecordId("lot", load_default=None)
    technician_id = fields.UUID(load_default=None)
    contractor_id = RecordId("party", load_default=None)
    ticket_id = RecordId("ticket", load_default=None)


class OrderApiIn(Schema):
    """An order to create."""

    ticket_ids = fields.List(fields.UUID(), load_default=list, validate=Length(max=50))
    title = Line(load_default="", validate=Length(max=160))
    description = Paragraphs(load_default=None, validate=Length(max=_LONG))
    trade = fields.Enum(Trade, by_value=True, load_default=None)
    priority_key = Line(load_default="", validate=Length(max=40))
    work_class = fields.Enum(WorkClass, by_value=True, load_default=WorkClass.RESPONSIVE)
    building_id = fields.UUID(load_default=None)
    lot_id = fields.UUID(load_default=None)
    installation_id = fields.UUID(load_default=None)
    planner_note = Paragraphs(load_default="", validate=Length(max=_LONG))
    estimated_minutes = fields.Integer(load_default=60, validate=Range(5, 2880))
    needs_signature = fields.Boolean(load_default=False)
    needs_two = fields.Boolean(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> CreateOrder:
        return CreateOrder(ticket_ids=tuple(data.pop("ticket_ids")), **data)


class AssignApiIn(Schema):
    """Who does it: a technician, or an organisation among the parties; null takes it back."""

    technician_id = fields.UUID(load_default=None, allow_none=True)
    contractor_id = fields.UUID(load_default=None, allow_none=True)
    is_confirmed = fields.Boolean(load_default=False, metadata={"description": CONFIRMED})

    @pre_load
    def _say_who(self, data: Any, **_kw: Any) -> Any:
        """Refuse to take an order back because both were forgotten."""
        if isinstance(data, dict) and not data.keys() & _WHO:
            missing = self.fields["technician_id"].error_messages["required"]
            raise ValidationError(missing, "technician_id")
        return data

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Assignee:
        return Assignee(**data)


class ReportApiIn(Schema):
    """What a contractor did; without `done_at` it is done now."""

    work_done = Paragraphs(required=True, validate=Length(min=1, max=_LONG))
    diagnosis = Paragraphs(load_default="", validate=Length(max=_LONG))
    done_at = Instant(load_default=None, allow_none=True)
    is_confirmed = fields.Boolean(
        load_default=False,
        metadata={"description": "Done before its visit was to begin (409 done_before_planned)."},
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ReportWork:
        return ReportWork(**data)


class NoAccessApiIn(Schema):
    """A closed door a contractor found; without `visited_at` they were there now."""

    reason = fields.Enum(NoAccessReason, by_value=True, required=True)
    text = Paragraphs(load_default="", validate=Length(max=_LONG))
    card_left = fields.Boolean(load_default=False)
    call_attempted = fields.Boolean(load_default=False)
    proposed_slot = Line(load_default="", validate=Length(max=160))
    visited_at = Instant(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ReportNoAccess:
        return ReportNoAccess(**data)


class OrderOut(Schema):
    """A work order."""

    id = fields.UUID()
    number = fields.String()
    external_ref = fields.String(allow_none=True)
    version = fields.Integer()
    title = fields.String()
    description = fields.String()
    status = fields.Enum(OrderStatus, by_value=True)
    reason = fields.String()
    work_class = fields.Enum(WorkClass, by_value=True)
    priority_key = fields.String()
    trade = fields.Enum(Trade, by_value=True)
    building_id = fields.UUID()
    lot_id = fields.UUID(allow_none=True)
    installation_id = fields.UUID(allow_none=True)
    parent_id = fields.UUID(allow_none=True)
    technician_id = fields.UUID(allow_none=True)
    contractor_id = fields.UUID(allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True)
    planned_start_at = fields.AwareDateTime(allow_none=True)
    planned_end_at = fields.AwareDateTime(allow_none=True)
    started_at = fields.AwareDateTime(allow_none=True)
    completed_at = fields.AwareDateTime(allow_none=True)
    diagnosis = fields.String()
    work_done = fields.String()
    updated_at = fields.AwareDateTime()


class ScheduleApiIn(Schema):
    """When somebody comes."""

    start = Instant(required=True)
    end = Instant(required=True)
    is_confirmed = fields.Boolean(load_default=False, metadata={"description": CONFIRMED})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ScheduleOrder:
        return ScheduleOrder(**data)


class OrderEventOut(Schema):
    """One thing that happened to an order."""

    position = fields.Integer()
    kind = fields.Enum(OrderEventKind, by_value=True)
    at = fields.AwareDateTime()
    recorded_at = fields.AwareDateTime()
    actor_name = fields.String()
    text = fields.String()
    data = fields.Dict()


class VisitOut(Schema):
    """When a technician was there, and how it ended."""

    id = fields.UUID()
    technician_id = fields.UUID(allow_none=True)
    actor_name = fields.String()
    started_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True, allow_none=True)
    no_access_reason = fields.Enum(NoAccessReason, by_value=True, allow_none=True)
    report = fields.String()


class SkillSchema(Schema):
    """A trade somebody masters: 1 helps, 2 works alone, 3 is the reference."""

    trade = fields.Enum(Trade, by_value=True, required=True)
    level = fields.Integer(load_default=2, validate=Range(1, 3))


class TechnicianQuery(Schema):
    """Which technicians are wanted."""

    active_only = fields.Boolean(load_default=True)


class TechnicianApiIn(Schema):
    """Everything a program may write about a technician."""

    name = Line(required=True, validate=Length(min=1, max=120))
    user_id = fields.UUID(load_default=None, allow_none=True, metadata={"refused_as": ("email",)})
    phone = Line(load_default="", validate=Length(max=30))
    locale = fields.String(load_default="fr", validate=OneOf(LOCALES))
    day_minutes = fields.Integer(load_default=420, validate=Range(30, 900))
    is_active = fields.Boolean(load_default=True)
    skills = fields.List(fields.Nested(SkillSchema), load_default=list, validate=Length(max=50))
    area_ids = fields.List(fields.UUID(), load_default=list, validate=Length(max=500))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        data["skills"] = {skill["trade"]: skill["level"] for skill in data["skills"]}
        data["area_ids"] = tuple(data["area_ids"])
        return data


class TechnicianOut(Schema):
    """Somebody who carries out orders."""

    id = fields.UUID()
    version = fields.Integer()
    name = fields.String()
    user_id = fields.UUID(allow_none=True)
    phone = fields.String()
    locale = fields.String()
    day_minutes = fields.Integer()
    is_active = fields.Boolean()
    skills = fields.List(fields.Nested(SkillSchema))
    area_ids = fields.Function(
        lambda one: sorted(str(area.area_id) for area in one.areas),
        metadata={"type": "array", "items": {"type": "string", "format": "uuid"}},
    )


class PointSchema(Schema):
    """A point of a checklist; without identifier it is a new one."""

    id = fields.String(load_default="", validate=Length(max=90))
    label = Languages(
        values=Line(validate=Length(min=1, max=160)), required=True, validate=Length(equal=3)
    )
    kind = fields.Enum(PointKind, by_value=True, load_default=PointKind.BOOLEAN)
    is_required = fields.Boolean(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Point:
        return Point(**data)


class ChecklistApiIn(Schema):
    """The points of a kind of work, in their order."""

    points = fields.List(
        fields.Nested(PointSchema), required=True, validate=Length(max=MOST_POINTS)
    )


class ChecklistOut(Schema):
    """What a kind of work asks; version 0 is the proposal of the house."""

    work = fields.String()
    name = fields.String()
    version = fields.Integer()
    since = fields.AwareDateTime(allow_none=True)
    stated_by = fields.String()
    points = fields.List(fields.Nested(PointSchema))

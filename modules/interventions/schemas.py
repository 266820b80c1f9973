"""What forms and the API of interventions accept, and what goes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf, Range

from app.api import Instant
from app.i18n import LOCALES
from app.i18n import lazy as _l
from app.web.fields import BelgianDate, DecimalComma, Line, LocalInstant, Paragraphs, Ticked
from app.web.forms import FormSchema, VersionField
from modules.interventions.commands import (
    Assignee,
    BoardFilter,
    CompleteOrder,
    CreateOrder,
    FollowOn,
    NoAccess,
    ReportNoAccess,
    ReportWork,
    SaveTechnician,
    ScheduleOrder,
)
from modules.interventions.enums import NoAccessReason, WorkClass
from modules.tickets.api import Trade

_LONG = 5_000
_MOST_OPERATIONS = 100
_MOST_HELD = 100
_LONGEST_SHIFT = 24 * 60
_LARGEST_QUANTITY = 100_000


class OrderIn(FormSchema):
    """An order, from a ticket or on a place, and who does it if that is known already."""

    ticket_id = fields.UUID(data_key="ticket", load_default=None)
    building_id = fields.UUID(data_key="building", load_default=None)
    lot_id = fields.UUID(data_key="lot", load_default=None)
    installation_id = fields.UUID(data_key="installation", load_default=None)
    parent_id = fields.UUID(data_key="parent", load_default=None)
    title = Line(load_default="", validate=Length(max=160), metadata={"label": _l("Work")})
    description = Paragraphs(load_default=None, validate=Length(max=_LONG))
    trade = fields.Enum(Trade, by_value=True, load_default=None)
    priority = Line(load_default="")
    work_class = fields.Enum(WorkClass, by_value=True, load_default=WorkClass.RESPONSIVE)
    planner_note = Paragraphs(load_default="", validate=Length(max=_LONG))
    estimated_minutes = fields.Integer(load_default=60, validate=Range(5, 2880))
    needs_signature = Ticked()
    needs_two = Ticked()
    technician_id = fields.UUID(data_key="technician", load_default=None)
    contractor_id = fields.UUID(data_key="contractor", load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> tuple[CreateOrder, Assignee]:
        ticket = data.pop("ticket_id")
        priority = data.pop("priority")
        given = Assignee(data.pop("technician_id"), data.pop("contractor_id"))
        tickets = (ticket,) if ticket else ()
        return CreateOrder(ticket_ids=tickets, priority_key=priority, **data), given


class BoardIn(FormSchema):
    """What the board shows."""

    command = BoardFilter
    technician_id = fields.UUID(data_key="technician")
    trade = fields.Enum(Trade, by_value=True)
    day = BelgianDate()


class AssignIn(FormSchema):
    """Which technician does it; empty takes it back."""

    command = Assignee
    technician_id = fields.UUID(data_key="technician", load_default=None)
    version = fields.Integer(load_default=None)
    is_confirmed = Ticked()


class ContractorIn(FormSchema):
    """Which organisation does it."""

    command = Assignee
    contractor_id = fields.UUID(
        data_key="contractor", required=True, metadata={"label": _l("Contractor")}
    )
    version = fields.Integer(load_default=None)


class ReportIn(FormSchema):
    """What a contractor did, as told to the office."""

    command = ReportWork
    work_done = Paragraphs(
        required=True, validate=Length(max=_LONG), metadata={"label": _l("Work done")}
    )
    diagnosis = Paragraphs(load_default="", validate=Length(max=_LONG))
    done_at = LocalInstant(load_default=None, metadata={"label": _l("Done")})
    is_confirmed = Ticked()
    version = fields.Integer(load_default=None)


class ScheduleIn(FormSchema):
    """When the visit is."""

    command = ScheduleOrder
    start = LocalInstant(required=True, metadata={"label": _l("Start time")})
    end = LocalInstant(required=True, metadata={"label": _l("End time")})
    version = fields.Integer(load_default=None)
    is_confirmed = Ticked()


class TextIn(FormSchema):
    """A text that may be empty."""

    text = Paragraphs(load_default="", validate=Length(max=_LONG))
    version = fields.Integer(load_default=None)


class NeededTextIn(FormSchema):
    """A text a step asks for."""

    text = Paragraphs(required=True, validate=Length(min=1, max=_LONG))
    version = fields.Integer(load_default=None)


class NoAccessIn(FormSchema):
    """Nobody could get in."""

    command = NoAccess
    reason = fields.Enum(NoAccessReason, by_value=True, required=True)
    card_left = Ticked()
    call_attempted = Ticked()
    proposed_slot = Line(load_default="")
    text = Paragraphs(load_default="")


class NoAccessReportIn(FormSchema):
    """A contractor found a closed door, as told to the office."""

    command = ReportNoAccess
    reason = fields.Enum(NoAccessReason, by_value=True, required=True)
    card_left = Ticked()
    text = Paragraphs(data_key="note", load_default="", validate=Length(max=_LONG))
    visited_at = LocalInstant(load_default=None, metadata={"label": _l("When they were there")})
    version = fields.Integer(load_default=None)


class CompleteIn(FormSchema):
    """The end of a visit."""

    command = CompleteOrder
    work_done = Paragraphs(load_default="", validate=Length(max=_LONG))
    diagnosis = Paragraphs(load_default="", validate=Length(max=_LONG))
    is_done = fields.Boolean(load_default=True)


class FollowOnIn(FormSchema):
    """Further work."""

    command = FollowOn
    text = Paragraphs(required=True, metadata={"label": _l("What else must be done")})
    trade = fields.Enum(Trade, by_value=True, load_default=None)
    urgent = Ticked()
    two_people = Ticked()
    material = Line(load_default="")


class Minutes(fields.Integer):
    """Minutes of one day, refused in the words of who typed something else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> int:
        try:
            minutes = int(super()._deserialize(value, attr, data, **kw) or 0)
        except ValidationError:
            minutes = 0
        if not 1 <= minutes <= _LONGEST_SHIFT:
            wrong = _l("Minutes: “%(value)s” is not a whole number from 1 to 1440.", value=value)
            raise ValidationError(wrong)  # type: ignore[arg-type]  # read when it is shown
        return minutes


class Quantity(DecimalComma):
    """How much of something was used, refused in the words of who typed something else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Decimal:
        try:
            number = super()._deserialize(value, attr, data, **kw)
        except ValidationError:
            number = Decimal(0)
        if not 0 < number <= _LARGEST_QUANTITY:
            wrong = _l(
                "Quantity: “%(value)s” is not a number above zero. Write for example 2 or 1,5.",
                value=value,
            )
            raise ValidationError(wrong)  # type: ignore[arg-type]  # read when it is shown
        return number


class HoursIn(FormSchema):
    """Minutes worked."""

    minutes = Minutes(required=True)


class MaterialIn(FormSchema):
    """A line of material."""

    label = Line(required=True, validate=Length(max=160))
    quantity = Quantity(places=3, load_default=Decimal(1))
    unit = Line(load_default="", validate=Length(max=20))


class TechnicianIn(FormSchema):
    """A technician."""

    name = Line(required=True, validate=Length(max=120), metadata={"label": _l("Name")})
    email = Line(load_default="", metadata={"label": _l("E-mail of the account")})
    phone = Line(load_default="", validate=Length(max=30), metadata={"label": _l("Phone")})
    locale = fields.String(
        load_default="fr", validate=OneOf(LOCALES), metadata={"label": _l("Language")}
    )
    day_minutes = fields.Integer(
        load_default=420,
        validate=Range(30, 900),
        metadata={"label": _l("Work that fits in a day")},
    )
    is_active = Ticked(metadata={"label": _l("Active: may be given orders")})
    trades = fields.List(
        fields.Enum(Trade, by_value=True), load_default=list, metadata={"label": _l("Trades")}
    )
    areas = fields.List(fields.UUID(), load_default=list, metadata={"label": _l("Areas")})
    version = VersionField(load_default=None, required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> tuple[SaveTechnician, str]:
        command = SaveTechnician(
            name=data["name"],
            phone=data["phone"],
            locale=data["locale"],
            day_minutes=data["day_minutes"],
            is_active=data["is_active"],
            skills=dict.fromkeys(data["trades"], 2),
            area_ids=tuple(data["areas"]),
            version=data["version"],
        )
        return command, data["email"]


class OperationIn(Schema):
    """One thing done on a tablet; the payload is read by its own operation."""

    id = fields.UUID(required=True)
    type = fields.String(required=True, validate=Length(max=40))
    order_id = fields.UUID(required=True)
    base_version = fields.Integer(load_default=0)
    payload = fields.Dict(load_default=dict)
    made_at = Instant(required=True)
    author = fields.UUID(load_default=None)


class OperationsIn(Schema):
    """A batch from one tablet."""

    device_id = fields.String(required=True, validate=Length(1, 64))
    # What the clock of the tablet says now.
    sent_at = Instant(load_default=None)
    operations = fields.List(
        fields.Nested(OperationIn), required=True, validate=Length(max=_MOST_OPERATIONS)
    )


class OperationsOut(Schema):
    """One answer for each operation."""

    results = fields.List(fields.Dict())


class DayQuery(Schema):
    """How many days ahead, and which orders the tablet holds unsent work of."""

    days = fields.Integer(load_default=3, validate=Range(0, 14))
    held = fields.List(fields.UUID(), load_default=list, validate=Length(max=_MOST_HELD))


class DayOut(Schema):
    """The technician's coming days; see docs/offline_sync.md."""

    generated_at = fields.String()
    server_version = fields.String()
    csrf_token = fields.String()
    technician = fields.Dict()
    orders = fields.List(fields.Dict())
    elsewhere = fields.List(fields.Dict())
    lookups = fields.Dict()

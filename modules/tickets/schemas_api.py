"""What the API of tickets accepts and answers."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf

from app.api import Instant, Languages
from app.api.fields import RecordId
from app.i18n import LOCALES
from app.i18n import gettext as _
from app.web.fields import Line, Paragraphs
from modules.tickets.commands import (
    CallAgain,
    Caller,
    ChangeCategory,
    ChangePriority,
    CountAffected,
    Defer,
    LinkTickets,
    OpenOutage,
    OpenTicket,
    Place,
    Wait,
)
from modules.tickets.enums import (
    LinkKind,
    TicketSource,
    TicketStatus,
    Trade,
    WaitingReason,
)

_LONG = 4_000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def email_or_nothing(value: str) -> None:
    """Refuse what is written but is not an address."""
    if value and not _EMAIL.fullmatch(value):
        raise ValidationError(_("Expected form: name@example.be, or nothing."))


class CallerApi(Schema):
    """Who reports; what is left out is taken from the sheet of the party."""

    party_id = fields.UUID(load_default=None, allow_none=True, metadata={"refused_as": ("party",)})
    name = Line(validate=Length(max=160))
    phone = Line(validate=Length(max=30))
    email = fields.String(validate=[Length(max=254), email_or_nothing])
    locale = fields.String(
        validate=OneOf(LOCALES),
        metadata={"description": "The language of the party when left out; fr without a party."},
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Caller:
        return Caller(**data, unsaid=frozenset({"name", "phone", "email", "locale"} - set(data)))


class TicketApiIn(Schema):
    """A ticket to open, on a lot, a building, a room or an installation."""

    lot_id = fields.UUID(load_default=None, allow_none=True)
    building_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"refused_as": ("place",)}
    )
    installation_id = fields.UUID(load_default=None, allow_none=True)
    room_id = fields.UUID(load_default=None, allow_none=True, metadata={"refused_as": ("room",)})
    place_note = Line(load_default="", validate=Length(max=200))
    category_key = Line(required=True, validate=Length(max=60))
    title = Line(load_default="", validate=Length(max=160))
    description = Paragraphs(load_default="", validate=Length(max=_LONG))
    source = fields.Enum(TicketSource, by_value=True, load_default=TicketSource.OTHER)
    caller = fields.Nested(CallerApi, load_default=Caller)
    priority_key = Line(load_default="", validate=Length(max=40))
    priority_reason = Line(load_default="", validate=Length(max=300))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> OpenTicket:
        place = Place(
            data.pop("lot_id"),
            data.pop("building_id"),
            data.pop("installation_id"),
            data.pop("room_id"),
            note=data.pop("place_note"),
        )
        return OpenTicket(place=place, **data)


class TicketApiQuery(Schema):
    """Which tickets to list."""

    status = fields.List(fields.Enum(TicketStatus, by_value=True), load_default=None)
    building_id = RecordId("building", load_default=None)
    lot_id = RecordId("lot", load_default=None)
    room_id = RecordId("room", load_default=None)
    caller_id = RecordId("party", load_default=None)
    category_key = fields.String(load_default="", validate=Length(max=60))
    q = fields.String(load_default="", validate=Length(max=200))
    updated_since = Instant(load_default=None)


class HoldApiIn(Schema):
    """For whom or what it waits."""

    reason = fields.Enum(WaitingReason, by_value=True, required=True)
    text = Paragraphs(load_default="", validate=Length(max=_LONG))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Wait:
        return Wait(data["reason"], data["text"])


class DeferApiIn(Schema):
    """Until which day it waits."""

    until = fields.Date(required=True)
    text = Paragraphs(load_default="", validate=Length(max=_LONG))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Defer:
        return Defer(data["until"], data["text"])


class PriorityApiIn(Schema):
    """Another priority, and why."""

    priority_key = Line(required=True, validate=Length(min=1, max=40))
    reason = Line(required=True, validate=Length(min=1, max=300))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ChangePriority:
        return ChangePriority(**data)


class CategoryApiIn(Schema):
    """Another kind of problem; `takes_priority` gives the ticket the priority of that kind too."""

    category_key = Line(required=True, validate=Length(min=1, max=60))
    reason = Line(load_default="", validate=Length(max=300))
    takes_priority = fields.Boolean(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ChangeCategory:
        return ChangeCategory(**data)


class LinkApiIn(Schema):
    """Another ticket that belongs to this one."""

    other_id = fields.UUID(required=True)
    kind = fields.Enum(LinkKind, by_value=True, load_default=LinkKind.RELATED)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> LinkTickets:
        return LinkTickets(**data)


class DuplicateApiIn(Schema):
    """The ticket that is repeated."""

    of_id = fields.UUID(required=True, metadata={"refused_as": ("duplicate_of",)})


class CallAgainApiIn(Schema):
    """Somebody reports the same thing again."""

    caller = fields.Nested(CallerApi, load_default=Caller)
    text = Paragraphs(load_default="", validate=Length(max=_LONG))
    is_new_household = fields.Boolean(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> CallAgain:
        return CallAgain(data["caller"], data["text"], data["is_new_household"])


class OutageQuery(Schema):
    """Which failures are wanted."""

    ended = fields.Boolean(load_default=False)


class OutageApiIn(Schema):
    """A failure that touches many, with the sentence agents say; French and Dutch are needed."""

    building_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"refused_as": ("place",)}
    )
    installation_id = fields.UUID(load_default=None, allow_none=True)
    category_key = Line(required=True, validate=Length(min=1, max=60))
    title = Languages(values=Line(validate=Length(max=120)), required=True)
    sentence = Languages(values=Paragraphs(validate=Length(max=400)), required=True)
    expected_end_at = Instant(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> OpenOutage:
        return OpenOutage(**data)


class OutageChangeApiIn(Schema):
    """What is said of a failure that goes on, and when it should end."""

    category_key = Line(required=True, validate=Length(min=1, max=60))
    title = Languages(values=Line(validate=Length(max=120)), required=True)
    sentence = Languages(values=Paragraphs(validate=Length(max=400)), required=True)
    expected_end_at = Instant(load_default=None, allow_none=True)


class AffectedApiIn(Schema):
    """One more caller touched by a failure."""

    caller = fields.Nested(CallerApi, load_default=Caller)
    lot_id = fields.UUID(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> CountAffected:
        return CountAffected(**data)


class OutageOut(Schema):
    """A failure that touches many."""

    id = fields.UUID()
    version = fields.Integer()
    title = Languages()
    sentence = Languages()
    category_key = fields.String()
    building_id = fields.UUID(allow_none=True)
    installation_id = fields.UUID(allow_none=True)
    started_at = fields.AwareDateTime()
    expected_end_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    affected_count = fields.Integer()


class EventOut(Schema):
    """One thing that happened to a ticket."""

    position = fields.Integer()
    kind = fields.String()
    at = fields.AwareDateTime()
    recorded_at = fields.AwareDateTime()
    actor_name = fields.String()
    text = fields.String()
    data = fields.Dict()


class TicketOut(Schema):
    """A ticket."""

    id = fields.UUID()
    number = fields.String()
    external_ref = fields.String(allow_none=True)
    version = fields.Integer()
    source = fields.Enum(TicketSource, by_value=True)
    status = fields.Enum(TicketStatus, by_value=True)
    waiting_reason = fields.Enum(WaitingReason, by_value=True, allow_none=True)
    deferred_until = fields.Date(allow_none=True)
    duplicate_of_id = fields.UUID(allow_none=True)
    category_key = fields.String()
    priority_key = fields.String()
    trade = fields.Enum(Trade, by_value=True)
    title = fields.String()
    description = fields.String()
    building_id = fields.UUID(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    installation_id = fields.UUID(allow_none=True)
    room_id = fields.UUID(allow_none=True)
    place_note = fields.String()
    caller_id = fields.UUID(allow_none=True)
    caller_name = fields.String()
    caller_locale = fields.String()
    alert_id = fields.UUID(allow_none=True)
    outage_id = fields.UUID(allow_none=True)
    opened_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime(allow_none=True)
    completed_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    returned_count = fields.Integer()
    affected_count = fields.Integer()
    updated_at = fields.AwareDateTime()

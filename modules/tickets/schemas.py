"""What the pages of tickets accept."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.i18n import LOCALES
from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Line, LocalInstant, Paragraphs, Ticked
from app.web.forms import FormSchema
from modules.tickets.commands import (
    Caller,
    ChangeCategory,
    ChangeOutage,
    ChangePriority,
    Defer,
    OnSite,
    OpenOutage,
    OpenTicket,
    Place,
    Wait,
)
from modules.tickets.enums import LinkKind, TicketSource, WaitingReason


class CallIn(FormSchema):
    """A report as the agent takes it down."""

    lot_id = fields.UUID(data_key="lot", allow_none=True, load_default=None)
    building_id = fields.UUID(data_key="building", allow_none=True, load_default=None)
    installation_id = fields.UUID(data_key="installation", allow_none=True, load_default=None)
    room_id = fields.UUID(data_key="room", allow_none=True, load_default=None)
    party_id = fields.UUID(data_key="party", allow_none=True, load_default=None)
    place_note = Line(load_default="", validate=validate.Length(max=200))
    category = Line(required=True, metadata={"label": _l("Problem")})
    description = Paragraphs(load_default="", validate=validate.Length(max=4000))
    source = fields.Enum(TicketSource, by_value=True, load_default=TicketSource.PHONE)
    caller_name = Line(load_default="", validate=validate.Length(max=160))
    caller_phone = Line(load_default="", validate=validate.Length(max=30))
    caller_email = Line(load_default="", validate=validate.Length(max=254))
    caller_locale = fields.String(load_default="fr", validate=validate.OneOf(LOCALES))
    contact_name = Line(load_default="", validate=validate.Length(max=160))
    contact_phone = Line(load_default="", validate=validate.Length(max=30))
    availability = Line(load_default="", validate=validate.Length(max=300))
    danger = Line(load_default="")
    priority = Line(load_default="")
    priority_reason = Line(load_default="", validate=validate.Length(max=300))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> OpenTicket:
        return OpenTicket(
            place=Place(
                lot_id=data["lot_id"],
                building_id=data["building_id"],
                installation_id=data["installation_id"],
                room_id=data["room_id"],
                note=data["place_note"],
            ),
            category_key=data["category"],
            description=data["description"],
            source=data["source"],
            caller=Caller(
                party_id=data["party_id"],
                name=data["caller_name"],
                phone=data["caller_phone"],
                email=data["caller_email"],
                locale=data["caller_locale"],
            ),
            on_site=OnSite(data["contact_name"], data["contact_phone"], data["availability"]),
            safety=_answered(data["danger"]),
            priority_key=data["priority"],
            priority_reason=data["priority_reason"],
        )


def _answered(danger: str) -> dict[str, bool]:
    """Read the answer to what is asked first: the key of the question, after `no:` for a no."""
    key = danger.removeprefix("no:")
    return {key: key == danger} if key else {}


class CallerIn(FormSchema):
    """Who calls about something that is known already."""

    command = Caller
    party_id = fields.UUID(data_key="party", allow_none=True, load_default=None)
    name = Line(data_key="caller_name", load_default="", validate=validate.Length(max=160))
    phone = Line(data_key="caller_phone", load_default="", validate=validate.Length(max=30))
    email = Line(data_key="caller_email", load_default="", validate=validate.Length(max=254))
    locale = fields.String(
        data_key="caller_locale", load_default="fr", validate=validate.OneOf(LOCALES)
    )


class NoteIn(FormSchema):
    """A sentence."""

    text = Paragraphs(load_default="", validate=validate.Length(max=4000))
    version = fields.Integer(load_default=None)


class NeededNoteIn(FormSchema):
    """A sentence a step asks for."""

    text = Paragraphs(required=True, validate=validate.Length(min=1, max=4000))
    version = fields.Integer(load_default=None)


class WaitIn(FormSchema):
    """For whom it waits."""

    command = Wait
    reason = fields.Enum(WaitingReason, by_value=True, required=True)
    note = Paragraphs(data_key="text", load_default="")
    version = fields.Integer(load_default=None)


class DeferIn(FormSchema):
    """Until when it is put aside."""

    command = Defer
    until = BelgianDate(required=True)
    note = Paragraphs(data_key="text", load_default="")
    version = fields.Integer(load_default=None)


class PriorityIn(FormSchema):
    """Another priority and why."""

    command = ChangePriority
    priority_key = Line(data_key="priority", required=True)
    reason = Line(required=True, validate=validate.Length(min=1, max=300))
    version = fields.Integer(load_default=None)


class CategoryIn(FormSchema):
    """Another kind of problem."""

    command = ChangeCategory
    category_key = Line(data_key="category", required=True)
    reason = Line(load_default="")
    takes_priority = Ticked(load_default=False)
    version = fields.Integer(load_default=None)


class ChangeManyIn(FormSchema):
    """What many tickets get, and why."""

    target = Line(required=True)
    reason = Line(load_default="", validate=validate.Length(max=300))


class LinkIn(FormSchema):
    """Another ticket, by its number."""

    number = Line(required=True)
    kind = fields.Enum(LinkKind, by_value=True, load_default=LinkKind.RELATED)


class OutageIn(FormSchema):
    """A known failure, in both languages."""

    building_id = fields.UUID(data_key="building", allow_none=True, load_default=None)
    installation_id = fields.UUID(data_key="installation", allow_none=True, load_default=None)
    category_key = Line(data_key="category", required=True)
    title_fr = Line(required=True, validate=validate.Length(max=120))
    title_nl = Line(required=True, validate=validate.Length(max=120))
    sentence_fr = Paragraphs(required=True, validate=validate.Length(max=400))
    sentence_nl = Paragraphs(required=True, validate=validate.Length(max=400))
    expected_end_at = LocalInstant(data_key="expected_end", allow_none=True, load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> OpenOutage | ChangeOutage:
        return OpenOutage(**_by_language(data))


class OutageChangeIn(OutageIn):
    """What is said of a failure that goes on."""

    class Meta:
        exclude = ("building_id", "installation_id")

    version = fields.Integer(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ChangeOutage:
        return ChangeOutage(**_by_language(data))


def _by_language(data: dict[str, Any]) -> dict[str, Any]:
    texts = {
        name: {locale: data.pop(f"{name}_{locale}") for locale in ("fr", "nl")}
        for name in ("title", "sentence")
    }
    return data | texts

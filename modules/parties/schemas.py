"""Forms of this module: what people type becomes a command."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.i18n import lazy as _l
from app.phones import show_phone
from app.web.fields import BelgianDate, Line, Paragraphs, Ticked
from app.web.forms import FormSchema, VersionField
from modules.parties.commands import AllowChannel, MergeParties, Occupy, PartyFacts, PhoneFacts
from modules.parties.enums import (
    Channel,
    Language,
    OccupancyRole,
    PartyKind,
    Relation,
)


def _phone_text(phone: Any) -> str:
    return f"{show_phone(phone.e164)}, {phone.label}" if phone.label else show_phone(phone.e164)


class PhoneLines(Paragraphs):
    """Several numbers, one a line; what follows a comma is a label."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kw)
        return tuple(
            PhoneFacts(number.strip(), label=label.strip())
            for number, _comma, label in (line.partition(",") for line in text.splitlines())
            if number.strip()
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str:
        return "\n".join(_phone_text(phone) for phone in value or ())


class EmailLines(Paragraphs):
    """Several addresses, one a line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kw)
        return tuple(line.strip() for line in text.splitlines() if line.strip())

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str:
        return "\n".join(item.email for item in value or ())


class PartyIn(FormSchema):
    """A party with its numbers and addresses."""

    kind = fields.Enum(PartyKind, by_value=True, required=True, metadata={"label": _l("Kind")})
    name = Line(
        required=True, validate=validate.Length(max=160), metadata={"label": _l("Family name")}
    )
    first_name = Line(validate=validate.Length(max=80), metadata={"label": _l("First name")})
    language = fields.Enum(Language, by_value=True, metadata={"label": _l("Language")})
    birth_date = BelgianDate(metadata={"label": _l("Born")})
    enterprise_number = Line(
        validate=validate.Length(max=12), metadata={"label": _l("Enterprise number")}
    )
    postal_address = Line(validate=validate.Length(max=250), metadata={"label": _l("Address")})
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})
    phones = PhoneLines(metadata={"label": _l("Telephone")})
    emails = EmailLines(metadata={"label": _l("E-mail")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> PartyFacts:
        return PartyFacts(**data)


class VersionIn(FormSchema):
    """The version a person saw."""

    version = VersionField()


class ChannelIn(FormSchema):
    """Whether a channel may be used."""

    command = AllowChannel
    party_id = fields.UUID(required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    is_allowed = Ticked()
    reason = Line(validate=validate.Length(max=200), metadata={"label": _l("Reason")})


class RelationIn(FormSchema):
    """A person of a household, or who speaks for a party."""

    person_id = fields.UUID(required=True, metadata={"label": _l("Person")})
    relation = fields.Enum(
        Relation, by_value=True, required=True, metadata={"label": _l("Relation")}
    )
    may_be_contacted = Ticked()


class OccupyIn(FormSchema):
    """A party moves into a lot."""

    command = Occupy
    party_id = fields.UUID(required=True)
    lot_id = fields.UUID(required=True, metadata={"label": _l("Lot")})
    starts_on = BelgianDate(required=True, metadata={"label": _l("From")})
    role = fields.Enum(OccupancyRole, by_value=True, metadata={"label": _l("As")})


class MoveOutIn(FormSchema):
    """The last day of a party in a lot."""

    ends_on = BelgianDate(required=True, metadata={"label": _l("Last day")})


class MergeIn(FormSchema):
    """Which party is kept, which one is merged into it."""

    command = MergeParties
    kept_id = fields.UUID(required=True)
    merged_id = fields.UUID(required=True)

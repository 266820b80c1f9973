"""What programs send and get about people."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.api.fields import archived_instead
from app.web.fields import Line
from modules.parties.commands import PartyFacts, PhoneFacts
from modules.parties.enums import (
    Channel,
    DuplicateState,
    Language,
    OccupancyRole,
    PartyKind,
    PhoneKind,
    Relation,
)


class PhoneSchema(Schema):
    """A telephone number; written in any form, answered as E.164."""

    number = fields.String(required=True, validate=validate.Length(max=40))
    kind = fields.Enum(PhoneKind, by_value=True)
    label = fields.String(validate=validate.Length(max=60))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> PhoneFacts:
        return PhoneFacts(**data)


class PhoneOut(Schema):
    """A telephone number."""

    number = fields.String(required=True, attribute="e164")
    kind = fields.Enum(PhoneKind, by_value=True)
    label = fields.String()


class PartyIn(Schema):
    """Everything a program may write about a party."""

    kind = fields.Enum(PartyKind, by_value=True, required=True)
    name = fields.String(required=True, validate=validate.Length(min=1, max=160))
    first_name = fields.String(validate=validate.Length(max=80))
    reference = fields.String(validate=validate.Length(max=30))
    language = fields.Enum(Language, by_value=True)
    birth_date = fields.Date(allow_none=True)
    enterprise_number = fields.String(validate=validate.Length(max=12), allow_none=True)
    postal_address = fields.String(validate=validate.Length(max=250))
    note = fields.String(validate=validate.Length(max=4000))
    phones = fields.List(fields.Nested(PhoneSchema), validate=validate.Length(max=20))
    emails = fields.List(
        fields.String(validate=validate.Length(max=254)), validate=validate.Length(max=20)
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> PartyFacts:
        for name in ("phones", "emails"):
            data[name] = tuple(data.get(name, ()))
        return PartyFacts(**data)


class PartyRowOut(Schema):
    """A party in a list: what the list of the screen shows, which nobody is noted for reading."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    reference = fields.String(required=True)
    kind = fields.Enum(PartyKind, by_value=True, required=True)
    name = fields.String(required=True)
    first_name = fields.String()
    language = fields.Enum(Language, by_value=True)
    birth_date = fields.Date(allow_none=True)
    phones = fields.List(fields.Nested(PhoneOut))
    emails = fields.List(fields.Pluck("EmailOut", "email"))
    updated_at = fields.AwareDateTime(required=True)


class PartyOut(PartyRowOut):
    """A party."""

    enterprise_number = fields.String(allow_none=True)
    postal_address = fields.String()
    note = fields.String()


class EmailOut(Schema):
    """An e-mail address."""

    email = fields.String()


class PartyQuery(Schema):
    """Which parties are wanted."""

    q = fields.String(
        validate=validate.Length(max=200),
        metadata={"description": "Words of the name, a telephone number or an e-mail address."},
    )
    kind = fields.Enum(PartyKind, by_value=True)
    language = fields.Enum(Language, by_value=True)
    is_archived = archived_instead()


class OccupancyIn(Schema):
    """A party moves into a lot."""

    party_id = fields.UUID(required=True)
    lot_id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    role = fields.Enum(OccupancyRole, by_value=True)


class OccupancyEndIn(Schema):
    """The last day in a lot."""

    ends_on = fields.Date(required=True)


class OccupancyOut(OccupancyIn):
    """A stay; `ends_on` is its last day."""

    id = fields.UUID(required=True)


class RelationApiIn(Schema):
    """A person belongs to a household, or speaks for a party; from today unless a day is given."""

    person_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    may_be_contacted = fields.Boolean(load_default=False)
    starts_on = fields.Date(allow_none=True, load_default=None)


class RelationOut(Schema):
    """What a person is to a party."""

    id = fields.UUID(required=True)
    party_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    may_be_contacted = fields.Boolean()
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)


class ChannelApiIn(Schema):
    """Whether a party may be reached by a channel, and why."""

    is_allowed = fields.Boolean(required=True)
    reason = Line(load_default="", validate=validate.Length(max=200))


class ChannelOut(Schema):
    """What a party said about a channel; what nothing was said about is allowed."""

    channel = fields.Enum(Channel, by_value=True, required=True)
    is_allowed = fields.Boolean(required=True)
    reason = fields.String()
    since = fields.Date(required=True)


class DuplicateOut(Schema):
    """Two parties that look like one, with the score (0 to 100) and the reasons."""

    id = fields.UUID(required=True)
    first_id = fields.UUID(required=True)
    second_id = fields.UUID(required=True)
    score = fields.Integer(required=True)
    reasons = fields.Dict()
    state = fields.Enum(DuplicateState, by_value=True, required=True)
    found_at = fields.AwareDateTime(required=True)


class MergeQuery(Schema):
    """The merges into which party."""

    kept_id = fields.UUID(required=True)


class MergeApiIn(Schema):
    """One party is merged into another, which is kept."""

    kept_id = fields.UUID(required=True)
    merged_id = fields.UUID(required=True)


class SteppedOut(Schema):
    """A head of a household who became another member when it was merged with another's."""

    relation_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    head_id = fields.UUID(required=True, metadata={"description": "Who stays head."})


class MergeOut(MergeApiIn):
    """A merge, when it was undone, and how many links of each table were changed or gone since."""

    id = fields.UUID(required=True)
    merged_at = fields.AwareDateTime(required=True)
    undone_at = fields.AwareDateTime(allow_none=True)
    left = fields.Dict(keys=fields.String(), values=fields.Integer())
    stepped = fields.List(fields.Nested(SteppedOut))

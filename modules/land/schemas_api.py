"""What programs send and get about what is done with land."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.api.fields import RecordId, archived_instead
from app.web.fields import Line, Paragraphs
from modules.land.commands import DealFacts, PermitFacts, WorkFacts
from modules.land.enums import (
    DealKind,
    DealStatus,
    DealStepKind,
    PermitKind,
    PermitStatus,
    StepKind,
    Track,
    WorkKind,
    WorkStatus,
)
from modules.land.schemas import DAYS
from modules.portfolio.api import LandUse, Region


def one_of(enum: Any, **options: Any) -> fields.Enum[Any]:
    """Make a field with the members of an enumeration."""
    return fields.Enum(enum, by_value=True, **options)


def text(length: int, **options: Any) -> Line:
    """Make a field of one line."""
    return Line(validate=validate.Length(max=length), **options)


def paragraphs(length: int) -> Paragraphs:
    """Make a field of several lines."""
    return Paragraphs(validate=validate.Length(max=length))


def required_text(length: int) -> Line:
    """Make a field of one line that says something."""
    return Line(required=True, validate=validate.Length(min=1, max=length))


class PermitQuery(Schema):
    """Which procedures are wanted."""

    q = text(200)
    region = one_of(Region)
    kind = one_of(PermitKind)
    status = one_of(PermitStatus)
    parcel_id = RecordId("parcel")
    is_archived = archived_instead()


class PermitIn(Schema):
    """Everything a program may write about a procedure; its parcels lie in one region."""

    kind = one_of(PermitKind, required=True)
    subject = required_text(200)
    parcel_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=200))
    reference = text(30)
    track = one_of(Track, allow_none=True)
    authority = text(160)
    file_number = text(60)
    conditions = paragraphs(4_000)
    note = paragraphs(4_000)
    typed_due_on = fields.Date(
        allow_none=True,
        validate=DAYS,
        metadata={"description": "Goes before the day the rules of the region give."},
    )
    due_reason = text(300)
    typed_lapses_on = fields.Date(allow_none=True, validate=DAYS)
    lapses_reason = text(300)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> PermitFacts:
        data["parcel_ids"] = tuple(data["parcel_ids"])
        return PermitFacts(**data)


class PermitOut(PermitIn):
    """A procedure, with where it stands and its dates."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    parcel_ids = fields.List(
        fields.UUID(), required=True, metadata={"description": "Those one sees."}
    )
    region = one_of(Region, required=True)
    status = one_of(PermitStatus, required=True)
    status_since = fields.Date(allow_none=True)
    due_on = fields.Date(allow_none=True)
    lapses_on = fields.Date(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)


class StepIn(Schema):
    """Something that happened in a procedure."""

    kind = one_of(StepKind, required=True)
    happened_on = fields.Date(required=True, validate=DAYS)
    note = text(500)


class StepOut(StepIn):
    """A step, and whether it was taken back."""

    id = fields.UUID(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    actor_name = fields.String()
    taken_back_at = fields.AwareDateTime(allow_none=True)
    taken_back_reason = fields.String()


class TakeBackIn(Schema):
    """Why a step counts no longer."""

    reason = required_text(300)


# Ten million euros.
_CENTS = validate.Range(min=0, max=1_000_000_000)


class WorkQuery(Schema):
    """Which works are wanted."""

    q = text(200)
    kind = one_of(WorkKind)
    status = one_of(WorkStatus)
    parcel_id = RecordId("parcel")
    permit_id = RecordId("permit")
    is_archived = archived_instead()


class LandWorkIn(Schema):
    """Everything a program may write about works; a permit, or why none is needed."""

    kind = one_of(WorkKind, required=True)
    subject = required_text(200)
    parcel_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=200))
    reference = text(30)
    permit_id = fields.UUID(allow_none=True)
    no_permit_reason = text(300)
    planned_on = fields.Date(allow_none=True, validate=DAYS)
    begun_on = fields.Date(allow_none=True, validate=DAYS)
    done_on = fields.Date(allow_none=True, validate=DAYS)
    contractor_id = fields.UUID(allow_none=True)
    estimated_cents = fields.Integer(allow_none=True, validate=_CENTS)
    real_cents = fields.Integer(allow_none=True, validate=_CENTS)
    note = paragraphs(4_000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> WorkFacts:
        data["parcel_ids"] = tuple(data["parcel_ids"])
        return WorkFacts(**data)


class LandWorkOut(LandWorkIn):
    """Works on land, and how far they are."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    parcel_ids = fields.List(
        fields.UUID(), required=True, metadata={"description": "Those one sees."}
    )
    status = one_of(WorkStatus, required=True)
    archived_at = fields.AwareDateTime(allow_none=True)


class LandDealQuery(Schema):
    """Which land files are wanted."""

    q = text(200)
    kind = one_of(DealKind)
    use = one_of(LandUse)
    status = one_of(DealStatus)
    parcel_id = RecordId("parcel")
    is_archived = archived_instead()


class LandDealIn(Schema):
    """Everything a program may write about a land file; only a purchase may name no parcel."""

    kind = one_of(DealKind, required=True)
    use = one_of(
        LandUse, allow_none=True, metadata={"description": "By which title land is let; else none."}
    )
    subject = required_text(200)
    parcel_ids = fields.List(fields.UUID(), validate=validate.Length(max=200))
    reference = text(30)
    project = text(200)
    counterparty = text(200)
    notary = text(160)
    expected_cents = fields.Integer(
        allow_none=True, validate=_CENTS, metadata={"description": "Of a letting, for a year."}
    )
    planned_on = fields.Date(allow_none=True, validate=DAYS)
    note = paragraphs(4_000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> DealFacts:
        data["parcel_ids"] = tuple(data.get("parcel_ids") or ())
        return DealFacts(**data)


class LandDealOut(LandDealIn):
    """A land file, with where it stands and what its steps say."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    parcel_ids = fields.List(
        fields.UUID(), required=True, metadata={"description": "Those one sees."}
    )
    status = one_of(DealStatus, required=True)
    status_since = fields.Date(allow_none=True)
    signed_on = fields.Date(allow_none=True)
    valued_cents = fields.Integer(allow_none=True)
    agreed_cents = fields.Integer(allow_none=True)
    offer_count = fields.Integer()
    area_m2 = fields.Float(allow_none=True)
    cents_per_hectare = fields.Integer(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)


class LandDealStepIn(Schema):
    """Something that happened on the way to a transaction."""

    kind = one_of(DealStepKind, required=True)
    happened_on = fields.Date(required=True, validate=DAYS)
    amount_cents = fields.Integer(allow_none=True, validate=_CENTS)
    note = text(500)


class LandDealStepOut(LandDealStepIn):
    """A step of a land file, and whether it was taken back."""

    id = fields.UUID(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    actor_name = fields.String()
    taken_back_at = fields.AwareDateTime(allow_none=True)
    taken_back_reason = fields.String()


class ComparedOut(Schema):
    """A signed land file of the same kind, and how far its land lies."""

    distance_km = fields.Float(required=True)
    deal = fields.Nested(LandDealOut, required=True)

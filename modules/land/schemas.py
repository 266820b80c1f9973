"""What people type about procedures."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import fields, post_load, validate

from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Line, Money, Paragraphs
from app.web.forms import FormSchema, VersionField
from modules.land.commands import DealFacts, PermitFacts, WorkFacts
from modules.land.enums import DealKind, DealStepKind, PermitKind, StepKind, Track, WorkKind
from modules.portfolio.api import LandUse

# Years are added to the day of a permit: there must be such a day.
_NOT_NEGATIVE = validate.Range(min=0)
DAYS = validate.Range(min=date(1900, 1, 1), max=date(2200, 12, 31))


def line(label: Any, length: int, **options: Any) -> Line:
    """Make a field of one line of at most so many characters."""
    return Line(validate=validate.Length(max=length), metadata={"label": label}, **options)


def choice(enum: Any, label: Any, **options: Any) -> fields.Enum[Any]:
    """Make a field with the members of an enumeration."""
    return fields.Enum(enum, by_value=True, metadata={"label": label}, **options)


def day(label: Any, **options: Any) -> BelgianDate:
    """Make a field for a day."""
    return BelgianDate(validate=DAYS, metadata={"label": label}, **options)


def text(label: Any, length: int, **options: Any) -> Paragraphs:
    """Make a field of several lines."""
    return Paragraphs(validate=validate.Length(max=length), metadata={"label": label}, **options)


def parcels(*, least: int = 1) -> fields.List[Any]:
    """Make a field for the parcels a record is about."""
    return fields.List(
        fields.UUID(),
        required=least > 0,
        validate=validate.Length(min=least, max=200),
        metadata={"label": _l("Parcels")},
    )


class VersionIn(FormSchema):
    """The version a person saw."""

    version = VersionField()


class PermitIn(FormSchema):
    """A procedure for a permit."""

    kind = choice(PermitKind, _l("Kind"), required=True)
    parcel_ids = parcels()
    subject = line(_l("Subject"), 200, required=True)
    reference = line(_l("Reference"), 30)
    track = choice(Track, _l("Procedure"), allow_none=True)
    authority = line(_l("Authority"), 160)
    file_number = line(_l("File number"), 60)
    conditions = text(_l("Conditions"), 4_000)
    note = text(_l("Note"), 4_000)
    typed_due_on = day(_l("Decision due"))
    due_reason = line(_l("Why this day"), 300)
    typed_lapses_on = day(_l("Lapses on"))
    lapses_reason = line(_l("Why this last day"), 300)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> PermitFacts:
        data["parcel_ids"] = tuple(data["parcel_ids"])
        return PermitFacts(**data)


class StepIn(FormSchema):
    """Something that happened in a procedure."""

    kind = choice(StepKind, _l("What happened"), required=True)
    happened_on = day(_l("Happened on"), required=True)
    note = line(_l("Note"), 500)


class TakeBackIn(FormSchema):
    """Why a step counts no longer."""

    reason = line(_l("Reason"), 300, required=True)


class WorkIn(FormSchema):
    """Works on land."""

    kind = choice(WorkKind, _l("Kind"), required=True)
    parcel_ids = parcels()
    subject = line(_l("Subject"), 200, required=True)
    reference = line(_l("Reference"), 30)
    permit_id = fields.UUID(metadata={"label": _l("Permit")})
    no_permit_reason = line(_l("Why no permit is needed"), 300)
    planned_on = day(_l("Planned for"))
    begun_on = day(_l("Begun on"))
    done_on = day(_l("Done on"))
    contractor_id = fields.UUID(metadata={"label": _l("Contractor")})
    estimated_cents = Money(
        data_key="estimated", validate=_NOT_NEGATIVE, metadata={"label": _l("Estimated cost")}
    )
    real_cents = Money(data_key="real", validate=_NOT_NEGATIVE, metadata={"label": _l("Real cost")})
    note = text(_l("Note"), 4_000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> WorkFacts:
        data["parcel_ids"] = tuple(data["parcel_ids"])
        return WorkFacts(**data)


class DealIn(FormSchema):
    """A file that leads to a sale, a purchase or a letting."""

    kind = choice(DealKind, _l("Kind"), required=True)
    use = choice(LandUse, _l("Title of use"), allow_none=True)
    parcel_ids = parcels(least=0)
    subject = line(_l("Subject"), 200, required=True)
    reference = line(_l("Reference"), 30)
    project = line(_l("Housing project"), 200)
    counterparty = line(_l("Buyer, seller or tenant"), 200)
    notary = line(_l("Notary"), 160)
    expected_cents = Money(
        data_key="expected", validate=_NOT_NEGATIVE, metadata={"label": _l("Expected amount")}
    )
    planned_on = day(_l("To be signed by"))
    note = text(_l("Note"), 4_000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> DealFacts:
        data["parcel_ids"] = tuple(data.get("parcel_ids") or ())
        return DealFacts(**data)


class DealStepIn(FormSchema):
    """Something that happened on the way to a transaction."""

    kind = choice(DealStepKind, _l("What happened"), required=True)
    happened_on = day(_l("Happened on"), required=True)
    amount_cents = Money(
        data_key="amount", validate=_NOT_NEGATIVE, metadata={"label": _l("Amount")}
    )
    note = line(_l("Note"), 500)

"""What the forms of energy send."""

from __future__ import annotations

from typing import Any

from marshmallow import (
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from app.i18n import gettext as _
from app.web.fields import BelgianDate, DecimalComma, Line, LocalInstant, Ticked
from app.web.forms import FormSchema, VersionField
from modules.energy.enums import (
    USUAL_DELIVERY_DELAY_HOURS,
    AlertEventKind,
    FeedsKind,
    ReadingSource,
    Utility,
)

EAN_LENGTH = 40


class MeterIn(FormSchema):
    """What people say of a meter."""

    label = Line(load_default="", validate=validate.Length(max=120))
    ean = Line(load_default="", validate=validate.Length(max=EAN_LENGTH))
    multiplier = DecimalComma(
        places=4, load_default=1, validate=validate.Range(min=0.0001, max=100_000)
    )
    digits = fields.Integer(
        allow_none=True, load_default=None, validate=validate.Range(min=1, max=12)
    )
    installed_on = BelgianDate(allow_none=True, load_default=None)
    removed_on = BelgianDate(allow_none=True, load_default=None)
    feeds = fields.Enum(FeedsKind, by_value=True, allow_none=True, load_default=None)
    building_code = Line(load_default="", validate=validate.Length(max=30))
    lot_reference = Line(load_default="", validate=validate.Length(max=40))
    installation_code = Line(load_default="", validate=validate.Length(max=30))
    installation_label = Line(load_default="", validate=validate.Length(max=120))
    delivery_delay_hours = fields.Integer(
        load_default=USUAL_DELIVERY_DELAY_HOURS, validate=validate.Range(min=1, max=24 * 60)
    )


class AddMeterIn(MeterIn):
    """The form of a new meter."""

    serial = Line(required=True, validate=validate.Length(min=1, max=80))
    utility = fields.Enum(Utility, by_value=True, required=True)


class ChangeMeterIn(MeterIn):
    """The form of a meter that is known."""

    version = VersionField()


class ArchiveMeterIn(FormSchema):
    """What the question about archiving a meter sends."""

    version = VersionField()
    is_confirmed = Ticked()


class ReplaceCounterIn(FormSchema):
    """The form of a counter that was replaced; indexes in kWh or m³."""

    register_id = fields.UUID(required=True)
    changed_at = LocalInstant(required=True)
    final_index = DecimalComma(places=3, required=True, validate=validate.Range(min=0))
    start_index = DecimalComma(places=3, load_default=0, validate=validate.Range(min=0))
    reason = Line(load_default="", validate=validate.Length(max=300))


class TakeReadingIn(FormSchema):
    """The form of an index read on a counter, in kWh or m³."""

    read_at = LocalInstant(required=True)
    index = DecimalComma(places=3, required=True, validate=validate.Range(min=0))
    source = fields.Enum(ReadingSource, by_value=True, load_default=ReadingSource.PERSON)
    reason = Line(load_default="", validate=validate.Length(max=300))


class CorrectReadingsIn(FormSchema):
    """The form of a correction, in kWh or m³; a mark as wrong has no value."""

    register_id = fields.UUID(required=True)
    begins_at = LocalInstant(required=True)
    ends_at = LocalInstant(allow_none=True, load_default=None)
    value = DecimalComma(
        places=3, allow_none=True, load_default=None, validate=validate.Range(min=0)
    )
    is_wrong = Ticked()
    source = fields.Enum(ReadingSource, by_value=True, load_default=ReadingSource.PERSON)
    reason = Line(required=True, validate=validate.Length(min=1, max=300))
    is_confirmed = Ticked()

    @validates_schema
    def _has_value_or_mark(self, data: dict[str, Any], **_kw: Any) -> None:
        if data.get("value") is None and not data.get("is_wrong"):
            raise ValidationError(_("Write the right value, or tick that it is wrong."), "value")

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        is_wrong = data.pop("is_wrong")
        data["value"] = None if is_wrong else float(data["value"])
        return data


class HandleAlertIn(FormSchema):
    """How a person closes an alert."""

    outcome = fields.Enum(AlertEventKind, by_value=True, required=True)
    reason = fields.String(
        required=True,
        validate=validate.Length(min=1, max=1000),
    )
    version = fields.Integer(load_default=None)


class ReopenAlertIn(FormSchema):
    """Why a closed alert is open again."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    version = fields.Integer(load_default=None)


class TakeBackIn(FormSchema):
    """Why a file of readings is taken back."""

    reason = Line(required=True, validate=validate.Length(min=1, max=300))
    is_confirmed = Ticked()

    @validates_schema
    def check_confirmed(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for the tick: what a file brought is not brought back but by importing it again."""
        if not data["is_confirmed"]:
            raise ValidationError(_("Tick this box to go on."), "is_confirmed")


class TariffIn(FormSchema):
    """The form of a price."""

    utility = fields.Enum(Utility, by_value=True, required=True)
    price_per_unit = DecimalComma(places=4, required=True, validate=validate.Range(min=0, max=1000))
    kwh_per_m3 = DecimalComma(
        places=4, allow_none=True, load_default=None, validate=validate.Range(min=0, max=100)
    )
    valid_from = BelgianDate(required=True)
    source = Line(required=True, validate=validate.Length(min=1, max=300))


class RuleIn(FormSchema):
    """The form of a threshold."""

    parameter = Line(required=True, validate=validate.Length(min=1, max=40))
    value = DecimalComma(places=4, required=True, validate=validate.Range(min=0, max=100_000))
    utility = fields.Enum(Utility, by_value=True, allow_none=True, load_default=None)
    meter = Line(load_default="", validate=validate.Length(max=120))
    valid_from = BelgianDate(required=True)
    source = Line(required=True, validate=validate.Length(min=1, max=300))

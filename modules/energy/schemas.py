"""What is sent to and shown by the pages and the API of energy."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.i18n import get_locale
from app.web.fields import BelgianDate, DecimalComma, Line, LocalInstant
from app.web.forms import FormSchema, VersionField
from modules.energy.enums import AlertEventKind, AlertState, FeedsKind, Rule, Unit, Utility

EAN_LENGTH = 40


class ChangeMeterIn(FormSchema):
    """The form of a meter."""

    version = VersionField()
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
    installation_label = Line(load_default="", validate=validate.Length(max=120))
    delivery_delay_hours = fields.Integer(
        load_default=26, validate=validate.Range(min=1, max=24 * 60)
    )


class ReplaceCounterIn(FormSchema):
    """The form of a counter that was replaced; indexes in kWh or m³."""

    register_id = fields.UUID(required=True)
    changed_at = LocalInstant(required=True)
    final_index = DecimalComma(places=3, required=True, validate=validate.Range(min=0))
    start_index = DecimalComma(places=3, load_default=0, validate=validate.Range(min=0))
    reason = Line(load_default="", validate=validate.Length(max=300))


class HandleAlertIn(FormSchema):
    """How a person closes an alert."""

    outcome = fields.Enum(AlertEventKind, by_value=True, required=True)
    reason = fields.String(
        required=True,
        validate=validate.Length(min=1, max=1000),
    )


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


class MeterQuery(Schema):
    """Filters of the list of meters."""

    building_id = fields.UUID()
    lot_id = fields.UUID()
    utility = fields.Enum(Utility, by_value=True)


class RegisterOut(Schema):
    """One counter of a meter."""

    id = fields.UUID()
    code = fields.String()
    unit = fields.Enum(Unit, by_value=True)
    interval_minutes = fields.Integer()
    direction = fields.String()
    kind = fields.String()
    is_main = fields.Boolean()


class MeterOut(Schema):
    """A meter and what it feeds."""

    id = fields.UUID()
    version = fields.Integer()
    serial = fields.String()
    label = fields.String()
    utility = fields.Enum(Utility, by_value=True)
    ean = fields.Method("_ean")
    building_id = fields.UUID(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    installation_label = fields.String()
    place_label = fields.String()
    last_reading_at = fields.AwareDateTime(allow_none=True)
    registers = fields.Nested(RegisterOut, many=True)

    def _ean(self, meter: Any) -> str | None:
        return meter.supply_point.ean if meter.supply_point else None


class ReadingQuery(Schema):
    """Whose readings, and from when to when (at most 400 days)."""

    meter_id = fields.UUID(required=True)
    begin = fields.AwareDateTime(required=True, data_key="from")
    end = fields.AwareDateTime(required=True, data_key="to")


class ReadingsOut(Schema):
    """Slots of a meter from `start` on: values in `unit`, null where unknown."""

    meter_id = fields.UUID()
    unit = fields.Enum(Unit, by_value=True)
    start = fields.AwareDateTime()
    step_s = fields.Integer()
    values = fields.List(fields.Float(allow_none=True))
    quality = fields.List(fields.String())


class AlertQuery(Schema):
    """Filters of the list of alerts."""

    state = fields.Enum(AlertState, by_value=True)
    rule = fields.Enum(Rule, by_value=True)
    meter_id = fields.UUID()
    building_id = fields.UUID()


class AlertEventOut(Schema):
    """One step in the life of an alert."""

    kind = fields.String()
    happened_at = fields.AwareDateTime()
    actor_name = fields.String()
    reason = fields.String()


class AlertOut(Schema):
    """Abnormal consumption; amounts in `unit`."""

    id = fields.UUID()
    version = fields.Integer()
    number = fields.String()
    rule = fields.Enum(Rule, by_value=True)
    state = fields.Enum(AlertState, by_value=True)
    meter_id = fields.UUID()
    building_id = fields.UUID(attribute="meter.building_id", allow_none=True)
    lot_id = fields.UUID(attribute="meter.lot_id", allow_none=True)
    onset_at = fields.AwareDateTime()
    detected_at = fields.AwareDateTime()
    until_at = fields.AwareDateTime()
    resolved_at = fields.AwareDateTime(allow_none=True)
    unit = fields.Enum(Unit, by_value=True)
    excess = fields.Integer(allow_none=True)
    excess_per_day = fields.Integer(allow_none=True)
    cost_cents = fields.Integer(allow_none=True)
    cost_cents_per_day = fields.Integer(allow_none=True)
    sentence = fields.Method("_sentence")

    def _sentence(self, alert: Any) -> str:
        return str(alert.sentence.text(get_locale()))


class HandleAlertApiIn(Schema):
    """How an alert ended, and why."""

    outcome = fields.String(
        required=True, validate=validate.OneOf(["explained", "false_alarm", "resolved"])
    )
    reason = fields.String(required=True, validate=validate.Length(min=1, max=1000))

"""What the API of prices and thresholds takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api import Day
from app.web.fields import Line
from modules.energy.enums import Rule, Utility


class _DatedIn(Schema):
    """From which day it holds, and who decided it."""

    valid_from = Day(required=True)
    source = Line(required=True, validate=validate.Length(min=1, max=300))


class TariffApiIn(_DatedIn):
    """A price in euros per kWh, or per m³ of water, everything included."""

    utility = fields.Enum(Utility, by_value=True, required=True)
    price_per_unit = fields.Float(required=True, validate=validate.Range(min=0, max=1000))
    kwh_per_m3 = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, max=100),
        metadata={"description": "Of gas counted in m³; left out: as before."},
    )


class TariffOut(Schema):
    """A price and the days on which it holds."""

    id = fields.UUID(required=True)
    utility = fields.Enum(Utility, by_value=True, required=True)
    price_per_unit = fields.Float(required=True)
    kwh_per_m3 = fields.Float(allow_none=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(allow_none=True, metadata={"description": "Its last day."})
    source = fields.String(required=True)
    is_confirmed = fields.Boolean(
        required=True, metadata={"description": "False: an order of magnitude, by the house."}
    )


class ThresholdApiIn(_DatedIn):
    """A threshold; without utility and meter it holds for all meters."""

    parameter = Line(required=True, validate=validate.Length(min=1, max=40))
    value = fields.Float(required=True, validate=validate.Range(min=0, max=100_000))
    utility = fields.Enum(Utility, by_value=True, load_default=None, allow_none=True)
    meter_id = fields.UUID(load_default=None, allow_none=True)


class ThresholdOut(Schema):
    """A threshold somebody set; the most particular one in force counts."""

    id = fields.UUID(required=True)
    rule = fields.Enum(Rule, by_value=True, required=True)
    parameter = fields.String(required=True)
    value = fields.Float(required=True)
    utility = fields.Enum(Utility, by_value=True, allow_none=True)
    meter_id = fields.UUID(allow_none=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(allow_none=True, metadata={"description": "Its last day."})
    source = fields.String(required=True)


class DefaultOut(Schema):
    """A threshold that can be set, and its value while nobody did."""

    parameter = fields.String(required=True)
    label = fields.String(required=True, metadata={"description": "In the caller's language."})
    value = fields.Float(required=True)

"""What the API of replaced counters takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api import Instant
from app.web.fields import Line

_INDEX = validate.Range(min=0, max=1e12)
_UNIT = {"description": "In kWh or m³, as the counter shows it."}


class CounterIn(Schema):
    """A counter that was replaced: what the old one said last, and the new one first."""

    register_id = fields.UUID(required=True)
    changed_at = Instant(required=True)
    final_index = fields.Float(required=True, validate=_INDEX, metadata=_UNIT)
    start_index = fields.Float(load_default=0.0, validate=_INDEX, metadata=_UNIT)
    reason = Line(load_default="", validate=validate.Length(max=300))


class CounterOut(Schema):
    """A counter that was replaced."""

    id = fields.UUID(required=True)
    register_id = fields.UUID(required=True)
    changed_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    declared_by = fields.String(required=True)

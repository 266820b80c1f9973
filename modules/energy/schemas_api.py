"""What the API of energy takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import (
    Schema,
    fields,
    validate,
)

from app.api import Instant
from app.api.fields import RecordId, archived_instead
from app.i18n import get_locale
from app.web.fields import Line
from modules.energy.enums import (
    USUAL_DELIVERY_DELAY_HOURS,
    AlertState,
    FeedsKind,
    ReadingDoubt,
    ReadingSource,
    Rule,
    Unit,
    Utility,
)
from modules.energy.readings.quality import Quality

NOT_NEGATIVE = validate.Range(min=0, max=1e12)


class MeterQuery(Schema):
    """Filters of the list of meters."""

    building_id = RecordId("building")
    lot_id = RecordId("lot")
    utility = fields.Enum(Utility, by_value=True)
    is_archived = archived_instead()


class ArchiveMeterQuery(Schema):
    """Whether a meter of which readings still arrive counts no more."""

    is_confirmed = fields.Boolean(load_default=False)


class MeterChangeApiIn(Schema):
    """What a program may write about a meter."""

    label = Line(load_default="", validate=validate.Length(max=120))
    ean = Line(load_default="", validate=validate.Length(max=40))
    multiplier = fields.Float(load_default=1.0, validate=validate.Range(min=0.0001, max=100_000))
    digits = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=12)
    )
    installed_on = fields.Date(load_default=None, allow_none=True)
    removed_on = fields.Date(load_default=None, allow_none=True)
    feeds = fields.Enum(FeedsKind, by_value=True, load_default=None, allow_none=True)
    building_id = fields.UUID(load_default=None, allow_none=True)
    lot_id = fields.UUID(load_default=None, allow_none=True)
    installation_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The plant it feeds; an alert opens its ticket there."},
    )
    installation_label = Line(load_default="", validate=validate.Length(max=120))
    delivery_delay_hours = fields.Integer(
        load_default=USUAL_DELIVERY_DELAY_HOURS, validate=validate.Range(min=1, max=24 * 60)
    )


class MeterApiIn(MeterChangeApiIn):
    """A new meter."""

    serial = Line(required=True, validate=validate.Length(min=1, max=80))
    utility = fields.Enum(Utility, by_value=True, required=True)


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
    installation_id = fields.UUID(allow_none=True)
    feeds = fields.Enum(FeedsKind, by_value=True, allow_none=True)
    multiplier = fields.Float()
    digits = fields.Integer(allow_none=True)
    installed_on = fields.Date(allow_none=True)
    removed_on = fields.Date(allow_none=True)
    delivery_delay_hours = fields.Integer()
    installation_label = fields.String()
    place_label = fields.String()
    last_reading_at = fields.AwareDateTime(allow_none=True)
    registers = fields.Nested(RegisterOut, many=True)

    def _ean(self, meter: Any) -> str | None:
        return meter.supply_point.ean if meter.supply_point else None


class ReadingQuery(Schema):
    """Whose readings, and from when to when (at most 400 days)."""

    meter_id = fields.UUID(required=True)
    begin = Instant(required=True, data_key="from")
    end = Instant(required=True, data_key="to")


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
    meter_id = RecordId("meter")
    building_id = RecordId("building")


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


class TakeReadingApiIn(Schema):
    """An index read on the counter of a meter, in kWh or m³."""

    meter_id = fields.UUID(required=True)
    read_at = Instant(required=True, metadata={"refused_as": ("begins_at",)})
    index = fields.Float(required=True, validate=NOT_NEGATIVE, metadata={"refused_as": ("value",)})
    source = fields.Enum(ReadingSource, by_value=True, load_default=ReadingSource.TECHNICIAN)
    reason = fields.String(load_default="", validate=validate.Length(max=300))


class CorrectReadingsApiIn(Schema):
    """A correction in kWh or m³; `value` null marks the readings as wrong."""

    meter_id = fields.UUID(required=True)
    register_id = fields.UUID(required=True)
    begins_at = Instant(required=True)
    ends_at = Instant(allow_none=True, load_default=None)
    value = fields.Float(required=True, allow_none=True, validate=NOT_NEGATIVE)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=300))
    source = fields.Enum(ReadingSource, by_value=True, load_default=ReadingSource.PERSON)
    is_confirmed = fields.Boolean(load_default=False)


class EntryQuery(Schema):
    """Whose typed readings."""

    meter_id = RecordId("meter")


class EntryOut(Schema):
    """A reading somebody typed, and what stood there before, in kWh or m³."""

    id = fields.UUID()
    meter_id = fields.UUID()
    register_id = fields.UUID()
    begins_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    is_index = fields.Boolean()
    value = fields.Float(attribute="shown_value", allow_none=True)
    old_value = fields.Float(attribute="shown_old_value", allow_none=True)
    quality = fields.Method("_quality")
    source = fields.Enum(ReadingSource, by_value=True)
    doubt = fields.Enum(ReadingDoubt, by_value=True, allow_none=True)
    reason = fields.String()
    entered_at = fields.AwareDateTime()
    actor_name = fields.String()
    undone_at = fields.AwareDateTime(allow_none=True)
    undone_by_name = fields.String()

    def _quality(self, entry: Any) -> str:
        return Quality(entry.quality).name.lower()

"""What the API of files of readings takes and gives."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields, validate

from app.web.fields import Line
from modules.energy.enums import BatchState, Utility
from modules.energy.formats import FORMATS
from modules.energy.readings.quality import Quality

_QUALITY = {"type": "string", "enum": [one.name.lower() for one in Quality]}


class ReadingsFileIn(Schema):
    """The file, as the grid operator or the meter wrote it."""

    file = Upload(required=True)


class ReadingsFileQuery(Schema):
    """What kind of file it is; `meter` and `utility` for those that do not say it."""

    class Meta:
        unknown = EXCLUDE

    format = fields.String(required=True, validate=validate.OneOf([one.name for one in FORMATS]))
    meter = Line(
        load_default="",
        validate=validate.Length(max=120),
        metadata={"description": "Serial number, label or identifier."},
    )
    utility = fields.Enum(Utility, by_value=True, load_default=None)
    create_unknown = fields.Boolean(
        load_default=False, metadata={"description": "Record meters nobody knows yet."}
    )


class ReadingsFileOut(Schema):
    """The import of a file: what it was, who asked, how each of its rows ended."""

    id = fields.UUID(required=True)
    format = fields.String(required=True)
    file_name = fields.String(required=True)
    state = fields.Enum(BatchState, by_value=True, required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    actor_name = fields.String(required=True)
    rows_new = fields.Integer(required=True)
    rows_changed = fields.Integer(required=True)
    rows_unchanged = fields.Integer(required=True)
    rows_refused = fields.Integer(required=True)
    readings = fields.Integer(required=True)
    conflicts = fields.Integer(
        required=True, metadata={"description": "Values that were not what stood there."}
    )
    report = fields.Dict(metadata={"description": "`meters`, `warnings` and `refusals`."})
    undone_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "When what it brought was taken back."}
    )
    undone_by_name = fields.String(required=True)
    undone_reason = fields.String(required=True)


class TakeBackApiIn(Schema):
    """Why a file is taken back."""

    reason = Line(required=True, validate=validate.Length(min=1, max=300))


class ReadingConflictOut(Schema):
    """A value of a file that was not what stood there, in kWh or m³."""

    meter_id = fields.UUID(required=True)
    meter = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    old_value = fields.Float(required=True, allow_none=True)
    new_value = fields.Float(required=True)
    old_quality = fields.Function(lambda row: row.old_quality.name.lower(), metadata=_QUALITY)
    new_quality = fields.Function(lambda row: row.new_quality.name.lower(), metadata=_QUALITY)
    is_taken = fields.Boolean(
        required=True, metadata={"description": "False: what stood there was kept."}
    )

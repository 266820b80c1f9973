"""What programs send and get about privacy."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from app.privacy.services import MOST_MONTHS
from app.web.fields import Line


class RetentionOut(Schema):
    """How long a kind of data is kept, on whose authority, and whether the job acts on it."""

    rule = fields.String(required=True)
    version = fields.Integer(
        required=True, metadata={"description": "0 while nothing was decided about it."}
    )
    label = fields.String(required=True, metadata={"description": "In the caller's language."})
    source = fields.String(required=True)
    months = fields.Integer(required=True)
    is_confirmed = fields.Boolean(required=True)
    is_applied = fields.Boolean(
        required=True, metadata={"description": "The job of the night forgets what is older."}
    )
    note = fields.String(required=True)
    changed_by_name = fields.String(required=True)
    changed_at = fields.AwareDateTime(required=True, allow_none=True)
    last_run_at = fields.AwareDateTime(required=True, allow_none=True)
    last_rows = fields.Integer(required=True)


class RetentionApiIn(Schema):
    """What is decided about a rule."""

    months = fields.Integer(required=True, validate=Range(1, MOST_MONTHS))
    is_confirmed = fields.Boolean(required=True)
    note = Line(load_default="", validate=Length(max=300))


class ErasureIn(Schema):
    """The word that shows it is meant: the name of the person, as their record says it."""

    confirm = fields.String(required=True, validate=Length(max=300))
    with_files = fields.Boolean(
        load_default=False,
        metadata={"description": "Also pictures and other files on their own calls and orders."},
    )


class ErasureOut(Schema):
    """What was forgotten."""

    rows = fields.Integer(required=True, metadata={"description": "Rows that were touched."})

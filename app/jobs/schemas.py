"""What programs get about jobs and their runs."""

from marshmallow import Schema, fields

from app.jobs.models import JobState


class RunOut(Schema):
    """One run: who asked for it, how far it is, how it ended."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    state = fields.Enum(JobState, by_value=True, required=True)
    requested_at = fields.AwareDateTime(required=True)
    requested_by_name = fields.String()
    started_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    rows_done = fields.Integer()
    rows_total = fields.Integer(allow_none=True)
    remark = fields.String(metadata={"description": "In the caller's language."})
    failure = fields.String(metadata={"description": "What went wrong; empty when all went."})
    is_cancel_requested = fields.Boolean()


class JobOut(Schema):
    """A job, its last run and when it runs by itself."""

    name = fields.String(required=True, attribute="job.name")
    title = fields.String(required=True, attribute="job.title")
    next_at = fields.AwareDateTime(allow_none=True)
    last = fields.Nested(RunOut, allow_none=True)

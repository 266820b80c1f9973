"""What the pages and the API of satisfaction accept and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Paragraphs
from app.web.forms import FormSchema
from modules.tickets.commands import Answer
from modules.tickets.enums import OpinionChannel

_SCORE = validate.Range(min=1, max=5)
_WORDS = validate.Length(max=2000)


class AnswerIn(FormSchema):
    """An answer, by link or noted by an agent."""

    score = fields.Integer(required=True, validate=_SCORE, metadata={"label": _l("Satisfaction")})
    words = Paragraphs(load_default="", validate=_WORDS)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Answer:
        return Answer(**data)


class PeriodIn(FormSchema):
    """From which day to which; empty means the last twelve months."""

    begin = BelgianDate(data_key="from", load_default=None, metadata={"label": _l("From")})
    end = BelgianDate(data_key="to", load_default=None, metadata={"label": _l("Until")})


class AnswerApiIn(Schema):
    """What a caller says of the work."""

    score = fields.Integer(
        required=True,
        strict=True,
        validate=_SCORE,
        metadata={"description": "1 very dissatisfied … 5 very satisfied."},
    )
    words = fields.String(load_default="", validate=_WORDS)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Answer:
        return Answer(**data)


class OpinionQuery(Schema):
    """Which opinions to list."""

    asked_since = fields.AwareDateTime(load_default=None)
    answered = fields.Boolean(
        load_default=None, metadata={"description": "Only those with, or without, an answer."}
    )


class OpinionOut(Schema):
    """The question put to the caller of a ticket, and the answer."""

    ticket_id = fields.UUID()
    asked_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    score = fields.Integer(allow_none=True)
    words = fields.String()
    channel = fields.Enum(OpinionChannel, by_value=True, allow_none=True)

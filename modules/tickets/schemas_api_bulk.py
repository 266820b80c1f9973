"""What the API takes and gives about many tickets at once."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load
from marshmallow.validate import Length

from app.web.fields import Line
from modules.tickets.commands import MOST_AT_ONCE


class ManyUndoApiIn(Schema):
    """Which tickets; those outside the caller's scope are as absent."""

    ticket_ids = fields.List(fields.UUID(), required=True, validate=Length(min=1, max=MOST_AT_ONCE))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        return data | {"ticket_ids": tuple(data["ticket_ids"])}


class ManyApiIn(ManyUndoApiIn):
    """Which tickets, and what they get."""

    target = Line(
        required=True,
        validate=Length(min=1, max=60),
        metadata={
            "description": "A trade, the key of a priority, or the original's identifier.",
            "refused_as": ("priority",),
        },
    )
    reason = Line(load_default="", validate=Length(max=300))


class ManyOut(Schema):
    """The tickets that were changed, and those left alone: closed, or as asked already."""

    changed = fields.List(fields.UUID(), required=True)
    left = fields.List(fields.UUID(), required=True)

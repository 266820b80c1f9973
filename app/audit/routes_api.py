"""The history of any record for programs, in words as on its page and in codes that stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.api.schemas import SubjectQuery
from app.audit.readable import ReadableEntry, readable
from app.audit.record import select_history
from app.auth.needs import SIGNED_IN, needs
from app.auth.who import say_who
from app.errors import NotFound
from app.web.context import find_subject, reader, subjects

blueprint = ApiBlueprint(
    "history_api", __name__, url_prefix="/api/v1/history", description="Who did what to a record."
)


class HistoryChangeOut(Schema):
    """A field before and after, as people read it."""

    field = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)


class HistoryEntryOut(Schema):
    """One entry; `code` is stable, `action` and `changes` are in the caller's language."""

    id = fields.UUID(required=True, attribute="entry.id")
    occurred_at = fields.AwareDateTime(required=True, attribute="entry.occurred_at")
    actor_name = fields.Method("_who", metadata={"type": "string"})
    code = fields.String(required=True, attribute="entry.action")
    action = fields.String(required=True)
    subject_type = fields.String(required=True, attribute="entry.subject_type")
    subject_id = fields.UUID(required=True, attribute="entry.subject_id")
    subject_label = fields.String(required=True, attribute="entry.subject_label")
    changes = fields.List(fields.Nested(HistoryChangeOut), required=True)

    def _who(self, told: ReadableEntry) -> str:
        return say_who(told.entry.actor_name)


@blueprint.route("")
class History(MethodView):
    """The history of one record."""

    @needs(SIGNED_IN)
    @blueprint.arguments(SubjectQuery, location="query")
    @blueprint.paged(HistoryEntryOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[ReadableEntry]:
        """List who did what to a record, the latest first; that of a building tells its parts."""
        subject = find_subject(query["subject_type"], query["subject_id"])
        if not subject.can_see_history:
            raise NotFound
        statement = select_history(subject.type, subject.id, subjects().parts_of(subject.type))
        found = paginate(reader(), statement, page)
        return replace(found, items=readable(found.items, subjects()))

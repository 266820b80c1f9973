"""The shapes every part of the API shares: errors, pages, and the query that asks for a page."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, fields, validate

from app.db.paging import MAX_PAGE_SIZE, PAGE_SIZE

MAX_PAGE = 1_000_000


class ProblemFieldOut(Schema):
    """One refused value."""

    field = fields.String(required=True, metadata={"description": "Path of the field."})
    message = fields.String(required=True, metadata={"description": "In the caller's language."})
    value = fields.Raw(allow_none=True, metadata={"description": "What was sent, never a secret."})


class ProblemOut(Schema):
    """An error (RFC 9457): `code` is stable, `title` is a sentence for people.

    Errors bring members of their own, as the RFC allows: numbers and names of what was refused.
    """

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemFieldOut))
    current = fields.Dict(metadata={"description": "With 412: the record as it is now."})
    retry_after_s = fields.Integer(metadata={"description": "With 429: when to come back."})


class PageQuery(Schema):
    """Which part of a list is wanted."""

    class Meta:
        unknown = EXCLUDE

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(min=1, max=MAX_PAGE),
        metadata={"description": "Counted from 1."},
    )
    page_size = fields.Integer(
        load_default=PAGE_SIZE,
        validate=validate.Range(min=1, max=MAX_PAGE_SIZE),
        metadata={"description": "Rows on a page."},
    )


class SubjectQuery(Schema):
    """Which record is meant."""

    class Meta:
        unknown = EXCLUDE

    subject_type = fields.String(required=True, validate=validate.Length(min=1, max=40))
    subject_id = fields.UUID(required=True)


@cache
def page_of(schema: type[Schema]) -> type[Schema]:
    """Make the schema of a page of something: `items`, `page`, `page_size`, `total`."""
    name = f"{schema.__name__.removesuffix('Out')}Page"
    shape: dict[str, Any] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "page": fields.Integer(required=True),
        "page_size": fields.Integer(required=True),
        "total": fields.Integer(required=True, metadata={"description": "Rows in all pages."}),
        "total_pages": fields.Integer(required=True),
    }
    return Schema.from_dict(shape, name=name)

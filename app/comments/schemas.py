"""What programs send and receive about comments."""

from marshmallow import Schema, fields, validate

from app.api.schemas import SubjectQuery
from app.comments.services import MOST_CHARACTERS

_TEXT = validate.Length(min=1, max=MOST_CHARACTERS)


class CommentIn(SubjectQuery):
    """A comment to write under a record; `@` and the first part of an address mention a person."""

    text = fields.String(required=True, validate=_TEXT)


class CommentChangeIn(Schema):
    """The new text of a comment."""

    text = fields.String(required=True, validate=_TEXT)


class CommentOut(Schema):
    """A comment under a record."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    subject_type = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    text = fields.String(required=True)
    author_id = fields.UUID(required=True)
    author_name = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    edited_at = fields.AwareDateTime(required=True, allow_none=True)

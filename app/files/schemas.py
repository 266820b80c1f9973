"""What programs send and receive about files."""

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields, validate

from app.api.schemas import SubjectQuery
from app.files.document_kinds import DocumentKind
from app.subjects import Confidentiality


class UploadIn(Schema):
    """The file itself."""

    file = Upload(required=True)


class AttachmentIn(SubjectQuery):
    """What a file is attached to, and who may see it."""

    id = fields.UUID(
        metadata={"description": "Made by the client, so that sending twice attaches once."}
    )
    caption = fields.String(load_default="", validate=validate.Length(max=300))
    confidentiality = fields.Enum(
        Confidentiality, by_value=True, load_default=Confidentiality.INTERNAL
    )
    kind = fields.Enum(
        DocumentKind,
        by_value=True,
        load_default=None,
        metadata={"description": "Left out: a picture is a photo, anything else is `other`."},
    )


class AttachmentQuery(SubjectQuery):
    """Of which record, and of what kind."""

    kind = fields.Enum(DocumentKind, by_value=True, load_default=None)


class AttachmentChangeIn(Schema):
    """What is written under a file, and who may see it from now on."""

    caption = fields.String(required=True, validate=validate.Length(max=300))
    confidentiality = fields.Enum(Confidentiality, by_value=True, load_default=None)
    kind = fields.Enum(DocumentKind, by_value=True, load_default=None)


class AttachmentOut(Schema):
    """A file on a record."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    subject_type = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    name = fields.String(required=True)
    caption = fields.String(required=True)
    media_type = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    width = fields.Integer(required=True, allow_none=True)
    height = fields.Integer(required=True, allow_none=True)
    taken_at = fields.AwareDateTime(required=True, allow_none=True)
    confidentiality = fields.Enum(Confidentiality, by_value=True, required=True)
    kind = fields.Enum(DocumentKind, by_value=True, required=True, attribute="document_kind")
    created_at = fields.AwareDateTime(required=True)
    created_by_name = fields.String(required=True)


class ContentQuery(Schema):
    """Which size of a picture is wanted; the file itself when left out."""

    class Meta:
        unknown = EXCLUDE

    variant = fields.String(validate=validate.OneOf(["large", "thumbnail"]))

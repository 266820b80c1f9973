"""What programs send and receive about notifications."""

from marshmallow import EXCLUDE, Schema, fields


class NotificationQuery(Schema):
    """Which news is wanted."""

    class Meta:
        unknown = EXCLUDE

    is_unread = fields.Boolean(
        load_default=False, metadata={"description": "Only what was not read."}
    )


class NotificationOut(Schema):
    """One piece of news, in the caller's language."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    message = fields.String(attribute="sentence", required=True)
    url = fields.String(required=True, metadata={"description": "Where it leads; may be empty."})
    subject_type = fields.String(required=True)
    subject_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class PreferenceOut(Schema):
    """What the caller gets of one kind of news."""

    kind = fields.String(required=True)
    label = fields.String(required=True)
    in_page = fields.Boolean(required=True)
    by_mail = fields.Boolean(required=True)


class PreferenceIn(Schema):
    """What the caller wants of one kind of news."""

    in_page = fields.Boolean(required=True)
    by_mail = fields.Boolean(required=True)

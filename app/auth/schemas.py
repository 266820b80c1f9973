"""What the sign-in pages accept."""

from marshmallow import EXCLUDE, Schema, fields, validate


class SignInIn(Schema):
    """E-mail and password."""

    class Meta:
        """Ignore the token and the target."""

        unknown = EXCLUDE

    email = fields.String(required=True, validate=validate.Length(min=3, max=254))
    password = fields.String(required=True, validate=validate.Length(min=1, max=128))

"""What the pages and the API of accounts accept and show."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.auth.roles import Role
from app.i18n import LOCALES

_NAME = validate.And(validate.Length(min=1, max=120), validate.Regexp(r".*\S"))


_LIST_OF_IDS = {"type": "array", "items": {"type": "string", "format": "uuid"}}


def _scope_of(user: Any, kind: str) -> list[str]:
    return [str(scope.subject_id) for scope in user.scopes if scope.kind == kind]


class UserIn(Schema):
    """A new account."""

    email = fields.Email(required=True, validate=validate.Length(max=254))
    display_name = fields.String(required=True, validate=_NAME)
    locale = fields.String(load_default="fr", validate=validate.OneOf(LOCALES))
    roles = fields.List(fields.Enum(Role, by_value=True), load_default=list)
    password = fields.String(
        load_default="",
        load_only=True,
        metadata={"description": "Left out: the person is invited by a one-time link."},
    )
    sees_everything = fields.Boolean(load_default=False)
    area_ids = fields.List(fields.UUID(), load_default=list)
    building_ids = fields.List(fields.UUID(), load_default=list)


class UserChangeIn(Schema):
    """New values of an account; what is left out stays as it is."""

    display_name = fields.String(validate=_NAME)
    locale = fields.String(validate=validate.OneOf(LOCALES))
    roles = fields.List(fields.Enum(Role, by_value=True))
    sees_everything = fields.Boolean()
    area_ids = fields.List(fields.UUID())
    building_ids = fields.List(fields.UUID())


class UserOut(Schema):
    """An account; never its password."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    email = fields.String(required=True)
    display_name = fields.String(required=True)
    locale = fields.String(required=True)
    roles = fields.Function(
        lambda user: [held.role.value for held in user.roles],
        metadata={"type": "array", "items": {"type": "string"}},
    )
    sees_everything = fields.Boolean(required=True)
    area_ids = fields.Function(
        lambda user: _scope_of(user, "area"), metadata=_LIST_OF_IDS, required=True
    )
    building_ids = fields.Function(
        lambda user: _scope_of(user, "building"), metadata=_LIST_OF_IDS, required=True
    )
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    archived_at = fields.AwareDateTime(required=True, allow_none=True)


class UserQuery(Schema):
    """Which accounts are wanted."""

    text = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "Words of the name or the address."},
    )
    role = fields.Enum(Role, by_value=True, load_default=None)
    is_archived = fields.Boolean(load_default=False)


class MeOut(Schema):
    """Who is calling, and what they may do."""

    id = fields.UUID(required=True, attribute="user_id")
    email = fields.String(required=True)
    display_name = fields.String(required=True)
    locale = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    permissions = fields.List(fields.String(), required=True)
    sees_everything = fields.Boolean(required=True, attribute="scope.everything")


class RoleOut(Schema):
    """A role: what it may do now, and what it may do unless an administrator decides."""

    role = fields.Enum(Role, by_value=True, required=True)
    label = fields.String(required=True, metadata={"description": "In the caller's language."})
    permissions = fields.List(fields.String(), required=True)
    defaults = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)


class RoleChangeIn(Schema):
    """Everything a role may do from now on."""

    permissions = fields.List(
        fields.String(validate=validate.Length(max=80)),
        required=True,
        validate=validate.Length(max=500),
    )


class SessionOut(Schema):
    """An open session; never its token."""

    id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)
    user_agent = fields.String(required=True)
    address = fields.String(required=True)
    method = fields.String(required=True, metadata={"description": "`password` or `oidc`."})


class TokenOut(Schema):
    """A key of a program; never its secret."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True, metadata={"description": "Its first characters."})
    permissions = fields.List(
        fields.String(), required=True, metadata={"description": "Empty: all its owner's."}
    )
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)


class PasswordLinkOut(Schema):
    """A one-time link, shown this once."""

    url = fields.String(required=True, metadata={"x-secret": True})

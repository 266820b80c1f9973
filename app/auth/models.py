"""Accounts, their roles and scope, and their open sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.auth.roles import Role
from app.db import Archivable, Base, Entity, EnumText, Timestamped, UtcDateTime, Versioned
from app.db.types import json_type
from app.i18n import lazy as _l


class User(Entity, Versioned, Timestamped, Archivable):
    """A person who signs in; never deleted, archived when they leave."""

    __tablename__ = "users"

    # Lower-cased; the sign-in name.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(120))
    locale: Mapped[str] = mapped_column(String(2), default="fr")
    # Empty for people who only sign in through the identity provider.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # `issuer|subject` of the identity provider.
    oidc_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    sees_everything: Mapped[bool] = mapped_column(default=False)
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    has_letter_keys: Mapped[bool] = mapped_column(default=True)

    roles: Mapped[list[UserRole]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="UserRole.role"
    )
    scopes: Mapped[list[UserScope]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class UserRole(Base):
    """A role held by a person."""

    __tablename__ = "user_roles"
    plural = _l("Accounts")

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[Role] = mapped_column(EnumText(Role), primary_key=True)


class UserScope(Base):
    """An area or a building a person may see."""

    __tablename__ = "user_scopes"
    plural = _l("Accounts")

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    # `area` or `building`; the house does not know the tables behind.
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)


class RoleOverride(Base):
    """A permission added to or taken from a role, against what the modules grant."""

    __tablename__ = "role_overrides"

    role: Mapped[Role] = mapped_column(EnumText(Role), primary_key=True)
    permission: Mapped[str] = mapped_column(String(80), primary_key=True)
    is_granted: Mapped[bool]


class UserSession(Entity):
    """An open session; only a hash of its token is kept."""

    __tablename__ = "user_sessions"
    plural = _l("Open sessions")
    __table_args__ = (UniqueConstraint("token_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # How the person proved who they are: `password` or `oidc`.
    method: Mapped[str] = mapped_column(String(10), default="password", server_default="password")

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class ApiToken(Entity):
    """A key with which a program acts for a person; only its hash is kept."""

    __tablename__ = "api_tokens"
    plural = _l("Keys for programs")

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    # The first characters, so that a person knows which key is meant.
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # Empty: all its owner's; else at most these, and never more than its owner's.
    permissions: Mapped[list[str]] = mapped_column(json_type, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def is_usable(self, now: datetime) -> bool:
        """Tell whether the key opens anything at an instant."""
        return self.revoked_at is None and now < self.expires_at


class PasswordLink(Entity):
    """A one-time link with which a person chooses a password; only its hash is kept."""

    __tablename__ = "password_links"
    plural = _l("Accounts")

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SignInAttempt(Entity):
    """A sign-in that did not succeed, counted to slow guessing down."""

    __tablename__ = "sign_in_attempts"

    email: Mapped[str] = mapped_column(String(254), index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    # The nonce of a device this account signed in on before; empty for strangers.
    device: Mapped[str] = mapped_column(String(32), default="", server_default="")
    attempted_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)

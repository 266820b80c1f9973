"""Sign in and out, make and change accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.models import SignInAttempt, User, UserRole
from app.auth.passwords import hash_password, needs_rehash, verify_password
from app.auth.roles import Role
from app.auth.sessions import end_session, open_session
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, TooMany
from app.i18n import lazy as _l

ATTEMPTS_ALLOWED = 10
ATTEMPTS_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in comes from."""

    address: str
    user_agent: str


def sign_in(email: str, password: str, device: Device, uow: UnitOfWork, clock: Clock) -> str:
    """Open a session and return its token.

    Raises Invalid with one sentence for an unknown account and a wrong password, TooMany after
    ten refusals in fifteen minutes.
    """
    email = email.strip().lower()
    _refuse_guessing(email, uow, clock)
    user = uow.session.scalar(select(User).where(User.email == email, User.archived_at.is_(None)))
    if not verify_password(user.password_hash if user else None, password) or user is None:
        raise Invalid("sign_in_refused", _l("The e-mail address or the password is not right."))
    if user.password_hash and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    return open_session(user, device.user_agent, uow, clock)


def _refuse_guessing(email: str, uow: UnitOfWork, clock: Clock) -> None:
    since = clock.now() - ATTEMPTS_WINDOW
    refused = uow.session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.email == email, SignInAttempt.attempted_at > since)
    )
    if (refused or 0) >= ATTEMPTS_ALLOWED:
        raise TooMany(
            "sign_in_locked",
            _l("Too many attempts. Wait fifteen minutes, or ask your administrator."),
            retry_after_s=int(ATTEMPTS_WINDOW.total_seconds()),
        )


def note_refused(
    email: str, address: str, open_uow: Callable[[], UnitOfWork], clock: Clock
) -> None:
    """Count a refused sign-in, in a transaction of its own since the other one rolled back."""
    with open_uow() as uow:
        uow.session.add(
            SignInAttempt(
                email=email.strip().lower()[:254], address=address[:64], attempted_at=clock.now()
            )
        )


def sign_out(token: str, uow: UnitOfWork, clock: Clock) -> None:
    """End the session of a token."""
    end_session(token, uow, clock)


@dataclass(frozen=True, slots=True)
class CreateUser:
    """What is asked when an account is made."""

    email: str
    display_name: str
    roles: Iterable[Role] = ()
    password: str = ""
    locale: str = "fr"
    sees_everything: bool = True


def create_user(actor: Actor, command: CreateUser, uow: UnitOfWork, clock: Clock) -> User:
    """Make an account; Invalid when the e-mail address is taken."""
    email = command.email.strip().lower()
    if uow.session.scalar(select(User.id).where(User.email == email)):
        raise Invalid("email_taken", _l("This e-mail address has an account."), field="email")
    now = clock.now()
    user = User(
        email=email,
        display_name=command.display_name,
        locale=command.locale,
        password_hash=hash_password(command.password) if command.password else None,
        password_changed_at=now if command.password else None,
        sees_everything=command.sees_everything,
        created_at=now,
        updated_at=now,
        roles=[UserRole(role=role) for role in command.roles],
    )
    uow.session.add(user)
    uow.flush()
    record(
        uow,
        actor,
        clock,
        action="auth.user.create",
        subject=Subject("user", user.id, email),
        changes={"roles": (None, [role.value for role in command.roles])},
    )
    return user

"""Sign in and out with a password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from app.auth.commands import Device
from app.auth.models import SignInAttempt, User
from app.auth.passwords import hash_password, needs_rehash, verify_password
from app.auth.sessions import end_session, open_session
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, TooMany
from app.i18n import lazy as _l

ATTEMPTS_ALLOWED = 10
ATTEMPTS_WINDOW = timedelta(minutes=15)


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

"""Sign in and out with a password.

An attempt is counted before the password is looked at and forgotten when it was right, so that
many at once cannot slip through; and no transaction is open while Argon2 works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.commands import Device
from app.auth.models import SignInAttempt, User
from app.auth.passwords import hash_password, needs_rehash, verify_password
from app.auth.sessions import end_session, open_session
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, TooMany
from app.i18n import lazy as _l
from app.ids import new_id

log = structlog.get_logger(__name__)

ATTEMPTS_ALLOWED = 10
# An office behind one address makes honest mistakes too; one who tries many accounts makes more.
ATTEMPTS_OF_AN_ADDRESS = 100
ATTEMPTS_WINDOW = timedelta(minutes=15)

_REFUSED = _l("The e-mail address or the password is not right.")
_LOCKED = _l("Too many attempts. Wait fifteen minutes, or ask your administrator.")

OpenUnitOfWork = Callable[[], UnitOfWork]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token of a new session and whose it is."""

    token: str
    user_id: UUID
    email: str


def sign_in(
    email: str, password: str, device: Device, open_uow: OpenUnitOfWork, clock: Clock
) -> SignedIn:
    """Open a session.

    Raises Invalid with one sentence for an unknown account and a wrong password, TooMany after
    ten refusals in fifteen minutes. Devices on which the account signed in before are counted
    apart, so that a stranger's guessing does not lock the owner out.
    """
    email = email.strip().lower()[:254]
    attempt_id, user_id, stored = _begin(email, device, open_uow, clock)
    if not verify_password(stored, password) or user_id is None:
        log.warning("sign_in_refused", address=device.address)
        raise Invalid("sign_in_refused", _REFUSED)
    with open_uow() as uow:
        user = uow.session.get_one(User, user_id)
        if stored and needs_rehash(stored):
            user.password_hash = hash_password(password)
        uow.session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))
        token = open_session(user, device, uow, clock)
        record_sign_in(user, "password", uow, clock)
    log.info("signed_in", user_id=str(user_id), address=device.address)
    return SignedIn(token, user_id, email)


def confirm_password(
    actor: Actor, password: str, device: Device, open_uow: OpenUnitOfWork, clock: Clock
) -> None:
    """Have a signed-in person give their password again; guesses count like those at the door.

    Raises Invalid on the field `current_password`, TooMany after ten.
    """
    attempt_id, _user_id, stored = _begin(actor.email, device, open_uow, clock)
    if not verify_password(stored, password):
        raise Invalid(
            "password_wrong",
            _l("This is not your present password."),
            field="current_password",
        )
    with open_uow() as uow:
        uow.session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def _begin(
    email: str, device: Device, open_uow: OpenUnitOfWork, clock: Clock
) -> tuple[UUID, UUID | None, str | None]:
    """Count the attempt; return it with the account and its hash, the same way if there is none."""
    attempt = SignInAttempt(
        id=new_id(),
        email=email,
        address=device.address[:64],
        device=device.nonce_for(email),
        attempted_at=clock.now(),
    )
    with open_uow() as uow:
        _forget_old(uow, clock)
        _refuse_guessing(attempt, uow, clock)
        uow.session.add(attempt)
        # Columns rather than the account: both cases must cost the same queries.
        found = uow.session.execute(
            select(User.id, User.password_hash).where(
                User.email == email, User.archived_at.is_(None)
            )
        ).one_or_none()
    return (attempt.id, found.id, found.password_hash) if found else (attempt.id, None, None)


def _refuse_guessing(attempt: SignInAttempt, uow: UnitOfWork, clock: Clock) -> None:
    since = SignInAttempt.attempted_at > clock.now() - ATTEMPTS_WINDOW
    counted = select(func.count()).select_from(SignInAttempt).where(since)
    of_account = counted.where(
        SignInAttempt.email == attempt.email, SignInAttempt.device == attempt.device
    )
    of_address = counted.where(SignInAttempt.address == attempt.address, SignInAttempt.device == "")
    is_locked = (uow.session.scalar(of_account) or 0) >= ATTEMPTS_ALLOWED
    is_spraying = (uow.session.scalar(of_address) or 0) >= ATTEMPTS_OF_AN_ADDRESS
    if is_locked or (is_spraying and not attempt.device):
        log.warning("sign_in_locked", address=attempt.address, is_spraying=is_spraying)
        raise TooMany("sign_in_locked", _LOCKED, retry_after_s=int(ATTEMPTS_WINDOW.total_seconds()))


def _forget_old(uow: UnitOfWork, clock: Clock) -> None:
    uow.session.execute(
        delete(SignInAttempt).where(SignInAttempt.attempted_at < clock.now() - ATTEMPTS_WINDOW)
    )


def record_sign_in(user: User, method: str, uow: UnitOfWork, clock: Clock) -> None:
    """Note a sign-in in the trail, under the person's own name."""
    actor = Actor(user.id, user.email, user.display_name)
    record(
        uow,
        actor,
        clock,
        action="auth.session.open",
        subject=Subject("user", user.id, user.email),
        changes={"method": (None, method)},
    )


def sign_out(token: str, uow: UnitOfWork, clock: Clock) -> None:
    """End the session of a token."""
    end_session(token, uow, clock)

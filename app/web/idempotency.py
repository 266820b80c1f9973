"""Calls that can be sent twice and are done once.

Programs send `Idempotency-Key`, forms a hidden `form_key` (against a double click). The first call
claims the key in a transaction of its own. Every unit of work it opens marks the claim as applied
in the same transaction as the change, so a worker that dies leaves no doubt: a claim still
`running` had no effect and may be made again, an `applied` one had. The answer is kept for a day;
equal calls that arrive meanwhile wait for it. Only the change itself waits for the disk: a claim
lost in a power cut had no effect, and an answer lost is said to be lost.
"""

from __future__ import annotations

import hmac
import re
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Flask, Request, Response, current_app, g, request
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.db import JsonDict, UnitOfWork, change_rows
from app.errors import AppError, Conflict, Invalid
from app.house import House
from app.i18n import lazy as _l
from app.ids import new_id
from app.web.context import find_actor
from app.web.idempotent_calls import CallState, IdempotentCall

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT_FOR = timedelta(hours=24)
LOCKED_FOR = timedelta(minutes=2)
WAIT_S = 5.0
POLL_S = 0.05
MAX_BODY = 1024 * 1024
KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Link", "HX-Redirect", "HX-Trigger")
_REUSED = _l("This Idempotency-Key was used for another call. Take a new one.")
_FORM_REUSED = _l(
    "This form was sent before with other values. Open the page again and fill it in anew."
)
VALID_KEY = re.compile(r"^[\x21-\x7e]{8,100}$")


class BadKey(AppError):
    """The key itself cannot be used."""

    status = 400


def register(app: Flask, house: House) -> None:
    """Watch every state-changing request that carries a key."""

    @app.before_request
    def claim_key() -> Response | None:
        key = key_of(request)
        actor = find_actor()
        if key is None or actor is None:
            return None
        if not VALID_KEY.match(key):
            raise BadKey(
                "idempotency_key_invalid",
                _l("Idempotency-Key takes 8 to 100 visible characters, best a UUID."),
            )
        return _claim_or_replay(house, actor.user_id, key, fingerprint_of(request))

    @app.after_request
    def keep_answer(response: Any) -> Any:
        call_id = g.pop("idempotent_call", None)
        if call_id is not None:
            _keep(house, call_id, response)
        return response


def key_of(incoming: Request) -> str | None:
    """Return the client's key for this call, or None when it may not be repeated safely."""
    if incoming.method not in UNSAFE:
        return None
    header = incoming.headers.get("Idempotency-Key")
    if header is not None:
        return header
    is_form = incoming.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")
    return (incoming.form.get("form_key") or None) if is_form else None


def fingerprint_of(incoming: Request) -> str:
    """Digest what makes two calls equal: method, address, fields, files."""
    # Keyed: the body may hold a password, and a plain digest could be guessed at.
    key = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(key, f"{incoming.method} {incoming.full_path}\n".encode(), "sha256")
    digest.update(incoming.headers.get("If-Match", "").encode())
    if incoming.mimetype not in FORMS:
        digest.update(incoming.get_data())
        return digest.hexdigest()
    # A form was read already, and its bytes are gone. The boundary between the parts differs each
    # time and the proof may be renewed; what was filled in does not.
    for name, value in sorted(incoming.form.items(multi=True)):
        if name != "csrf_token":
            digest.update(f"{name}={value}\n".encode())
    for name, upload in sorted(incoming.files.items(multi=True), key=lambda item: item[0]):
        digest.update(f"{name}={upload.filename}\n".encode())
        while block := upload.stream.read(1 << 16):
            digest.update(block)
        upload.stream.seek(0)
    return digest.hexdigest()


def mark_applied(uow: UnitOfWork) -> None:
    """Tie the claim of this request to a transaction that is about to change something."""
    call_id = g.get("idempotent_call")
    if call_id is None:
        return
    mark = (
        update(IdempotentCall)
        .where(IdempotentCall.id == call_id)
        .values(state=CallState.APPLIED)
        .execution_options(synchronize_session=False)
    )
    if not change_rows(uow.session, mark):
        uow.session.rollback()
        uow.session.close()
        raise _still_running()  # we were too slow: the claim was given to a repeated call


def _claim_or_replay(house: House, owner: UUID, key: str, fingerprint: str) -> Response | None:
    give_up_at = time.monotonic() + WAIT_S
    while True:
        found = _claim(house, owner, key, fingerprint)
        if found is None:
            return None
        if found.fingerprint != fingerprint:
            raise Invalid(
                "idempotency_key_reused", _FORM_REUSED if "form_key" in request.form else _REUSED
            )
        if found.state is CallState.DONE:
            return _replay(found)
        if found.state is CallState.APPLIED and found.locked_until <= house.clock.now():
            raise Conflict(
                "idempotency_answer_lost",
                _l("This was saved, but its answer was lost. Read the record again."),
            )
        if time.monotonic() > give_up_at:
            raise _still_running()
        time.sleep(POLL_S)


def _still_running() -> Conflict:
    return Conflict(
        "idempotency_call_running",
        _l("The same call is still being handled. Try again in a moment."),
        retry_after_s=1,
    )


def _claim(house: House, owner: UUID, key: str, fingerprint: str) -> IdempotentCall | None:
    """Claim a key; return the earlier call when there is one that counts, else None."""
    now = house.clock.now()
    try:
        with house.database.unit_of_work(is_durable=False) as uow:
            _forget_old(uow, now)
            found = uow.session.scalar(
                select(IdempotentCall).where(
                    IdempotentCall.owner_id == owner, IdempotentCall.key == key
                )
            )
            if found is not None and not _is_dead(found, now):
                return found
            if found is not None:
                uow.session.delete(found)
                uow.flush()
            call = IdempotentCall(
                id=new_id(),
                owner_id=owner,
                key=key,
                fingerprint=fingerprint,
                state=CallState.RUNNING,
                headers=JsonDict({}),
                created_at=now,
                locked_until=now + LOCKED_FOR,
                expires_at=now + KEPT_FOR,
            )
            uow.session.add(call)
    except IntegrityError:
        # Another worker claimed it between our look and our insert.
        return _claim(house, owner, key, fingerprint)
    g.idempotent_call = call.id
    return None


def _forget_old(uow: UnitOfWork, now: datetime) -> None:
    uow.session.execute(
        delete(IdempotentCall)
        .where(IdempotentCall.expires_at <= now)
        .execution_options(synchronize_session=False)
    )


def _is_dead(call: IdempotentCall, now: datetime) -> bool:
    """Tell whether a worker died with this call before it had an effect."""
    return call.state is CallState.RUNNING and call.locked_until <= now


def _replay(call: IdempotentCall) -> Response:
    response = Response(call.body or b"", status=call.status or 200)
    del response.headers["Content-Type"]
    for name, value in call.headers.items():
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(house: House, call_id: UUID, response: BaseResponse) -> None:
    """Store the answer; a refusal that changed nothing is forgotten, so it may be tried again."""
    with house.database.unit_of_work(is_durable=False) as uow:
        if response.status_code >= 400 and _forget_running(uow, call_id):
            return
        if response.is_streamed or response.direct_passthrough or g.get("answer_is_secret"):
            return
        body = response.get_data()
        if len(body) > MAX_BODY:
            return
        headers = {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        }
        uow.session.execute(
            update(IdempotentCall)
            .where(IdempotentCall.id == call_id)
            .values(
                state=CallState.DONE,
                status=response.status_code,
                headers=JsonDict(headers),
                body=body,
            )
            .execution_options(synchronize_session=False)
        )


def _forget_running(uow: UnitOfWork, call_id: UUID) -> bool:
    forget = (
        delete(IdempotentCall)
        .where(IdempotentCall.id == call_id, IdempotentCall.state == CallState.RUNNING)
        .execution_options(synchronize_session=False)
    )
    return change_rows(uow.session, forget) > 0

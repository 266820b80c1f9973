"""Calls that can be sent twice and are done once.

Programs send `Idempotency-Key`, forms a hidden `form_key` (against a double click). A unit of work
writes the key of its request in the same transaction as the change, so a worker that dies leaves no
doubt: without the key nothing was changed, with it everything was. Of equal calls at once one
writes the key, and the others wait for its answer, which is kept for a day. The answer itself does
not wait for the disk: one lost in a power cut is said to be lost.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, cast
from uuid import UUID

from flask import Flask, Request, Response, abort, current_app, g, request
from sqlalchemy import Row, Table, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.db import JsonDict, UnitOfWork, change_rows, insert_or
from app.errors import AppError, Conflict, Invalid
from app.house import House
from app.i18n import lazy as _l
from app.ids import new_id
from app.web.context import find_actor, house
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
_CALLS = cast("Table", IdempotentCall.__table__)
_SAME_KEY = and_(_CALLS.c.owner_id == bindparam("its_owner"), _CALLS.c.key == bindparam("its_key"))
_FIND = select(_CALLS).where(_SAME_KEY, _CALLS.c.expires_at > bindparam("now"))
_WRITTEN_BY = select(_CALLS.c.id).where(_SAME_KEY)
_FORGET = delete(_CALLS).where(_CALLS.c.expires_at <= bindparam("now"))
_STORE = update(_CALLS).where(_CALLS.c.id == bindparam("its_id"))
VALID_KEY = re.compile(r"^[\x21-\x7e]{8,100}$")


@dataclass(frozen=True, slots=True)
class _Call:
    """The call of this request, with the identifier it writes its key under."""

    id: UUID
    owner_id: UUID
    key: str
    fingerprint: str


class BadKey(AppError):
    """The key itself cannot be used."""

    status = 400


def register(app: Flask, house: House) -> None:
    """Watch every state-changing request that carries a key."""

    @app.before_request
    def answer_again() -> Response | None:
        key = key_of(request)
        actor = find_actor()
        if key is None or actor is None:
            return None
        if not VALID_KEY.match(key):
            raise BadKey(
                "idempotency_key_invalid",
                _l("Idempotency-Key takes 8 to 100 visible characters, best a UUID."),
            )
        call = _Call(new_id(), actor.user_id, key, fingerprint_of(request))
        answer = _answer_of(house, call)
        if answer is None:
            g.idempotent_call = call
        return answer

    @app.after_request
    def keep_answer(response: Any) -> Any:
        call = g.pop("idempotent_call", None)
        if call is not None:
            _keep(house, call, response)
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
    """Write the key of this request in the transaction that is about to change something.

    Ends the request with the answer of an equal call that wrote its key first.
    """
    call: _Call | None = g.get("idempotent_call")
    if call is None or _is_written(uow.session, call, house().clock.now(), CallState.APPLIED):
        return
    uow.session.rollback()
    uow.session.close()
    g.pop("idempotent_call")
    answer = _answer_of(house(), call)
    if answer is None:
        _refuse_for_now()  # the other call was forgotten meanwhile; this one may be sent again
    abort(answer)


@contextmanager
def apart_from_call() -> Iterator[None]:
    """Keep what is written meanwhile apart from the call of this request.

    A refused call whose answer shows the record notes that it was read; that is no change, and the
    call may still be sent again with its key.
    """
    call = g.pop("idempotent_call", None)
    try:
        yield
    finally:
        if call is not None:
            g.idempotent_call = call


def _is_written(
    session: Session, call: _Call, now: datetime, state: CallState, **answer: Any
) -> bool:
    """Write the key of a call, unless an earlier one did; tell whether it is this call's."""
    row = {
        "id": call.id,
        "owner_id": call.owner_id,
        "key": call.key,
        "fingerprint": call.fingerprint,
        "state": state,
        "created_at": now,
        "locked_until": now + LOCKED_FOR,
        "expires_at": now + KEPT_FOR,
        "headers": JsonDict({}),
    }
    write = _write(session.get_bind().dialect.name)
    if session.execute(write, row | answer).scalar() is not None:
        return True
    return session.scalar(_WRITTEN_BY, _named(call)) == call.id


@cache
def _write(dialect: str) -> ReturningInsert[UUID]:
    """Write a key that nobody wrote, or in the place of one whose day is over."""
    row = insert_or(dialect, _CALLS)
    anew = row.on_conflict_do_update(
        index_elements=["owner_id", "key"],
        set_={column.name: row.excluded[column.name] for column in _CALLS.c},
        where=_CALLS.c.expires_at <= row.excluded.created_at,
    )
    return anew.returning(_CALLS.c.id)


def _named(call: _Call) -> dict[str, Any]:
    return {"its_owner": call.owner_id, "its_key": call.key}


def _answer_of(house: House, call: _Call) -> Response | None:
    """Return the answer of an earlier equal call, waiting for it; None when there was none."""
    give_up_at = time.monotonic() + WAIT_S
    while True:
        now = house.clock.now()
        with house.database.reader() as session:
            found = session.execute(_FIND, {**_named(call), "now": now}).first()
        if found is None:
            return None
        if found.fingerprint != call.fingerprint:
            raise Invalid(
                "idempotency_key_reused", _FORM_REUSED if "form_key" in request.form else _REUSED
            )
        if found.state is CallState.DONE:
            return _replay(found)
        if found.locked_until <= now:
            raise Conflict(
                "idempotency_answer_lost",
                _l("This was saved, but its answer was lost. Read the record again."),
            )
        if time.monotonic() > give_up_at:
            _refuse_for_now()
        time.sleep(POLL_S)


def _refuse_for_now() -> NoReturn:
    raise Conflict(
        "idempotency_call_running",
        _l("The same call is still being handled. Try again in a moment."),
        retry_after_s=1,
    )


def _replay(call: Row[Any]) -> Response:
    response = Response(call.body or b"", status=call.status or 200)
    del response.headers["Content-Type"]
    for name, value in call.headers.items():
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _worth_keeping(response: BaseResponse) -> dict[str, Any] | None:
    """Return what is stored of an answer; None for one that is secret, streamed or too long."""
    if response.is_streamed or response.direct_passthrough or g.get("answer_is_secret"):
        return None
    body = response.get_data()
    if len(body) > MAX_BODY:
        return None
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return {"status": response.status_code, "headers": JsonDict(kept), "body": body}


def _keep(house: House, call: _Call, response: BaseResponse) -> None:
    """Store the answer; that of a refusal that changed nothing is not, so it may be tried again."""
    answer = _worth_keeping(response)
    with house.database.unit_of_work(is_durable=False) as uow:
        now = house.clock.now()
        uow.session.execute(_FORGET, {"now": now})
        if answer is None:
            # Nobody waits for an answer that will not come.
            uow.session.execute(_STORE, {"its_id": call.id, "locked_until": now})
            return
        done = {"its_id": call.id, "state": CallState.DONE, **answer}
        if not change_rows(uow.session, _STORE, done) and response.status_code < 400:
            # Nothing was changed through a unit of work of the request: equal calls are equal.
            _is_written(uow.session, call, now, CallState.DONE, **answer)

"""Kill -9 of the web server under callers: no ticket they were told of is lost, none is twice."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.audit.models import AuditEntry
from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.auth.commands import CreateToken, CreateUser
from app.auth.roles import Role
from app.auth.services import create_user
from app.auth.sessions import actor_of
from app.auth.tokens import issue_token
from app.clock import SystemClock
from app.db import Database
from app.ids import new_id
from app.jobs import JobRun
from app.registry import find_modules, grants_of
from app.settings import Settings
from app.web.idempotent_calls import CallState, IdempotentCall
from modules.tickets.enums import EventKind
from modules.tickets.models import Ticket, TicketEvent
from tests.factories.portfolio import make_building, make_lot
from tests.support.servers import PAUSE, WebServer, wait_for
from tests.support.sizes import sized

CALLERS = 4
SEED = 20260302
CLOCK = SystemClock()


@dataclass
class Caller:
    """Opens one ticket after the other; repeats a call with its key until it is answered."""

    name: str
    server: WebServer
    key: str
    lot_id: UUID
    acknowledged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    leaving: Event = field(default_factory=Event)

    def work(self) -> None:
        """Call until told to leave; a call nobody answers by then is not counted."""
        while not self.leaving.is_set():
            said = f"{self.name}, call {len(self.acknowledged)}"
            headers = {"Idempotency-Key": str(new_id()), "Authorization": f"Bearer {self.key}"}
            while not self._is_saved(said, headers):
                if self.wrong or self.leaving.is_set():
                    return
                PAUSE.wait(0.05)
            self.acknowledged.append(said)

    def _is_saved(self, said: str, headers: dict[str, str]) -> bool:
        body = {"lot_id": str(self.lot_id), "category_key": "home.water.leak", "description": said}
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            headers = headers | {"Content-Type": "application/json"}
            connection.request("POST", "/api/v1/tickets", json.dumps(body), headers)
            answer = connection.getresponse()
            return self._judge(answer.status, answer.read())
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _judge(self, status: int, body: bytes) -> bool:
        code = "" if status == 201 else json.loads(body).get("code", "")
        if status == 201 or code == "idempotency_answer_lost":
            return True
        if status != 503 and code != "idempotency_call_running":
            self.wrong.append(f"{status} {body.decode()}")
        return False


@pytest.fixture
def server(settings: Settings) -> Iterator[WebServer]:
    made = WebServer(settings)
    yield made
    made.stop()


@pytest.fixture
def callers(database: Database, server: WebServer) -> list[Caller]:
    grants = grants_of(find_modules())
    with database.unit_of_work() as uow:
        agent = CreateUser("agent@example.org", "Agent", (Role.CALL_CENTRE_AGENT,))
        user = create_user(system_actor("test"), agent, uow, CLOCK)
        uow.flush()
        actor = actor_of(user, grants, uow.session)
        rights = tuple(grants[Role.CALL_CENTRE_AGENT])
        _token, secret = issue_token(actor, user.id, CreateToken("test", rights), uow, CLOCK)
        lot_id = make_lot(uow, CLOCK, make_building(uow, CLOCK)).id
    return [Caller(f"caller {number}", server, secret, lot_id) for number in range(CALLERS)]


def total(callers: list[Caller]) -> int:
    return sum(len(caller.acknowledged) for caller in callers)


def let_claims_lapse(database: Database) -> None:
    """Let the two minutes during which a silent call may still be at work pass at once."""
    with database.unit_of_work() as uow:
        uow.session.execute(
            update(IdempotentCall)
            .where(IdempotentCall.state != CallState.DONE)
            .values(locked_until=datetime(2020, 1, 1, tzinfo=UTC))
        )


def check(database: Database, settings: Settings, callers: list[Caller]) -> None:
    """What callers were told of is there, once, with its event and its entry in the trail."""
    assert not [line for caller in callers for line in caller.wrong]
    told = {said for caller in callers for said in list(caller.acknowledged)}
    with database.reader() as session:
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        saved = Counter(session.scalars(select(Ticket.description)))
        numbers = Counter(session.scalars(select(Ticket.number)))
        tickets = Counter(session.scalars(select(Ticket.id)))
        opened = select(TicketEvent.ticket_id).where(TicketEvent.kind == EventKind.OPENED)
        traced = select(AuditEntry.subject_id).where(AuditEntry.action == "tickets.ticket.opened")
        assert Counter(session.scalars(opened)) == Counter(session.scalars(traced)) == tickets
    assert told <= set(saved), f"lost: {sorted(told - set(saved))}"
    assert set(saved.values()) | set(numbers.values()) <= {1}, "a ticket was made twice"
    run_sealing(JobRun(database, CLOCK, system_actor("test"), settings=settings))
    verdict = verify_chain(database, settings)
    assert verdict.holds, verdict
    assert verdict.unsealed == 0


@pytest.mark.slow
@sized(in_ci=2, of_the_bar=50)
def test_a_killed_web_server_loses_and_repeats_no_ticket(
    database: Database, settings: Settings, server: WebServer, callers: list[Caller], size: int
) -> None:
    chance = random.Random(SEED)
    threads = [Thread(target=caller.work) for caller in callers]
    server.start()
    for thread in threads:
        thread.start()
    try:
        for _kill in range(size):
            before = total(callers)
            assert wait_for(lambda least=before: total(callers) > least, 120), "no ticket is saved"
            PAUSE.wait(chance.uniform(0, 0.3))
            server.kill()
            check(database, settings, callers)
            let_claims_lapse(database)
            server.start()
    finally:
        for caller in callers:
            caller.leaving.set()
        for thread in threads:
            thread.join()
    assert total(callers) >= size
    check(database, settings, callers)

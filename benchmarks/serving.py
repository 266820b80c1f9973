"""What benchmarks of the running application share: instance, server, clients, verdicts."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = Path(sys.executable).parent
# As scripts/run starts it.
OURS = (
    "{bin}/granian --interface wsgi --host 127.0.0.1 --port {port} --workers {workers} "
    "--blocking-threads 2 --no-ws --log-level warning wsgi:app"
)
READY_WITHIN_S = 60


@dataclass(frozen=True)
class Instance:
    """A demo in a scratch folder, and somebody signed in: by a browser, and by a key."""

    folder: Path
    environment: dict[str, str]
    cookie: str
    key: str

    @property
    def as_browser(self) -> dict[str, str]:
        """Return the headers of the browser."""
        return {"Cookie": self.cookie}

    @property
    def as_program(self) -> dict[str, str]:
        """Return the headers of the program."""
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}


def make_instance(folder: Path, scale: float) -> Instance:
    """Plant the demo and open a session and a key for an administrator of the call centre."""
    environment = os.environ | {
        "INTENDANT_INSTANCE_DIR": str(folder),
        "INTENDANT_SECRET_KEY": "a benchmark needs no secret, only length",
        "INTENDANT_LOG_LEVEL": "ERROR",
        "INTENDANT_MAIL_BACKEND": "null",
        "INTENDANT_RATE_LIMIT_PER_MINUTE": "0",
        "FLASK_APP": "wsgi",
        "PYTHONPATH": f"{ROOT}:{folder}",
    }
    os.environ.update(environment)

    from app import create_app
    from app.db import migrate
    from app.demo import load_demo
    from app.settings import load_settings
    from app.web.context import house

    app = create_app(load_settings())
    built = house(app)
    migrate.upgrade(built.database)
    load_demo(built, scale=scale, say=lambda _line: None)
    cookie, key = _sign_in(app, built)
    built.database.dispose()
    return Instance(folder, environment, cookie, key)


def _sign_in(app: Any, built: Any) -> tuple[str, str]:
    from app.auth.actor import system_actor
    from app.auth.commands import CreateToken, Device
    from app.auth.roles import Role
    from app.auth.services import CreateUser, create_user
    from app.auth.sessions import actor_of, open_session
    from app.auth.tokens import issue_token

    roles = (Role.ADMINISTRATOR, Role.CALL_CENTRE_AGENT)
    with built.database.unit_of_work() as uow:
        person = CreateUser("benchmark@example.org", "Benchmark", roles, sees_everything=True)
        user = create_user(system_actor("benchmark"), person, uow, built.clock)
        uow.flush()
        token = open_session(user, Device("127.0.0.1", "benchmark"), uow, built.clock)
        actor = actor_of(user, built.grants, uow.session)
        rights = tuple(sorted(actor.permissions))
        _key, secret = issue_token(
            actor, user.id, CreateToken("benchmark", rights), uow, built.clock
        )
    client = app.test_client()
    with client.session_transaction() as session:
        session["sid"] = token
    found = client.get_cookie(str(app.config["SESSION_COOKIE_NAME"]))
    return f"{found.key}={found.value}", secret


@contextlib.contextmanager
def served(instance: Instance, command: str = OURS, workers: int = 2) -> Iterator[tuple[int, int]]:
    """Serve an instance for a while; give the port and the process."""
    port = free_port()
    line = command.format(bin=BIN, port=port, workers=workers).split()
    with running(instance, line) as process:
        wait_until_up(port)
        yield port, process.pid


@contextlib.contextmanager
def running(instance: Instance, line: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command on an instance for a while."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(line, cwd=ROOT, env=instance.environment, stdout=quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(port: int) -> None:
    """Ask until the server answers."""
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@dataclass(frozen=True)
class Call:
    """One request of a client, and the status it must get."""

    method: str
    path: str
    headers: dict[str, str]
    body: str | None = None
    status: int = 200


def repeat(port: int, make: Callable[[int], Call], until: Callable[[], bool]) -> list[float]:
    """Send call after call on one connection until told; return latencies in milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found: list[float] = []
    while not until():
        call = make(len(found))
        began = time.perf_counter()
        connection.request(call.method, call.path, call.body, call.headers)
        answer = connection.getresponse()
        said = answer.read()
        found.append((time.perf_counter() - began) * 1000)
        if answer.status != call.status:
            raise SystemExit(f"{call.method} {call.path}: {answer.status} {said[:300]!r}")
    connection.close()
    return found


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Return what is true once so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def together(port: int, make: Callable[[int], Call], clients: int, seconds: float) -> list[float]:
    """Let several clients send calls at once; return all latencies."""
    until = for_seconds(seconds)
    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(lambda _client: repeat(port, make, until), range(clients))
        return [ms for part in parts for ms in part]


@contextlib.contextmanager
def background(*works: Callable[[Callable[[], bool]], None]) -> Iterator[None]:
    """Do works beside the block, each told when to end."""
    ended = threading.Event()
    threads = [threading.Thread(target=work, args=(ended.is_set,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def p50(times: Sequence[float]) -> float:
    """Return the median."""
    return sorted(times)[len(times) // 2]


def p99(times: Sequence[float]) -> float:
    """Return what 99 of 100 stay under."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def judge(what: str, value: float, bar: float, unit: str = "", *, least: bool = False) -> bool:
    """Print a figure beside its bar, an upper one unless `least`; tell whether it is met."""
    is_met = value >= bar if least else value <= bar
    sign = "≥" if least else "≤"
    print(f"{what:58} {value:9.2f} {unit:4} bar {sign} {bar:g}  {'met' if is_met else 'MISSED'}")
    return is_met

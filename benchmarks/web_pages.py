"""Compare our web server set-up with the usual one, on a list of fifty lots.

Goal G9: at least 1.8 times the requests a second of gunicorn with 2 workers of 4 threads, in
interleaved rounds; p99/p50 at most 2 with one client; p99 at most 20 ms with 16 clients.

Usage: python benchmarks/web_pages.py [--rounds N] [--seconds S] [--scale S]

An instance with a demo estate is made in a scratch folder; nothing else is touched. The clients
run on the same cores as the servers, so that absolute figures are low; the ratio is what counts.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = Path(sys.executable).parent
PATH = "/lots"
SETUPS = {
    "ours": "{bin}/granian --interface wsgi --host 127.0.0.1 --port {port} --workers 2 "
    "--blocking-threads 1 --no-ws --log-level warning wsgi:app",
    "usual": "{bin}/gunicorn --bind 127.0.0.1:{port} --workers 2 --threads 4 "
    "--worker-class gthread --log-level warning app_plain:app",
}
# The peer runs without our start-up: no frozen garbage collector.
PLAIN = (
    "from app import create_app\nfrom app.settings import load_settings\n"
    "app = create_app(load_settings())\n"
)


@dataclass(frozen=True)
class Timing:
    """Requests a second and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--scale", type=float, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cookie = prepare(Path(scratch), options.scale)
        results: dict[tuple[str, int], list[Timing]] = {}
        for _round in range(options.rounds):
            for name in SETUPS:
                with_server(name, Path(scratch), cookie, options.seconds, results)
    show(results)


def environment(scratch: Path) -> dict[str, str]:
    """Return the environment of the servers."""
    return os.environ | {
        "INTENDANT_INSTANCE_DIR": str(scratch),
        "INTENDANT_SECRET_KEY": "a benchmark needs no secret, only length",
        "INTENDANT_LOG_LEVEL": "ERROR",
        "PYTHONPATH": f"{ROOT}:{scratch}",
    }


def prepare(scratch: Path, scale: float) -> str:
    """Make the instance and sign in; return the session cookie."""
    os.environ.update(environment(scratch))

    from app import create_app
    from app.auth.actor import system_actor
    from app.auth.roles import Role
    from app.auth.services import CreateUser, create_user
    from app.auth.sessions import Device, open_session
    from app.db import migrate
    from app.demo import plant_seeds
    from app.settings import load_settings
    from app.web.context import house

    (scratch / "app_plain.py").write_text(PLAIN)
    app = create_app(load_settings())
    built = house(app)
    migrate.upgrade(built.database)
    plant_seeds(built, scale=scale, say=lambda _line: None)
    with built.database.unit_of_work() as uow:
        person = CreateUser("benchmark@example.org", "Benchmark", (Role.DISPATCHER,))
        user = create_user(system_actor("benchmark"), person, uow, built.clock)
        token = open_session(user, Device("127.0.0.1", "benchmark"), uow, built.clock)
    client = app.test_client()
    with client.session_transaction() as session:
        session["sid"] = token
    found = client.get_cookie(str(app.config["SESSION_COOKIE_NAME"]))
    if found is None:
        raise SystemExit("the benchmark could not sign in")
    built.database.dispose()
    return f"{found.key}={found.value}"


def with_server(
    name: str,
    scratch: Path,
    cookie: str,
    seconds: float,
    results: dict[tuple[str, int], list[Timing]],
) -> None:
    """Start one server, measure it with one client and with sixteen, stop it."""
    port = free_port()
    command = SETUPS[name].format(bin=BIN, port=port).split()
    server = subprocess.Popen(command, cwd=ROOT, env=environment(scratch))
    try:
        wait_until_up(port, cookie)
        for clients in (1, 16):
            timing = measure(port, cookie, clients, seconds)
            results.setdefault((name, clients), []).append(timing)
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(port: int, cookie: str) -> None:
    """Ask until every worker has answered a few times."""
    deadline = time.monotonic() + 60
    answered = 0
    while answered < 20:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", PATH, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{PATH} answers {answer.status}")
            answered += 1
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def measure(port: int, cookie: str, clients: int, seconds: float) -> Timing:
    """Let clients in two processes ask as fast as they are answered."""
    with multiprocessing.Pool(min(clients, 2)) as pool:
        share = max(clients // 2, 1)
        jobs = [(port, cookie, share, seconds)] * min(clients, 2)
        latencies = [ms for part in pool.starmap(ask, jobs) for ms in part]
    latencies.sort()
    return Timing(
        len(latencies) / seconds,
        statistics.median(latencies),
        latencies[int(len(latencies) * 0.99) - 1],
    )


def ask(port: int, cookie: str, clients: int, seconds: float) -> list[float]:
    """Ask from several threads of one process; return latencies in milliseconds."""
    from concurrent.futures import ThreadPoolExecutor

    def one(_number: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        found = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request("GET", PATH, headers={"Cookie": cookie})
            connection.getresponse().read()
            found.append((time.perf_counter() - began) * 1000)
        return found

    with ThreadPoolExecutor(clients) as pool:
        return [ms for part in pool.map(one, range(clients)) for ms in part]


def show(results: dict[tuple[str, int], list[Timing]]) -> None:
    """Print medians over the rounds and the ratios."""
    print(f"{'set-up':8} {'clients':>7} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'p99/p50':>8}")
    for (name, clients), timings in sorted(results.items()):
        rate, p50, p99 = (
            statistics.median(getattr(t, f) for t in timings) for f in ("rate", "p50", "p99")
        )
        print(f"{name:8} {clients:7d} {rate:8.0f} {p50:8.2f} {p99:8.2f} {p99 / p50:8.2f}")
    for clients in (1, 16):
        pairs = zip(results["ours", clients], results["usual", clients], strict=True)
        ratios = [ours.rate / usual.rate for ours, usual in pairs]
        print(f"ratio of requests a second, {clients} client(s): {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()

"""G9: our web server set-up against the usual one, on the list of fifty tickets.

    python benchmarks/web_pages.py [--rounds N] [--seconds S] [--scale S] [--path /tickets]

In interleaved rounds, granian with two workers and a frozen garbage collector, as `scripts/run`
starts it, and gunicorn with two workers of four threads and nothing else. Bars: at least 1.8 times
the requests a second with 16 clients; p99 at most twice p50 with one client; p99 at most 20 ms with
16 clients. The clients run on the same cores as the servers: absolute figures are low by as much.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from serving import OURS, Call, Instance, judge, make_instance, p50, p99, served, together

SETUPS = {
    "ours": OURS,
    "usual": "{bin}/gunicorn --bind 127.0.0.1:{port} --workers {workers} --threads 4 "
    "--worker-class gthread --log-level warning app_plain:app",
}
# The peer runs without our start-up: no frozen garbage collector.
PLAIN = (
    "from app import create_app\nfrom app.settings import load_settings\n"
    "app = create_app(load_settings())\n"
)
FEW, MANY = 1, 16
LEAST_TIMES, MOST_SPREAD, MOST_MS = 1.8, 2.0, 20.0


@dataclass(frozen=True)
class Timing:
    """Requests a second and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


Results = dict[tuple[str, int], list[Timing]]


def main() -> int:
    """Run the rounds, print the table and the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--path", default="/tickets")
    options = parser.parse_args()
    results: Results = {}
    with tempfile.TemporaryDirectory() as scratch:
        instance = make_instance(Path(scratch), options.scale)
        (Path(scratch) / "app_plain.py").write_text(PLAIN)
        for _round in range(options.rounds):
            for name in SETUPS:
                measure_setup(name, instance, options, results)
    show(results)
    return report(results)


def measure_setup(
    name: str, instance: Instance, options: argparse.Namespace, results: Results
) -> None:
    """Start one server, measure it with one client and with sixteen, stop it."""
    with served(instance, SETUPS[name]) as (port, _process):
        ask(port, options.path, instance.cookie, MANY, 1.0)
        for clients in (FEW, MANY):
            timing = measure(port, options.path, instance.cookie, clients, options.seconds)
            results.setdefault((name, clients), []).append(timing)


def measure(port: int, path: str, cookie: str, clients: int, seconds: float) -> Timing:
    """Let clients in at most two processes ask as fast as they are answered."""
    processes = min(clients, 2)
    with multiprocessing.Pool(processes) as pool:
        jobs = [(port, path, cookie, clients // processes, seconds)] * processes
        latencies = [ms for part in pool.starmap(ask, jobs) for ms in part]
    return Timing(len(latencies) / seconds, p50(latencies), p99(latencies))


def ask(port: int, path: str, cookie: str, clients: int, seconds: float) -> list[float]:
    """Ask from several threads of one process; return latencies in milliseconds."""
    call = Call("GET", path, {"Cookie": cookie})
    return together(port, lambda _number: call, clients, seconds)


def show(results: Results) -> None:
    """Print medians over the rounds."""
    print(f"{'set-up':8} {'clients':>7} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'p99/p50':>8}")
    for name, clients in sorted(results):
        rate, middle, high = (median(results, name, clients, f) for f in ("rate", "p50", "p99"))
        print(f"{name:8} {clients:7d} {rate:8.0f} {middle:8.2f} {high:8.2f} {high / middle:8.2f}")


def report(results: Results) -> int:
    """Print the figures beside their bars; return 1 if one is missed."""
    pairs = zip(results["ours", MANY], results["usual", MANY], strict=True)
    ratio = statistics.median(ours.rate / usual.rate for ours, usual in pairs)
    spread = statistics.median(timing.p99 / timing.p50 for timing in results["ours", FEW])
    met = [
        judge("G9: requests a second ÷ usual, 16 clients", ratio, LEAST_TIMES, least=True),
        judge("G9: p99 ÷ p50, one client", spread, MOST_SPREAD),
        judge("G9: p99, 16 clients", median(results, "ours", MANY, "p99"), MOST_MS, "ms"),
    ]
    return int(not all(met))


def median(results: Results, name: str, clients: int, field: str) -> float:
    """Return the median of a figure over the rounds."""
    return statistics.median(getattr(timing, field) for timing in results[name, clients])


if __name__ == "__main__":
    raise SystemExit(main())

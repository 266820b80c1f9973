"""Test 22: a password costs whoever guesses it enough, and whoever signs in not too much.

    python benchmarks/password_hash.py [--rounds 20]

Bar: between 50 and 300 ms, the median of some hashes.
"""

from __future__ import annotations

import argparse
import time

from serving import judge, p50  # which puts our folder on the path

from app.auth.passwords import hash_password


def main() -> int:
    """Hash and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    times = [one_hash_ms() for _round in range(parser.parse_args().rounds)]
    met = [
        judge("a hash, at least", p50(times), 50, "ms", least=True),
        judge("a hash, at most", p50(times), 300, "ms"),
    ]
    return 0 if all(met) else 1


def one_hash_ms() -> float:
    """Hash one password."""
    began = time.perf_counter()
    hash_password("paard batterij nietje juist")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    raise SystemExit(main())

"""Time the quick start of the README: the first start with its demo estate, and the next.

    python benchmarks/quick_start.py

Both run `scripts/run` in a scratch folder; the time is until it says how to stop it. The packages
and the front end of this checkout are used as they stand: a fresh clone pays for those too.

Bars (the first issue): five minutes, then ten seconds, on two cores.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time

from serving import ROOT, free_port, judge

READY = "Ctrl-C stops it."


def main() -> int:
    """Start twice; print what each took."""
    with tempfile.TemporaryDirectory() as scratch:
        first, second = seconds_to_start(scratch), seconds_to_start(scratch)
    met = [judge("first start", first, 300, "s"), judge("second start", second, 10, "s")]
    return 0 if all(met) else 1


def seconds_to_start(instance: str) -> float:
    """Run until it is ready, then stop it as Ctrl-C does."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(ROOT / "scripts" / "run"), "--port", str(free_port())],
        env=os.environ | {"INTENDANT_INSTANCE_DIR": instance},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    is_ready = any(READY in line for line in process.stdout or ())
    took = time.perf_counter() - began
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    if not is_ready:
        raise SystemExit("it ended before it was ready")
    return took


if __name__ == "__main__":
    raise SystemExit(main())

"""Run the web server and the scheduler side by side and stop both when one is told to.

Every process gets a group of its own, so that stopping it stops whatever it started too: nothing
is left behind, whether the end comes by Ctrl-C, by SIGTERM or by a crash of one of them.
"""

import argparse
import contextlib
import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

PATIENCE_S = 10
PR_SET_PDEATHSIG = 1
READY_WITHIN_S = 60


class Stopped(Exception):
    """A person or the system asked us to stop."""


def on_signal(_number: int, _frame: FrameType | None) -> None:
    """Turn a signal into the end of the waiting."""
    raise Stopped


def end_with_parent() -> None:
    """Ask Linux for SIGTERM when the supervisor is gone, even if it was killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End every group: politely, then for certain."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for process in processes:
        end_group(process, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        end_group(process, signal.SIGKILL)
        process.wait()


def end_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a process and all it started; a group that is gone is fine."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def start(command: str) -> subprocess.Popen[bytes]:
    """Start a command line in a group of its own."""
    return subprocess.Popen(
        shlex.split(command),
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 # no threads here
    )


def wait_until_ready(address: str, processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait for the first answer; RuntimeError if a process ends or nothing answers in time."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise RuntimeError("a process ended before the application answered")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 # our own
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer at {address} within {READY_WITHIN_S} s")


def watch(processes: list[subprocess.Popen[bytes]]) -> int:
    """Wait until one of the processes ends; its status is ours. One that was killed begins anew."""
    while True:
        for place, process in enumerate(processes):
            status = process.poll()
            if status is None:
                continue
            command = shlex.join(map(str, process.args))
            print(f"{command} ended with status {status}", flush=True)
            if status >= 0:
                return status or 1
            end_group(process, signal.SIGKILL)
            processes[place] = start(command)
        time.sleep(0.5)


def main() -> int:
    """Start the commands, announce them, and keep them until the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True, help="where the application will answer")
    parser.add_argument("--announce", default="", help="what to print once it does")
    parser.add_argument("commands", nargs="+", help="command lines; the first one serves")
    options = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        # The first one serves; the others wait until it does, so that people wait less.
        processes.append(start(options.commands[0]))
        wait_until_ready(options.address, processes)
        processes.extend(start(command) for command in options.commands[1:])
        print(options.announce, flush=True)
        return watch(processes)
    except Stopped:
        print("\nStopping.", flush=True)
        return 0
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())

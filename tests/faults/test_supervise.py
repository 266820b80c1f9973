"""What `scripts/run` keeps running: what is killed begins anew, what ends by itself ends all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.mail import free_port
from tests.support.servers import wait_for

pytestmark = pytest.mark.one_database

SUPERVISE = Path(__file__).parents[2] / "scripts" / "tools" / "supervise.py"
WITHIN_S = 20


@pytest.fixture
def address(tmp_path: Path) -> str:
    (tmp_path / "healthz").write_text("ok")
    return f"http://127.0.0.1:{free_port()}"


@contextmanager
def supervised(address: str, folder: Path, beside: str) -> Iterator[subprocess.Popen[str]]:
    """A web server and, beside it, a line of Python."""
    port = address.rpartition(":")[2]
    serve = f"{sys.executable} -m http.server {port} --bind 127.0.0.1 --directory {folder}"
    other = f'{sys.executable} -c "{beside}"'
    command = [sys.executable, SUPERVISE, "--address", address, "--announce", "here", serve, other]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert "here\n" in iter(process.stdout.readline, "")
        yield process
        process.kill()


def children(process: subprocess.Popen[str]) -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in found.split()]


def answers(address: str) -> bool:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_what_was_killed_begins_anew_and_ctrl_c_ends_all(address: str, tmp_path: Path) -> None:
    with supervised(address, tmp_path, "import signal; signal.pause()") as process:
        server, waiting = children(process)
        os.kill(server, signal.SIGKILL)
        assert wait_for(lambda: server not in children(process) and answers(address), WITHIN_S), (
            "the server did not come back"
        )
        assert waiting in children(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0
        assert not answers(address)


def test_what_ends_by_itself_ends_all(address: str, tmp_path: Path) -> None:
    with supervised(address, tmp_path, "raise SystemExit(3)") as process:
        assert process.wait(WITHIN_S) == 3
        assert not answers(address)

"""The web server as `scripts/run` starts it, in processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from app.settings import Settings
from tests.support.mail import free_port

ROOT = Path(__file__).resolve().parents[2]
GRANIAN = Path(sys.executable).with_name("granian")
READY_WITHIN_S = 120
PAUSE = Event()


def wait_for(true: Callable[[], bool], limit_s: float, poll_s: float = 0.05) -> bool:
    """Look again and again until something is true; False when time runs out."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if true():
            return True
        PAUSE.wait(poll_s)
    return False


@dataclass
class WebServer:
    """Granian with the workers of `scripts/run`, on the database of a test."""

    settings: Settings
    workers: int = 2
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on a port of its own, in a process group, and wait until it answers."""
        self.port = free_port()
        command = [GRANIAN, "--interface", "wsgi", "--host", "127.0.0.1", "--port", self.port]
        command += ["--workers", self.workers, "--blocking-threads", 2]
        command += ["--workers-kill-timeout", 5, "--no-ws", "--log-level", "warning", "wsgi:app"]
        self._process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=os.environ | self._environment(),
            start_new_session=True,
        )
        assert wait_for(self.is_ready, READY_WITHIN_S), "the web server does not answer"

    def _environment(self) -> dict[str, str]:
        return {
            "INTENDANT_ENV": "test",
            "INTENDANT_SECRET_KEY": self.settings.secret_key,
            "INTENDANT_INSTANCE_DIR": str(self.settings.instance_dir),
            "INTENDANT_DATABASE_URL": self.settings.database_url,
            "INTENDANT_MAIL_BACKEND": "null",
            "INTENDANT_LOG_LEVEL": "CRITICAL",
            "INTENDANT_RATE_LIMIT_PER_MINUTE": "0",
            "INTENDANT_RATE_LIMIT_ANONYMOUS_PER_MINUTE": "0",
        }

    def is_ready(self) -> bool:
        """Tell whether it answers; fail at once if its process is gone."""
        assert self._process is not None
        assert self._process.poll() is None, "the web server ended by itself"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """End every process of it at once, as `kill -9` does."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=30)

    def stop(self) -> None:
        """End it politely, and whatever did not hear it for certain."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=30)
            self.kill()

"""`scripts/run` as the README writes it: started, used, stopped, started again."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from app.demo import DEMO_PASSWORD, demo_accounts
from tests.support.mail import free_port

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "app" / "static" / "dist" / "manifest.json"
FIRST_START_S = 300
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Run:
    """A started `scripts/run` with what it said."""

    def __init__(self, process: subprocess.Popen[str], log: Path, address: str) -> None:
        self.process, self.log, self.address = process, log, address

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def wait_until_ready(self, seconds: int) -> None:
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if "Ctrl-C stops it." in self.said():
                return
            try:
                self.process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError(f"not ready within {seconds} s:\n{self.said()[-3000:]}")

    def stop(self) -> list[psutil.Process]:
        """Send Ctrl-C and give the processes that are still there afterwards."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        _gone, alive = psutil.wait_procs(family, timeout=5)
        return alive


@contextmanager
def started(instance: Path, log: Path) -> Iterator[Run]:
    port = free_port()
    command = [ROOT / "scripts" / "run", "--port", str(port), "--data", str(instance)]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True)
    run = Run(process, log, f"http://127.0.0.1:{port}")
    try:
        yield run
    finally:
        if process.poll() is None:
            run.stop()


def sign_in(address: str, email: str) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{address}/sign-in", timeout=10).text
    token = TOKEN.search(page)
    assert token, page[:500]
    form = {"email": email, "password": DEMO_PASSWORD, "csrf_token": token[1]}
    answer = browser.post(f"{address}/sign-in", data=form, timeout=10)
    assert answer.status_code == 200, answer.text[:500]
    return browser


@pytest.mark.slow
def test_the_quick_start_of_the_readme_works(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    built = BUILT.stat().st_mtime_ns
    with started(instance, tmp_path / "first.log") as run:
        run.wait_until_ready(FIRST_START_S)
        assert requests.get(f"{run.address}/readyz", timeout=10).json()["status"] == "ready"
        for account in demo_accounts():
            assert account.email in run.said()
        browser = sign_in(run.address, next(demo_accounts()).email)
        assert browser.get(run.address, timeout=10).status_code == 200
        assert not run.stop(), "a process was left behind"
    with started(instance, tmp_path / "second.log") as run:
        run.wait_until_ready(FIRST_START_S)
        again = re.findall(r"^==> (\w+)", run.said(), re.MULTILINE)
        assert not run.stop(), "a process was left behind"
    assert again == ["Ready"], "the second start did the work of the first once more"
    # Another test's browser may be fetching what a second build would take away.
    assert BUILT.stat().st_mtime_ns == built


def test_a_wrong_word_and_what_is_no_folder_are_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "meters.csv").touch()
    for arguments, words in (
        (["--data", str(tmp_path / "meters.csv")], "is no folder"),
        (["--bad"], "Usage"),
    ):
        result = subprocess.run(
            [ROOT / "scripts" / "run", *arguments], capture_output=True, text=True, check=False
        )
        assert result.returncode != 0
        assert words in result.stderr

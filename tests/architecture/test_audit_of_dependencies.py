"""`scripts/audit_dependencies` says what is known, and never takes silence for good news."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.architecture.code import ROOT
from tests.support.mail import free_port

TOOL = ROOT / "scripts" / "tools" / "audit_dependencies.py"
BULK = "/-/npm/v1/security/advisories/bulk"


@dataclass
class Advisories:
    """A server as OSV and the npm registry are, which knows what a test tells it."""

    python: dict[str, dict] = field(default_factory=dict)
    npm: dict[str, list[dict]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    url: str = ""

    def answer_osv(self, body: bytes) -> dict:
        """Answer about one package, as OSV does."""
        name = json.loads(body)["package"]["name"]
        self.asked.add(name)
        return {"vulns": [self.python[name]]} if name in self.python else {}

    def answer_npm(self, body: bytes) -> dict:
        """Answer about all packages at once, as the registry does."""
        asked = json.loads(decompress(body) if body[:2] == b"\x1f\x8b" else body)
        self.asked.update(asked)
        return {name: known for name, known in self.npm.items() if name in asked}


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    known = Advisories()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = known.answer_npm if self.path == BULK else known.answer_osv
            self.give(answer(body))

        def do_GET(self) -> None:
            name = self.path[1:].replace("%2f", "/")
            version = {"name": name, "version": "0.0.1", "dist": {}}
            self.give({"name": name, "versions": {"0.0.1": version}, "dist-tags": {}})

        def give(self, answer: dict) -> None:
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def audit(osv: str, registry: str) -> tuple[int, str]:
    command = [sys.executable, TOOL, "--osv-url", f"{osv}/v1/query", "--registry", registry]
    direct = os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=direct)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_nothing_known_is_said_of_every_package(advisories: Advisories) -> None:
    code, said = audit(advisories.url, advisories.url)
    assert code == 0, said
    assert {"flask", "sqlalchemy", "squawk-cli", "pip-audit"} <= advisories.asked
    assert {"htmx.org", "vite"} <= advisories.asked


def test_what_is_known_is_told(advisories: Advisories) -> None:
    affected = {"ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "99"}]}]}
    package = {"name": "flask", "ecosystem": "PyPI"}
    advisories.python["flask"] = {"id": "PYSEC-1", "affected": [{"package": package, **affected}]}
    known = {"id": 1, "title": "Bad", "severity": "high", "url": "x", "vulnerable_versions": "*"}
    advisories.npm["vite"] = [known]
    code, said = audit(advisories.url, advisories.url)
    assert code == 1, said
    assert "PYSEC-1" in said
    assert "vite: Bad (high)" in said


def test_silence_is_no_good_news(advisories: Advisories) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    for osv, registry, silent in (
        (nobody, advisories.url, "Python: NOT AUDITED"),
        (advisories.url, nobody, "npm: NOT AUDITED"),
    ):
        code, said = audit(osv, registry)
        assert code == 2, said
        assert silent in said

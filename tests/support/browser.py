"""The application behind a port of this machine, and the system's Chromium before it."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    sync_playwright,
)
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from app.auth.roles import Role

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "instance" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
HOW_TO = "browser tests need a system Chromium (on Debian: apt-get install chromium)"


def find_chromium() -> str | None:
    """Find the system's Chromium or Chrome; `CHROMIUM` in the environment goes first."""
    candidates = (os.environ.get("CHROMIUM", ""), *NAMES)
    return next((found for name in candidates if name and (found := shutil.which(name))), None)


@dataclass
class LiveServer:
    """A running application."""

    url: str


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    app.config["WTF_CSRF_ENABLED"] = True
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, _with_files_at_once(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def _with_files_at_once(app: Flask) -> WSGIApplication:
    """Read a file before it is sent: this server leaves it open when the browser hangs up first."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = app(environ, start_response)
        if not environ["PATH_INFO"].startswith(f"{app.static_url_path}/"):
            return found
        with contextlib.closing(ClosingIterator(found)) as pieces:
            return [b"".join(pieces)]

    return answer


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip(HOW_TO)
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield started
        started.close()


@dataclass
class Complaints:
    """What the browser complained about: blocked by the policy, thrown by a script."""

    lines: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        policy = "Content Security Policy" in message.text or "violates" in message.text
        if (policy or message.type == "error") and not place.endswith("/favicon.ico"):
            self.lines.append(f"{message.type}: {message.text} ({place})")

    def forgive(self, part: str) -> None:
        """Strike the complaints a test expects, such as the answer 422 it provoked."""
        self.lines = [line for line in self.lines if part not in line]


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=live_server.url,
        locale="fr-BE",
        timezone_id="Europe/Brussels",
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
    )
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """A page that fails its test if the browser complained about anything."""
    made = context.new_page()
    made.on("console", complaints.hear)
    made.on("pageerror", lambda error: complaints.lines.append(f"thrown: {error}"))
    # As a person would: a page is used once its scripts have taken it in hand, also after a click.
    made.add_locator_handler(made.locator("html:has(script[src*='/base-']):not(.ready)"), _wait)
    go_to = made.goto

    def go_and_wait(address: str, **options: Any) -> Response | None:
        answer = go_to(address, **options)
        made.locator("html:not(:has(script[src*='/base-'])), html.ready").wait_for(state="attached")
        return answer

    made.goto = go_and_wait
    yield made
    assert not complaints.lines, "\n".join(complaints.lines)


def _wait() -> None:
    """Do nothing: Playwright itself waits until what the handler is for has gone."""


SignIn = Callable[..., None]


@pytest.fixture
def sign_in(
    app: Flask, context: BrowserContext, login: Callable[..., Any], live_server: LiveServer
) -> SignIn:
    """Sign the browser in as a new account of a role."""

    def enter(role: Role | str, **options: Any) -> None:
        client = app.test_client()
        login(client, role, **options)
        name = str(app.config["SESSION_COOKIE_NAME"])
        cookie = client.get_cookie(name)
        assert cookie is not None
        context.add_cookies([{"name": name, "value": cookie.value, "url": live_server.url}])

    return enter


AxeCheck = Callable[[Page], None]


@pytest.fixture
def check_accessibility() -> AxeCheck:
    """Let axe read the page; every violation is named with its place and cure."""

    def check(page: Page) -> None:
        # After a click the words may stand there before the style sheet does.
        page.wait_for_load_state("load")
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
        # Only what is wrong leaves the browser: all that is right took longer than the reading.
        found = page.evaluate("async o => (await axe.run(document, o)).violations", options)
        assert not found, "\n".join(
            f"{violation['id']}: {violation['help']} {node['target']} {node['html'][:160]}"
            for violation in found
            for node in violation["nodes"]
        )

    return check


Photographer = Callable[..., None]


@pytest.fixture
def photograph(request: pytest.FixtureRequest) -> Photographer:
    """With `--photographs`, keep a picture of the page in `instance/screenshots`."""
    is_wanted = request.config.getoption("--photographs")

    def take(page: Page, name: str, **options: Any) -> None:
        if is_wanted:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, **options)

    return take

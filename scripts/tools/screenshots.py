"""Take pictures of every page in the menu and of one sheet of each kind, for a person to look at.

The data are those of an earlier `scripts/run`. Each page is taken in light, dark and 768 px wide,
in French and in Dutch, into the folder `screenshots` of the instance.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app import create_app
from app.auth.models import User
from app.auth.roles import Role
from app.demo import demo_accounts
from app.settings import load_settings
from app.web.context import house

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "narrow": (768, "light")}
HEIGHT = 1000
# Sheets are reached as a person reaches them: by the first link of a list that looks like this.
SHEET = re.compile(r"^/[a-z-]+(/[a-z-]+)?/[0-9a-f-]{36}$")


@dataclass(frozen=True)
class Visit:
    """A page to look at, and as whom."""

    name: str
    address: str


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the application on a free port while the block runs."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@contextmanager
def browse() -> Iterator[Browser]:
    """Start the system's Chromium."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("error: a system Chromium is needed (on Debian: apt-get install chromium)")
    arguments = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


def sign_in(app: Flask, page: Page, base: str, role: Role, locale: str) -> None:
    """Sign in with the demo account of a role, in a language."""
    from app.auth.commands import Device
    from app.auth.sessions import open_session

    account = next(account for account in demo_accounts() if account.role is role)
    database, clock = house(app).database, house(app).clock
    with database.unit_of_work("screenshots") as uow:
        user = uow.session.scalar(select(User).where(User.email == account.email))
        if user is None:
            raise SystemExit("error: there is no demo here; start scripts/run once")
        token = open_session(user, Device("127.0.0.1", "screenshots"), uow, clock)
    client = app.test_client()
    with client.session_transaction() as session:
        session["sid"] = token
        session["locale"] = locale
    name = str(app.config["SESSION_COOKIE_NAME"])
    cookie = client.get_cookie(name)
    if cookie is not None:
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": base}])


def menu_visits(app: Flask) -> Iterator[Visit]:
    """Give the first page and every page of the menu."""
    yield Visit("home", "/")
    with app.test_request_context():
        for module in house(app).modules:
            for item in module.navigation:
                yield Visit(item.endpoint.replace(".", "-"), app.url_for(item.endpoint))


def sheet_of(page: Page) -> Visit | None:
    """Find the first link of a page that leads to a sheet."""
    for link in page.locator("main a[href]").all()[:60]:
        address = (link.get_attribute("href") or "").split("?")[0]
        if SHEET.match(address):
            kind = address.rsplit("/", 1)[0].strip("/").replace("/", "-")
            return Visit(f"sheet-{kind}", address)
    return None


def take(page: Page, visit: Visit, folder: Path) -> None:
    """Visit a page in each look and keep the pictures."""
    for look, (width, scheme) in LOOKS.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(visit.address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{visit.name}-{look}.png")
    print(f"  {visit.address}", flush=True)


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("--only", default="", help="only addresses that begin like this")
    parser.add_argument("--locale", choices=["fr", "nl", "en"], action="append")
    parser.add_argument("--role", default=Role.ADMINISTRATOR.value, help="as whom")
    options = parser.parse_args()

    settings = load_settings()
    app = create_app(settings)
    with serve(app) as base, browse() as browser:
        for locale in options.locale or ["fr", "nl"]:
            folder = settings.instance_dir / "screenshots" / locale
            folder.mkdir(parents=True, exist_ok=True)
            context = browser.new_context(base_url=base, reduced_motion="reduce")
            page = context.new_page()
            sign_in(app, page, base, Role(options.role), locale)
            seen: set[str] = set()
            for visit in menu_visits(app):
                if not visit.address.startswith(options.only):
                    continue
                take(page, visit, folder)
                sheet = sheet_of(page)
                if sheet and sheet.name not in seen:
                    seen.add(sheet.name)
                    take(page, sheet, folder)
            context.close()
            print(f"pictures are in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Every page of the menu, one sheet of each kind and all they lead to, as axe sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Response, expect
from werkzeug.exceptions import HTTPException

from app.auth.roles import Role
from app.demo import plant_seeds
from app.web.context import house
from tests.support.browser import AXE, AxeCheck, Complaints, Photographer, SignIn

pytestmark = pytest.mark.browser

TOO_LONG = {"api_reference.reference"}  # for a picture of the whole page
APART = {"field.shell"}  # an application of its own: test_tablet.py
SHEET = re.compile(r"^/[a-z-]+(/[a-z-]+)?/[0-9a-f-]{36}$")


@dataclass(frozen=True)
class Look:
    """A language, a width and a colour scheme to look at a page in."""

    locale: str
    width: int
    scheme: str


# In the first look every link is followed to one page of its kind: forms, wizards, settings.
LOOKS = (Look("fr", 1280, "light"), Look("nl", 768, "dark"), Look("fr", 360, "light"))


@pytest.fixture
def planted(app: Flask) -> None:
    plant_seeds(house(app), scale=0.01, say=lambda _line: None)


def addresses(app: Flask) -> Iterator[str]:
    yield "/"
    with app.test_request_context():
        for module in house(app).modules:
            for item in module.navigation:
                yield app.url_for(item.endpoint)


# All at once: asking the browser link by link took two minutes.
HREFS = "links => links.map(link => link.getAttribute('href'))"


def linked(page: Page, app: Flask, *, everything: bool) -> Iterator[str]:
    """Give one address of each kind of page linked from here: its sheets, or forms and all else."""
    where = "a[href^='/']" if everything else "main a[href^='/']"
    found = f"{where}:not([download]):not([target=_blank])"
    for link in page.eval_on_selector_all(found, HREFS)[:300]:
        address = link.partition("#")[0]
        if everything or SHEET.match(address.partition("?")[0]):
            yield address


def endpoint_of(app: Flask, address: str) -> str:
    """Name what answers an address; links to nowhere are their own name."""
    try:
        return str(app.url_map.bind("localhost").match(address.partition("?")[0])[0])
    except HTTPException:
        return address


def open_page(page: Page, address: str) -> Response | None:
    """Go to a page; None for a file, which the browser keeps, and for answers to programs."""
    try:
        answer = page.goto(address)
    except PlaywrightError as error:
        if "Download is starting" not in str(error):
            raise
        return None
    assert answer is not None
    return answer if "text/html" in answer.headers.get("content-type", "") else None


WIDER = """() => {
  const width = document.documentElement.clientWidth
  // In the window of an office a list shows its last column too.
  const lists = width < 1200 ? [] : [...document.querySelectorAll('.data-table .table-responsive')]
  const cut = lists.filter(e => e.scrollWidth > e.clientWidth)
  if (cut.length) return cut.map(e => `${e.ariaLabel}: ${e.scrollWidth} in ${e.clientWidth}`)
  if (document.documentElement.scrollWidth <= width) return []
  const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + '.' + e.className
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1)
    .map(name).slice(0, 12)
}"""


def wider(page: Page) -> list[str]:
    """Name the elements that make the page wider than the window."""
    return list(page.evaluate(WIDER))


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.locale}-{look.width}")
def test_every_page_is_readable_by_everybody(  # noqa: PLR0917 # fixtures
    look: Look,
    app: Flask,
    planted: None,
    page: Page,
    sign_in: SignIn,
    complaints: Complaints,
    check_accessibility: AxeCheck,
    photograph: Photographer,
) -> None:
    sign_in(Role.ADMINISTRATOR, locale=look.locale)
    # Sent to the browser once, not with each page.
    page.add_init_script(path=AXE)
    page.set_viewport_size({"width": look.width, "height": 900})
    page.emulate_media(color_scheme="dark" if look.scheme == "dark" else "light")
    waiting, seen, faults = list(addresses(app)), set(APART), list[str]()
    while waiting:
        address = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        if endpoint in seen:
            continue
        seen.add(endpoint)
        answer = open_page(page, address)
        if answer is None:
            continue
        try:
            assert answer.status == 200, answer.status
            expect(page.locator("h1")).to_be_visible()
            check_accessibility(page)
            assert not wider(page), f"wider than the window: {wider(page)}"
            assert not complaints.lines, complaints.lines
        except AssertionError as fault:
            faults.append(f"{address}: {fault}")
            complaints.lines.clear()
        if endpoint not in TOO_LONG:
            photograph(page, f"{look.locale}-{look.width}-{endpoint.replace('.', '-')}")
        waiting.extend(linked(page, app, everything=look is LOOKS[0]))
    assert not faults, "\n\n".join(faults)

"""Every page of the menu and one sheet of each kind, as a browser and axe see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.auth.roles import Role
from app.demo import plant_seeds
from app.web.context import house
from tests.support.browser import AxeCheck, Complaints, Photographer, SignIn

pytestmark = pytest.mark.browser

SHEET = re.compile(r"^/[a-z-]+(/[a-z-]+)?/[0-9a-f-]{36}$")


@dataclass(frozen=True)
class Look:
    """A language, a width and a colour scheme to look at a page in."""

    locale: str
    width: int
    scheme: str


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


def sheets(page: Page) -> Iterator[str]:
    """Give the links of a page that lead to a sheet, one of each kind."""
    kinds = set()
    for link in page.locator("main a[href]").all()[:80]:
        address = (link.get_attribute("href") or "").split("?")[0]
        kind = address.rpartition("/")[0]
        if SHEET.match(address) and kind not in kinds:
            kinds.add(kind)
            yield address


WIDER = """() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return []
  const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + '.' + e.className
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1)
    .map(name).slice(0, 12)
}"""


def wider(page: Page) -> list[str]:
    """Name the elements that make the page wider than the window."""
    return list(page.evaluate(WIDER))


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
    page.set_viewport_size({"width": look.width, "height": 900})
    page.emulate_media(color_scheme="dark" if look.scheme == "dark" else "light")
    waiting, seen, faults = list(addresses(app)), set[str](), list[str]()
    while waiting:
        address = waiting.pop(0)
        kind = address.rpartition("/")[0] if SHEET.match(address) else address
        if kind in seen:
            continue
        seen.add(kind)
        answer = page.goto(address)
        assert answer is not None
        try:
            assert answer.status == 200, answer.status
            expect(page.locator("h1")).to_be_visible()
            check_accessibility(page)
            assert not wider(page), f"wider than the window: {wider(page)}"
            assert not complaints.lines, complaints.lines
        except AssertionError as fault:
            faults.append(f"{address}: {fault}")
            complaints.lines.clear()
        photograph(page, f"{look.locale}-{look.width}{kind.replace('/', '-')}")
        waiting.extend(sheets(page))
    assert not faults, "\n\n".join(faults)

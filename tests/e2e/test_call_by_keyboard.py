"""A whole call with the keyboard alone: how many keys besides what is typed, and no mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.parties.enums import Language
from modules.tickets.models import Ticket
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.support.browser import SignIn

pytestmark = pytest.mark.browser

# Keys pressed besides the letters of what is typed: two to choose the caller, one to go on to what
# the caller says, one to save.
MOST_KEYS = 4


class Keyboard:
    """Types and presses, and counts what is pressed."""

    def __init__(self, page: Page) -> None:
        """Begin at zero."""
        self.page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def test_a_call_takes_four_keys_besides_what_is_typed(
    page: Page, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="7", floor_level=1)
        phones = ("0499 87 65 43",)
        tenant = make_party(uow, clock, "Van Damme", "Els", phones=phones, language=Language.DUTCH)
        house(uow, clock, tenant, lot.id)
    sign_in(Role.CALL_CENTRE_AGENT, locale="nl")
    page.goto("/calls/new", wait_until="networkidle")
    keys = Keyboard(page)
    keys.type("0499876543")
    expect(page.locator("#call-found a").first).to_contain_text("Van Damme")
    # Name and address stand apart.
    expect(page.locator("#call-found a").first).to_have_css("display", "flex")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#f-category")).to_be_focused()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#call-beside .loading")).to_have_count(0)
    keys.type("waterlek")
    expect(page.locator("input[name=category]:checked")).to_have_value("home.water.leak")
    keys.press("Enter")
    expect(page.locator("#f-description")).to_be_focused()
    keys.type("Er loopt water van het plafond.")
    keys.press("Control+Enter")
    expect(page.locator(".say")).to_be_visible()
    assert keys.pressed <= MOST_KEYS


def test_arrows_choose_among_the_problems_found_and_enter_saves_nothing(
    page: Page, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
    sign_in(Role.CALL_CENTRE_AGENT, locale="fr")
    page.goto(f"/calls/new?lot={lot.id}", wait_until="networkidle")
    page.keyboard.type("fuite")
    kinds = page.locator("input[name=category]")
    expect(kinds.nth(1)).to_have_value("home.gas.smell")
    with page.expect_response(lambda answer: "/similar" in answer.url):
        page.keyboard.press("ArrowDown")
    expect(kinds.nth(1)).to_be_checked()
    expect(page.locator("#f-category")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#f-description")).to_be_focused()
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_what_is_answered_about_danger_stays_while_the_page_looks_for_more(
    page: Page, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
    sign_in(Role.CALL_CENTRE_AGENT, locale="nl")
    page.goto(f"/calls/new?lot={lot.id}", wait_until="networkidle")
    page.keyboard.type("waterlek")
    danger = page.locator("input[name=danger]").first
    expect(page.locator(".danger-say")).to_be_hidden()
    danger.focus()
    look_again(page)
    expect(danger).to_be_focused()
    page.keyboard.press("Space")
    look_again(page)
    expect(danger).to_be_checked()
    expect(page.locator(".danger-say")).to_be_visible()


def look_again(page: Page) -> None:
    """Ask for what stands beside the call once more, as each letter typed does."""
    with page.expect_response(lambda answer: "/similar" in answer.url):
        page.locator("#f-category").dispatch_event("change")
    page.wait_for_load_state("networkidle")

"""A person signs in with a password, in each language, with the keyboard."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.settings import OidcSettings
from tests.factories.portfolio import make_building
from tests.factories.tickets import make_ticket

pytestmark = pytest.mark.browser

PASSWORD = "four plain words here"


@pytest.fixture
def account(database, clock):
    with database.unit_of_work("test") as uow:
        command = CreateUser("agent@example.org", "Agent", (Role.CALL_CENTRE_AGENT,), PASSWORD)
        create_user(system_actor("test"), command, uow, clock)


@pytest.fixture
def chief(database, clock):
    with database.unit_of_work("test") as uow:
        command = CreateUser("chief@example.org", "Chief", (Role.ADMINISTRATOR,), PASSWORD)
        create_user(system_actor("test"), command, uow, clock)


def test_a_person_signs_in_with_the_keyboard(account, page: Page, check_accessibility):
    page.goto("/")
    check_accessibility(page)
    page.locator("input[name=email]").fill("agent@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/")
    expect(page.locator("h1")).to_be_visible()


def test_a_wrong_password_is_said_in_words(account, page: Page, complaints):
    page.goto("/sign-in")
    page.locator("input[name=email]").fill("agent@example.org")
    page.locator("input[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    complaints.forgive("422")


def test_the_first_page_is_readable_by_everybody(page: Page, sign_in, check_accessibility):
    sign_in(Role.DISPATCHER)
    page.goto("/")
    expect(page.locator("h1")).to_be_visible()
    check_accessibility(page)


def enter(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/", timeout=20_000)


def test_a_session_that_ended_costs_nothing(chief, page: Page, clock, complaints):
    """What was asked when the session ended happens after signing in on the spot."""
    enter(page, "chief@example.org")
    # The bell asks once by itself: let it, or it would open the dialog before we click.
    page.goto("/admin/users", wait_until="networkidle")
    clock.advance(timedelta(minutes=31))
    page.locator("th a").first.click()
    dialog = page.locator("dialog[data-sign-in-again]")
    expect(dialog).to_be_visible(timeout=20_000)
    dialog.locator("input[name=email]").fill("chief@example.org")
    dialog.locator("input[name=password]").fill(PASSWORD)
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_be_hidden(timeout=20_000)
    expect(page.locator("th[aria-sort]")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/admin/users"))
    complaints.forgive("401")


def test_a_form_sent_after_the_session_ended_is_found_again(chief, page: Page, clock):
    enter(page, "chief@example.org")
    page.goto("/admin/users/new", wait_until="networkidle")
    page.locator("input[name=display_name]").fill("Nadia Lemaire")
    clock.advance(timedelta(minutes=31))
    page.locator("main form .btn-primary").click()
    expect(page.locator(".notice-success")).to_contain_text("ce que vous avez tapé")
    page.locator("input[name=email]").fill("chief@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/users/new$"))
    expect(page.locator("input[name=display_name]")).to_have_value("Nadia Lemaire")


def test_a_note_sent_after_the_session_ended_is_found_again(database, page: Page, clock):
    with database.unit_of_work("test") as uow:
        command = CreateUser(
            "chief@example.org", "Chief", (Role.ADMINISTRATOR,), PASSWORD, sees_everything=True
        )
        create_user(system_actor("test"), command, uow, clock)
        ticket = make_ticket(uow, clock, make_building(uow, clock))
    enter(page, "chief@example.org")
    page.goto(f"/tickets/{ticket.id}", wait_until="networkidle")
    note = page.locator(f"form[data-draft='ticket-{ticket.id}-note']")
    if not note.is_visible():
        page.locator("details", has=note).locator("summary").first.click()
    note.locator("textarea").fill("La voisine a la clé")
    clock.advance(timedelta(minutes=31))
    note.locator("button[type=submit]").click()
    page.locator("input[name=email]").fill("chief@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/tickets/{ticket.id}$"))
    expect(note.locator("textarea")).to_have_value("La voisine a la clé")
    expect(note.locator("textarea")).to_be_visible()


class TestSingleSignOn:
    """People without a password here sign in again beside the page that waits."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, oidc=OidcSettings(issuer="https://id.example.org", label="Stad"))

    def test_the_page_goes_on_once_its_person_signed_in_beside_it(
        self, chief, page: Page, clock, complaints
    ):
        enter(page, "chief@example.org")
        page.goto("/admin/users", wait_until="networkidle")
        clock.advance(timedelta(minutes=31))
        page.locator("th a").first.click()
        dialog = page.locator("dialog[data-sign-in-again]")
        way = dialog.get_by_role("link", name="Stad")
        expect(way).to_have_attribute("target", "_blank", timeout=20_000)
        expect(way).to_have_attribute("href", "/sign-in/oidc?next=/signed-in")
        beside = page.context.new_page()
        enter(beside, "chief@example.org")
        beside.goto("/signed-in")
        expect(beside.locator("h1")).to_be_visible()
        beside.close()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(dialog).to_be_hidden(timeout=20_000)
        expect(page.locator("th[aria-sort]")).to_be_visible()
        complaints.forgive("401")

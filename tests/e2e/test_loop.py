"""The first loop as people live it: the meter, the caller, the dispatcher, the technician.

Real readings of the demo are scanned by the job; what it finds is a ticket. A caller is found by
phone and a complaint is taken with the keyboard alone; an order is made, given and carried out on
a telephone; the ticket and the home show it, and the caller is told by a real mail server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.models import User
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.demo import plant_seeds
from app.i18n import gettext as _
from app.i18n import use_locale
from app.jobs.execute import run_now
from app.jobs.models import JobState
from app.settings import MailSettings, Settings
from app.web.context import house as house_of
from modules.interventions.commands import SaveTechnician
from modules.interventions.services import save_technician
from modules.parties.enums import Language
from modules.portfolio.models import Lot
from modules.tickets.api import TicketSource, Trade
from modules.tickets.models import Ticket
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.support.browser import AxeCheck, Photographer, SignIn
from tests.support.mail import MailServer

pytestmark = pytest.mark.browser

NOOR = "noor.willems@example.org"
NUMBER = re.compile(r"TK-\d{4}-\d{6}")


@dataclass(frozen=True)
class Words:
    """What is typed and read in a language."""

    locale: str
    problem: str
    said: str
    aloud: str
    done: str
    mail: str


WORDS = (
    Words(
        "fr", "fuite", "L'eau coule du plafond.", "Votre demande porte", "Joint remplacé", "travail"
    ),
    Words(
        "nl",
        "waterlek",
        "Er loopt water van het plafond.",
        "Uw melding heeft",
        "Dichting vervangen",
        "werk",
    ),
)


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer) -> Settings:
    mail = MailSettings(backend="smtp", host=mail_server.host, port=mail_server.port)
    return replace(settings, mail=mail)


@dataclass
class Scene:
    """A home with a tenant who left an address."""

    lot: Lot
    address: str


@pytest.fixture
def scene(app: Flask, database: Database, clock: FixedClock) -> Scene:
    plant_seeds(house_of(app), scale=0.01, say=lambda _line: None)
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="7", floor_level=1)
        return Scene(lot, "els.vandamme@example.org")


def tenant(scene: Scene, words: Words, database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        party = make_party(
            uow,
            clock,
            "Van Damme",
            "Els",
            phones=("0499 87 65 43",),
            emails=(scene.address,),
            language=Language(words.locale),
        )
        house(uow, clock, party, scene.lot.id)


def make_me_technician(email: str, database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        user = uow.session.scalars(select(User).where(User.email == email)).one()
        command = SaveTechnician(
            name="Noor Willems", user_id=user.id, skills={Trade.PLUMBING: 3, Trade.HEATING: 1}
        )
        save_technician(system_actor("test"), None, command, uow, clock)


def open_an_alert(page: Page, database: Database) -> None:
    """Open a ticket of an alert among the most urgent ones of the home page."""
    with database.reader() as session:
        of_alerts = select(Ticket.id).where(Ticket.source == TicketSource.ALERT)
        links = [f"main table a[href='/tickets/{found}']" for found in session.scalars(of_alerts)]
    page.locator(", ".join(links)).first.click()


def take_the_call(page: Page, words: Words) -> str:
    """Take a complaint without the mouse; return the number of the ticket."""
    page.goto("/calls/new", wait_until="networkidle")
    page.keyboard.type("0499876543")
    expect(page.locator("#call-found a").first).to_contain_text("Van Damme")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    problem = page.locator("#f-category")
    expect(problem).to_be_focused()
    page.wait_for_load_state("networkidle")
    page.keyboard.type(words.problem)
    expect(page.locator("input[name=category]:checked")).to_have_value("home.water.leak")
    page.locator("[name=description]").focus()
    page.keyboard.type(words.said)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".say")).to_contain_text(words.aloud)
    found = NUMBER.search(page.locator("h1").inner_text())
    assert found
    return found.group()


def order_the_work(page: Page, number: str, said: str) -> None:
    """Open the ticket through the search box, order the work and give it to a proposed plumber."""
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.locator("a[href*='/work-orders/new']").click()
    page.locator("form[action$='/work-orders'] button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/work-orders/[0-9a-f-]{36}$"))
    page.goto("/work-orders/board")
    card = page.locator(".order-card").filter(has_text=said)
    card.get_by_role("button", name="Noor Willems").click()
    expect(page.get_by_role("region", name="Noor Willems")).to_contain_text(said)


def do_the_work(page: Page, words: Words) -> None:
    """Carry the order out on a telephone."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/field/today")
    page.locator(".field-card a").first.click()
    page.locator("form[action$='/start'] button").click()
    page.locator("[name=work_done]").fill(words.done)
    page.locator("button[name=is_done][value=true]").click()
    expect(page.locator("button[name=is_done]")).to_have_count(0)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.slow
@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.locale)
def test_from_the_meter_and_the_caller_to_the_repair(  # noqa: PLR0917  fixtures
    words: Words,
    app: Flask,
    scene: Scene,
    database: Database,
    clock: FixedClock,
    page: Page,
    context: BrowserContext,
    sign_in: SignIn,
    check_accessibility: AxeCheck,
    photograph: Photographer,
    mail_server: MailServer,
) -> None:
    tenant(scene, words, database, clock)
    built = house_of(app)
    assert run_now(built, "energy.detect_abnormal_consumption", {}) is JobState.DONE

    sign_in(Role.CALL_CENTRE_AGENT, locale=words.locale)
    page.goto("/")
    open_an_alert(page, database)
    expect(page.locator("#alert")).to_be_visible()
    expect(page.locator("#alert canvas").first).to_be_visible()
    check_accessibility(page)
    photograph(page, f"loop-{words.locale}-alert")

    number = take_the_call(page, words)
    check_accessibility(page)
    photograph(page, f"loop-{words.locale}-call")

    context.clear_cookies()
    sign_in(Role.TECHNICIAN, email=NOOR, display_name="Noor Willems", locale=words.locale)
    make_me_technician(NOOR, database, clock)
    cookies_of_technician = context.cookies()

    context.clear_cookies()
    sign_in(Role.DISPATCH_LEADER, locale=words.locale)
    order_the_work(page, number, words.said)
    check_accessibility(page)
    photograph(page, f"loop-{words.locale}-board")

    cookies_of_leader = context.cookies()
    context.clear_cookies()
    context.add_cookies(cookies_of_technician)
    do_the_work(page, words)
    check_accessibility(page)
    photograph(page, f"loop-{words.locale}-field")

    context.clear_cookies()
    context.add_cookies(cookies_of_leader)
    page.goto(f"/search?q={number}")
    with use_locale(words.locale):
        expect(page.locator("#story")).to_contain_text(_("Work completed"))
    page.goto(f"/lots/{scene.lot.id}")
    page.get_by_role("tab", name="Tickets").click()
    expect(page.get_by_role("tabpanel").filter(has_text=number)).to_be_visible()

    assert run_now(built, "house.deliver_mail", {}) is JobState.DONE
    told = mail_server.sent_to(scene.address)
    assert number in str(told[0]["Subject"])
    assert words.mail in told[-1].get_content()

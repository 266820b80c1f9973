"""A tablet that two technicians share: each sees their own day, and sends under their own name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.auth.models import User
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.interventions.models import OrderEntry
from tests.factories.interventions import make_order, make_technician
from tests.factories.tickets import make_ticket
from tests.support.browser import Complaints, SignIn

pytestmark = pytest.mark.browser
Arrive = Callable[[str], None]


@pytest.fixture
def arrive(
    database: Database, clock: FixedClock, sign_in: SignIn, context: BrowserContext
) -> Arrive:
    """Sign somebody in on the tablet, the first time with an order of their own."""
    cookies: dict[str, list[object]] = {}

    def enter(name: str) -> None:
        context.clear_cookies()
        if name in cookies:
            context.add_cookies(cookies[name])  # type: ignore[arg-type]
            return
        email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
        sign_in(Role.TECHNICIAN, email=email, display_name=name, locale="en")
        cookies[name] = list(context.cookies())
        with database.unit_of_work() as uow:
            user = uow.session.scalars(select(User).where(User.email == email)).one()
            technician = make_technician(uow, clock, name, user_id=user.id, locale="en")
            made = make_ticket(uow, clock, title=f"Order of {name.split(maxsplit=1)[0]}")
            make_order(uow, clock, technician, ticket_ids=(made.id,))

    return enter


def note(page: Page, text: str, button: str) -> None:
    page.get_by_role("button", name="Note", exact=True).click()
    page.get_by_role("dialog").get_by_label("Note").fill(text)
    page.get_by_role("dialog").get_by_role("button", name=button).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_each_works_in_their_own_day_and_signs_with_their_own_name(
    page: Page, context: BrowserContext, arrive: Arrive, database: Database, complaints: Complaints
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    arrive("Ilse Claes")
    page.goto("/field/")
    page.locator(".f-card").click()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    note(page, "Ilse was here", "Save")
    note(page, "half typed by Ilse", "Back")
    arrive("Karim Benali")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".f-card")).to_contain_text("Order of Karim")
    expect(page.locator("main")).not_to_contain_text("Order of Ilse")
    expect(page.locator("[data-sealed]")).to_contain_text("Work of Ilse waits on this tablet")
    expect(page.locator(".f-state")).to_have_text("All sent")
    page.locator(".f-card").click()
    note(page, "Karim was here", "Save")
    expect(page.locator(".f-state")).to_have_text("All sent")
    arrive("Ilse Claes")
    page.reload()
    expect(page.locator(".f-card")).to_contain_text("Order of Ilse")
    expect(page.locator("[data-sealed]")).to_have_count(0)
    expect(page.locator(".f-state")).to_have_text("All sent")
    page.locator(".f-card").click()
    page.get_by_role("button", name="Note", exact=True).click()
    expect(page.get_by_role("dialog").get_by_label("Note")).to_have_value("half typed by Ilse")
    with database.reader() as session:
        noted = {one.text: one.actor_name for one in session.scalars(select(OrderEntry))}
    assert noted == {"Ilse was here": "Ilse Claes", "Karim was here": "Karim Benali"}
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


def test_who_signs_out_leaves_nothing_to_read(
    page: Page, context: BrowserContext, arrive: Arrive, complaints: Complaints
) -> None:
    arrive("Ilse Claes")
    page.goto("/field/")
    expect(page.locator(".f-card")).to_contain_text("Order of Ilse")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.locator(".f-card").click()
    note(page, "Ilse was here", "Save")
    page.locator(".f-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog")).to_contain_text("Not sent from this tablet: 1.")
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    expect(page.locator("main")).to_contain_text("Nobody is signed in on this tablet.")
    page.reload()
    expect(page.locator("main")).to_contain_text("Nobody is signed in on this tablet.")
    expect(page.locator("main")).not_to_contain_text("Order of Ilse")
    context.set_offline(False)
    # The session ends now that there is a network.
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.locator("[data-sealed]")).to_contain_text("Work of Ilse waits")
    complaints.forgive("ERR_INTERNET_DISCONNECTED")
    complaints.forgive("401")


def test_signing_out_of_the_office_empties_the_tablet(
    page: Page, arrive: Arrive, complaints: Complaints
) -> None:
    arrive("Ilse Claes")
    page.goto("/field/")
    expect(page.locator(".f-card")).to_contain_text("Order of Ilse")
    page.goto("/")
    page.locator("[data-sign-out]").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/sign-in")
    assert page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))") == []
    page.goto("/field/")
    # Nobody is known any more, nor their language.
    expect(page.locator(".f-empty")).to_be_visible()
    expect(page.locator(".f-card")).to_have_count(0)
    complaints.forgive("401")

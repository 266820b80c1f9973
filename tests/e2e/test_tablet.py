"""A day in a cellar: everything typed on the tablet survives reloads and reaches the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.auth.models import User
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.energy.models import ReadingEntry
from modules.interventions.enums import EntryKind, OrderStatus
from modules.interventions.models import OrderEntry, WorkOrder
from modules.tickets.api import Trade
from tests.factories.energy import create_meter
from tests.factories.interventions import make_order, make_technician
from tests.support.browser import AxeCheck, Complaints, Photographer, SignIn

pytestmark = pytest.mark.browser

NOOR = "noor.willems@example.org"


@dataclass
class Cellar:
    """An order on a boiler in a building with a water meter."""

    order_id: UUID
    database: Database

    def entries(self, kind: EntryKind) -> list[OrderEntry]:
        query = select(OrderEntry).where(OrderEntry.kind == kind).order_by(OrderEntry.text)
        with self.database.reader() as session:
            return list(session.scalars(query))

    def order(self) -> WorkOrder:
        with self.database.reader() as session:
            return session.get_one(WorkOrder, self.order_id)

    def indexes(self) -> list[float | None]:
        query = select(ReadingEntry).order_by(ReadingEntry.begins_at, ReadingEntry.value)
        with self.database.reader() as session:
            return [entry.value for entry in session.scalars(query)]


@pytest.fixture
def cellar(database: Database, clock: FixedClock, sign_in: SignIn) -> Cellar:
    sign_in(Role.TECHNICIAN, email=NOOR, display_name="Noor Willems", locale="en")
    with database.unit_of_work() as uow:
        user = uow.session.scalars(select(User).where(User.email == NOOR)).one()
        facts = {"user_id": user.id, "locale": "en", "skills": {Trade.HEATING: 3}}
        technician = make_technician(uow, clock, "Noor Willems", **facts)
        yesterday = FixedClock(clock.now() - timedelta(days=1))
        order = make_order(uow, yesterday, technician, trade=Trade.HEATING)
        create_meter(uow, clock, "W-7", building_id=order.building_id, digits=5)
        return Cellar(order.id, database)


def open_order(page: Page) -> None:
    page.locator(".f-card").click()
    expect(page.get_by_role("button", name="My report")).to_be_visible()


def go_offline(page: Page, context: BrowserContext) -> None:
    """Leave the network behind once the worker keeps the application."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)


def come_back(page: Page, context: BrowserContext) -> None:
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".f-state")).to_have_text("All sent")


def typed_in_dialog(page: Page, label: str, text: str) -> None:
    page.get_by_role("dialog").get_by_label(label).fill(text)


def save(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def read_counter(page: Page, index: str, at: datetime, reason: str = "") -> None:
    """Note an index at a time of the tablet; an odd one asks for the reason at once."""
    page.clock.set_fixed_time(at)
    page.get_by_role("button", name="W-7").click()
    typed_in_dialog(page, "W-7", index)
    if reason:
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog")).to_contain_text("outside the expected range")
        typed_in_dialog(page, "Reason, if the value is unusual", reason)
    save(page)


def test_what_is_typed_offline_survives_a_reload(
    page: Page, context: BrowserContext, cellar: Cellar, complaints: Complaints
) -> None:
    page.goto("/field/")
    open_order(page)
    go_offline(page, context)
    page.get_by_role("button", name="Note", exact=True).click()
    typed_in_dialog(page, "Note", "The pump hums.")
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    page.get_by_label("Ambient CO measured").press_sequentially("12")
    page.reload()
    expect(page.get_by_label("Ambient CO measured")).to_have_value("12")
    page.get_by_role("button", name="Note", exact=True).click()
    expect(page.get_by_role("dialog").get_by_label("Note")).to_have_value("The pump hums.")
    save(page)
    page.get_by_role("button", name="Material").click()
    typed_in_dialog(page, "Material", "Joint 1/2")
    typed_in_dialog(page, "Quantity", "2,5")
    typed_in_dialog(page, "Unit", "m")
    save(page)
    page.get_by_label("Air supply and flue are free").check()
    page.reload()
    expect(page.get_by_label("Air supply and flue are free")).to_be_checked()
    expect(page.locator("article")).to_contain_text("2,5 m Joint 1/2")
    expect(page.locator(".f-state")).to_have_text("3 not yet sent")
    assert cellar.entries(EntryKind.NOTE) == []
    come_back(page, context)
    assert [note.text for note in cellar.entries(EntryKind.NOTE)] == ["The pump hums."]
    (line,) = cellar.entries(EntryKind.MATERIAL)
    assert (line.text, line.data["quantity"], line.data["unit"]) == ("Joint 1/2", "2.5", "m")
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_visit_without_network_reaches_the_order_and_the_meter(
    page: Page,
    context: BrowserContext,
    cellar: Cellar,
    clock: FixedClock,
    complaints: Complaints,
    check_accessibility: AxeCheck,
    photograph: Photographer,
) -> None:
    page.goto("/field/")
    open_order(page)
    go_offline(page, context)
    page.get_by_role("button", name="Start").click()
    read_counter(page, "1204,3", at=clock.now() - timedelta(hours=2))
    read_counter(page, "204", at=clock.now() - timedelta(hours=1), reason="New counter")
    page.get_by_label("Ambient CO measured").fill("0")
    page.get_by_label("Air supply and flue are free").check()
    check_accessibility(page)
    photograph(page, "tablet-order")
    page.get_by_role("button", name="Complete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was done").fill("Bled the radiators.")
    dialog.get_by_role("button", name="Complete").click()
    expect(dialog).to_have_count(0)
    come_back(page, context)
    doubt = page.get_by_role("alert").filter(has_text="Check this reading")
    expect(doubt).to_contain_text("lower than the one before")
    photograph(page, "tablet-doubt")
    # The browser lives in another year than the server of this test.
    wrong = page.get_by_role("alert").filter(has_text="Set the clock of this tablet")
    wrong.get_by_role("button", name="Seen").click()
    expect(wrong).to_have_count(0)
    doubt.get_by_role("button", name="Seen").click()
    expect(doubt).to_have_count(0)
    assert cellar.order().status is OrderStatus.COMPLETE
    assert cellar.indexes() == [1204300.0, 204000.0]
    assert len(cellar.entries(EntryKind.CHECKLIST)) == 2
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_second_tap_notes_nothing_twice(
    page: Page, context: BrowserContext, cellar: Cellar, complaints: Complaints
) -> None:
    page.goto("/field/")
    open_order(page)
    go_offline(page, context)
    twice = "button => { button.click(); button.click() }"
    page.get_by_role("button", name="Start").evaluate(twice)
    page.get_by_role("button", name="Hours").click()
    typed_in_dialog(page, "Minutes", "45")
    page.get_by_role("dialog").get_by_role("button", name="Save").evaluate(twice)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".f-state")).to_have_text("2 not yet sent")
    come_back(page, context)
    assert [entry.minutes for entry in cellar.entries(EntryKind.HOURS)] == [45]
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_photo_that_is_not_taken_is_told_of_and_can_be_sent_again(
    page: Page, context: BrowserContext, cellar: Cellar, complaints: Complaints, tmp_path: Path
) -> None:
    picture = tmp_path / "ceiling.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    refusal = {"status": 413, "json": {"title": "This file is too large."}}
    context.route("**/photos/*", lambda route: route.fulfill(**refusal))
    page.goto("/field/")
    open_order(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Photo").click()
    chooser.value.set_files(picture)
    expect(page.locator(".f-state")).to_have_text("1 not accepted")
    page.locator(".f-state").click()
    refused = page.locator(".f-warning").filter(has_text="This file is too large.")
    expect(refused).to_contain_text("Photo")
    context.unroute("**/photos/*")
    refused.get_by_role("button", name="Send now").click()
    expect(page.locator(".f-state")).to_have_text("All sent")
    expect(page.locator("main")).to_contain_text("Nothing is waiting.")
    complaints.forgive("413")


def test_nothing_seems_noted_that_a_full_tablet_could_not_keep(
    page: Page, context: BrowserContext, cellar: Cellar, tmp_path: Path
) -> None:
    picture = tmp_path / "ceiling.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    page.goto("/field/")
    open_order(page)
    full = "throw new DOMException('', 'QuotaExceededError')"
    page.evaluate(f"() => {{ IDBObjectStore.prototype.add = () => {{ {full} }} }}")
    page.get_by_role("button", name="Hours").click()
    typed_in_dialog(page, "Minutes", "45")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("could not be kept")
    expect(page.get_by_role("dialog").get_by_label("Minutes")).to_have_value("45")
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    told: list[str] = []
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.accept()))
    with page.expect_file_chooser() as chooser, page.expect_event("dialog"):
        page.get_by_role("button", name="Photo").click()
        chooser.value.set_files(picture)
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Start").click()
    assert [text.split(":")[0] for text in told] == ["This could not be kept"] * 2
    expect(page.locator(".f-state")).to_have_text("All sent")


def test_the_hint_to_install_goes_away_for_good(page: Page, cellar: Cellar) -> None:
    page.goto("/field/")
    hint = page.get_by_role("complementary", name="Install")
    hint.get_by_role("button", name="Not now").click()
    expect(hint).to_have_count(0)
    page.reload()
    expect(page.locator(".f-card")).to_be_visible()
    expect(hint).to_have_count(0)

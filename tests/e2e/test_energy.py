"""The pages of energy as the energy coordinator uses them, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.i18n import gettext as _
from app.i18n import use_locale
from app.jobs.execute import execute
from app.jobs.models import JobState
from app.jobs.queue import claim_next
from app.web.context import house as house_of
from modules.energy.commands import HandleAlert
from modules.energy.enums import AlertEventKind, FeedsKind, Utility
from modules.energy.models import Alert
from modules.energy.services.alerts import handle_alert
from modules.energy.services.scan import scan
from modules.tickets.models import Ticket
from modules.tickets.services import close_ticket, complete_ticket
from tests.factories.energy import ACTOR, create_meter, hours, ingest, sample, write_long
from tests.factories.portfolio import make_building
from tests.support.browser import AxeCheck, Complaints, Photographer, SignIn

pytestmark = pytest.mark.browser

FIRST = datetime(2025, 10, 1, tzinfo=UTC)
NAME = "Eau froide"


@pytest.fixture(params=["fr", "nl"])
def locale(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language of the page, in which the test looks for words too."""
    with use_locale(request.param):
        yield request.param


@pytest.fixture
def leak(app: Flask, database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """A water meter of a building that leaks for three days, judged this morning."""
    with database.unit_of_work() as uow:
        place = {"feeds": FeedsKind.BUILDING, "building_id": make_building(uow, clock).id}
        create_meter(uow, clock, "W1", label=NAME, installation_label="Chaufferie", **place)
    chance = np.random.default_rng(1)
    count = int((clock.now() - FIRST) / timedelta(hours=1))
    at = [FIRST + timedelta(hours=n) for n in range(count)]
    used = np.array([chance.poisson(60) if 6 <= t.hour <= 21 else 0 for t in at], dtype=float)
    used[-72:] += 40
    path = write_long(tmp_path / "w.csv", hours("W1", FIRST, used))
    ingest(database, clock, "long", path, utility=Utility.WATER)
    scan(database, ACTOR, clock)


def open_meter(page: Page) -> None:
    page.goto("/energy/meters")
    page.get_by_role("link", name=NAME).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.locator("figure canvas").first).to_be_visible()


def test_from_the_alert_with_its_curve_to_the_ticket(
    locale: str,
    leak: None,
    page: Page,
    sign_in: SignIn,
    check_accessibility: AxeCheck,
    photograph: Photographer,
) -> None:
    sign_in(Role.ENERGY_COORDINATOR, locale=locale)
    page.goto("/energy/alerts")
    check_accessibility(page)
    photograph(page, f"energy-{locale}-alerts")
    page.locator("main table a[href^='/energy/alerts/']").first.click()
    expect(page.locator("figure canvas").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("€")
    check_accessibility(page)
    photograph(page, f"energy-{locale}-alert")
    page.locator("main table a[href^='/tickets/']").click()
    expect(page.locator("#alert")).to_contain_text(NAME)


def test_a_closed_ticket_of_a_reopened_alert_is_opened_again_from_the_page(
    locale: str,
    leak: None,
    database: Database,
    clock: FixedClock,
    page: Page,
    sign_in: SignIn,
    check_accessibility: AxeCheck,
) -> None:
    with database.unit_of_work() as uow:
        alert = uow.session.scalars(select(Alert)).one()
        ticket = uow.session.scalars(select(Ticket)).one()
        handled = HandleAlert(alert.id, AlertEventKind.FALSE_ALARM, "Test")
        handle_alert(ACTOR, handled, uow, clock)
        complete_ticket(ACTOR, ticket.id, "Test", uow, clock)
        close_ticket(ACTOR, ticket.id, "", uow, clock)
    sign_in(Role.ENERGY_COORDINATOR, locale=locale)
    page.goto(f"/energy/alerts/{alert.id}")
    expect(page.get_by_role("cell").filter(has_text=ticket.number)).to_be_visible()
    nobody = page.get_by_role("alert").filter(has_text="«" if locale == "fr" else "“")
    expect(nobody).to_have_count(0)
    page.locator("form[action$='/reopen'] textarea").fill("Toch een lek")
    page.get_by_role("button", name=_("Open the alert again")).click()
    expect(nobody).to_be_visible()
    check_accessibility(page)
    page.get_by_text(_("Open the ticket again…")).click()
    page.locator("form[action$='/steps/return'] textarea").fill("Toch een lek")
    page.get_by_role("button", name=_("Open the ticket again"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    page.goto(f"/energy/alerts/{alert.id}")
    expect(page.get_by_role("cell").filter(has_text=ticket.number)).to_be_visible()
    expect(nobody).to_have_count(0)


def test_the_curve_is_used_and_read_without_a_mouse(
    locale: str, leak: None, page: Page, sign_in: SignIn, check_accessibility: AxeCheck
) -> None:
    sign_in(Role.ENERGY_COORDINATOR, locale=locale)
    open_meter(page)
    tools = page.locator(".chart-tools button")
    tools.nth(2).focus()
    for _press in range(tools.count() - 2):
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    summary = page.locator("[data-chart-table] summary")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    rows = page.locator("[data-chart-rows] tbody tr")
    expect(rows).to_have_count(168)
    expect(page.locator("[data-chart-rows] thead")).to_contain_text(_("Week before"))
    check_accessibility(page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (768, "dark")])
def test_a_reading_is_corrected_seen_apart_and_put_back(  # noqa: PLR0917  fixtures
    locale: str,
    width: int,
    scheme: str,
    leak: None,
    page: Page,
    complaints: Complaints,
    sign_in: SignIn,
    check_accessibility: AxeCheck,
    photograph: Photographer,
) -> None:
    sign_in(Role.ENERGY_COORDINATOR, locale=locale)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_meter(page)
    page.get_by_role("link", name=_("Correct readings")).click()
    page.get_by_label(_("Register")).select_option(index=0)
    page.locator("#f-begins_at").fill("2026-03-01T10:00")
    page.locator("#f-ends_at").fill("2026-03-01T14:00")
    page.locator("#f-value").fill("25")
    page.locator("#f-reason").fill("Relevé de la société des eaux")
    page.get_by_role("button", name=_("Save")).click()
    confirm = page.get_by_label(_("I checked it: it is right all the same"))
    expect(confirm).to_be_visible()
    check_accessibility(page)
    photograph(page, f"energy-{locale}-{width}-correction")
    complaints.forgive("422")
    confirm.check()
    page.get_by_role("button", name=_("Save")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.locator(".chart-legend")).to_contain_text(_("Of which corrected by hand"))
    entries = page.get_by_role("table", name=_("Readings by hand"))
    expect(entries).to_contain_text("Relevé de la société des eaux")
    check_accessibility(page)
    photograph(page, f"energy-{locale}-{width}-meter")
    entries.get_by_role("button", name=_("Undo")).click()
    page.get_by_role("dialog").get_by_role("button", name=_("Undo")).click()
    expect(entries).to_contain_text(_("put back"))
    expect(page.locator(".chart-legend")).not_to_contain_text(_("Of which corrected by hand"))


def test_an_index_is_entered_and_its_doubt_said(
    locale: str, leak: None, page: Page, sign_in: SignIn, check_accessibility: AxeCheck
) -> None:
    sign_in(Role.TECHNICIAN, locale=locale)
    open_meter(page)
    for moment, index in (("2026-03-01T08:00", "120,5"), ("2026-03-01T12:00", "12")):
        page.get_by_role("link", name=_("Enter a reading")).click()
        page.locator("#f-index").fill(index)
        page.locator("#f-read_at").fill(moment)
        check_accessibility(page)
        page.get_by_role("button", name=_("Save")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    said = page.get_by_role("table", name=_("Readings by hand"))
    expect(said).to_contain_text(_("The index is lower than the one before."))


def test_a_file_is_imported_and_its_progress_followed(  # noqa: PLR0917  fixtures
    locale: str,
    app: Flask,
    database: Database,
    clock: FixedClock,
    page: Page,
    sign_in: SignIn,
    check_accessibility: AxeCheck,
    photograph: Photographer,
) -> None:
    sign_in(Role.ENERGY_COORDINATOR, locale=locale)
    page.goto("/energy/imports/new")
    check_accessibility(page)
    photograph(page, f"energy-{locale}-import")
    page.locator("#f-file").set_input_files(sample("fluvius_gas_2022.csv"))
    page.locator("#f-format").select_option("fluvius")
    page.get_by_role("button", name=_("Import")).click()
    expect(page.locator("#run")).to_contain_text(
        _("The scheduler picks this up within a few seconds.")
    )
    check_accessibility(page)
    claimed = claim_next(database, "test", clock)
    assert claimed is not None
    assert execute(house_of(app), claimed) is JobState.DONE
    counts = {"new": 116, "changed": 0, "unchanged": 0, "refused": 0}
    expect(page.locator("#run")).to_contain_text(
        _(
            "New: %(new)s · changed: %(changed)s · unchanged: %(unchanged)s · refused: %(refused)s",
            **counts,
        )
    )
    page.goto("/energy/imports")
    page.locator("main table a[href^='/energy/imports/']").first.click()
    expect(page.locator("main")).to_contain_text("116")
    check_accessibility(page)

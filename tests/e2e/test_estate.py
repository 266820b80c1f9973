"""The estate as people walk through it: lists, sheets, map, duplicates, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from shapely.geometry import box

from app.auth.roles import Role
from app.clock import Clock
from app.db import Database
from app.geo import Crs
from modules.parties.services import find_duplicates
from modules.portfolio.commands import Change, ShapeGiven
from modules.portfolio.enums import BuildingKind
from modules.portfolio.services import place_building
from tests.factories.parties import make_party
from tests.factories.portfolio import (
    BUILDER,
    RUE_HAUTE,
    make_area,
    make_building,
    make_department,
    make_entrance,
    make_lot,
    make_room,
    make_site,
)
from tests.support.browser import AxeCheck, Complaints, LiveServer, SignIn

pytestmark = pytest.mark.browser

# Two squares of 30 m in Brussels, 400 m apart, in Lambert 72.
WEST, EAST = box(148_900, 170_300, 148_930, 170_330), box(149_300, 170_300, 149_330, 170_330)
MAP_READY_MS = 30_000


@dataclass(frozen=True)
class Estate:
    """Two buildings on the map, the first with everything in it."""

    west: UUID
    west_code: str
    east_code: str
    lot: UUID
    reference: str


@pytest.fixture
def estate(database: Database, clock: Clock) -> Estate:
    with database.unit_of_work("test") as uow:
        area, site = make_area(uow, clock), make_site(uow, clock)
        west = make_building(uow, clock, kind=BuildingKind.OFFICE, area_id=area.id, site_id=site.id)
        east = make_building(uow, clock, kind=BuildingKind.RESIDENTIAL)
        door = make_entrance(uow, clock, west, address=RUE_HAUTE)
        lot = make_lot(uow, clock, west, entrance_id=door.id, floor_level=1, box="3")
        make_room(uow, clock, west, department_id=make_department(uow, clock).id, floor_level=1)
        for building, outline in ((west, WEST), (east, EAST)):
            shape = ShapeGiven(outline, Crs.LAMBERT_72)
            place_building(BUILDER, Change(building.id, building.version), shape, uow, clock)
        return Estate(west.id, west.code, east.code, lot.id, lot.reference)


@dataclass(frozen=True)
class Words:
    """What a page says in a language."""

    kind: str
    parts: tuple[str, ...]
    edit: str
    save: str
    history: str
    changed: str


WORDS = {
    "fr": Words(
        kind="Type",
        parts=("Entrées et étages", "Installations", "Locaux et services", "Documents"),
        edit="Modifier",
        save="Enregistrer",
        history="Historique",
        changed="Lot modifié",
    ),
    "nl": Words(
        kind="Soort",
        parts=("Ingangen en verdiepingen", "Installaties", "Lokalen en diensten", "Documenten"),
        edit="Wijzigen",
        save="Opslaan",
        history="Geschiedenis",
        changed="Kavel gewijzigd",
    ),
}


@pytest.mark.parametrize("locale", WORDS)
def test_from_the_list_to_a_lot_and_its_history(
    page: Page, sign_in: SignIn, estate: Estate, locale: str, check_accessibility: AxeCheck
) -> None:
    words = WORDS[locale]
    sign_in(Role.PROPERTY_DIRECTOR, sees_everything=True, locale=locale)
    page.goto("/buildings")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label(words.kind, exact=True).first.select_option("office")
    expect(page.locator("tbody tr")).to_have_count(1)
    check_accessibility(page)
    page.get_by_role("link", name=estate.west_code).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("12")
    for part in words.parts:
        page.get_by_role("tab", name=part).click()
        panel = page.get_by_role("tabpanel", name=part)
        expect(panel).to_be_visible()
        expect(panel.locator(".loading")).to_have_count(0)
        check_accessibility(page)
    page.locator("#part-lots-tab").click()
    page.get_by_role("link", name=estate.reference).click()
    page.get_by_role("link", name=words.edit, exact=True).click()
    page.locator("#f-bedrooms").fill("4")
    check_accessibility(page)
    page.get_by_role("button", name=words.save, exact=True).click()
    page.wait_for_url(f"**/lots/{estate.lot}")
    page.get_by_role("tab", name=words.history).click()
    expect(page.get_by_role("tabpanel", name=words.history)).to_contain_text(words.changed)
    check_accessibility(page)


def test_a_room_is_added_archived_and_brought_back(
    page: Page, sign_in: SignIn, estate: Estate, check_accessibility: AxeCheck
) -> None:
    sign_in(Role.PROPERTY_DIRECTOR, sees_everything=True, locale="fr")
    page.goto(f"/buildings/{estate.west}#part-rooms")
    page.get_by_role("link", name="Nouveau local").click()
    page.locator("#f-code").fill("2.14")
    page.locator("#f-use").select_option("meeting")
    page.locator("#f-department_id").select_option(label="Finances")
    check_accessibility(page)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    rooms = page.locator("#part-rooms")
    expect(rooms.get_by_role("link", name="2.14")).to_be_visible()
    rooms.get_by_role("link", name="2.14").click()
    check_accessibility(page)
    page.get_by_role("link", name="Modifier").click()
    page.get_by_role("button", name="Archiver", exact=True).click()
    page.locator("dialog[open]").get_by_role("button", name="Archiver").click()
    page.get_by_role("button", name="Rétablir").click()
    expect(rooms.get_by_role("link", name="2.14")).to_be_visible()


class TestMap:
    @pytest.fixture
    def hosts(self, page: Page) -> set[str]:
        """Return the hosts the page asks, filled while it is used."""
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        return asked

    @pytest.fixture
    def the_map(self, page: Page, sign_in: SignIn, estate: Estate, hosts: set[str]) -> Page:
        sign_in(Role.PROPERTY_DIRECTOR, sees_everything=True, locale="fr")
        self.open(page, "/buildings/map")
        return page

    def open(self, page: Page, address: str) -> None:
        page.goto(address)
        ready = page.locator("[data-map]")
        expect(ready).to_have_attribute("data-ready", "true", timeout=MAP_READY_MS)

    def click_the_middle(self, page: Page) -> None:
        """Click the one place of the map: the middle of what the open panel leaves free."""
        size = page.locator("[data-map]").bounding_box()
        assert size is not None
        left = 260 if size["width"] > 640 else 40
        middle = {"x": (left + size["width"] - 50) / 2, "y": size["height"] / 2}
        page.locator(".maplibregl-canvas").click(position=middle, force=True)

    def row(self, page: Page, code: str):
        return page.locator("tbody tr").filter(has_text=code)

    def test_one_selection_in_list_and_map(
        self, the_map: Page, estate: Estate, check_accessibility: AxeCheck
    ) -> None:
        self.row(the_map, estate.west_code).locator("td").nth(2).click()
        expect(self.row(the_map, estate.west_code)).to_have_class("is-selected")
        expect(the_map.locator(".maplibregl-popup")).to_contain_text(estate.west_code)
        check_accessibility(the_map)

    def test_a_click_on_the_map_marks_the_row(self, the_map: Page, estate: Estate) -> None:
        self.open(the_map, f"/buildings/map?q={estate.east_code}")
        self.click_the_middle(the_map)
        expect(self.row(the_map, estate.east_code)).to_have_class("is-selected")

    def test_a_building_with_only_a_point_is_seen_and_chosen_from_near(
        self, the_map: Page, database: Database, clock: Clock
    ) -> None:
        with database.unit_of_work("test") as uow:
            placed = make_building(uow, clock)
            shape = ShapeGiven(WEST.centroid, Crs.LAMBERT_72)
            place_building(BUILDER, Change(placed.id, placed.version), shape, uow, clock)
            code = placed.code
        self.open(the_map, f"/buildings/map?q={code}")
        self.click_the_middle(the_map)
        expect(self.row(the_map, code)).to_have_class("is-selected")
        expect(the_map.locator(".maplibregl-popup")).to_contain_text(code)

    def test_layers_are_switched_with_their_legends(self, the_map: Page) -> None:
        self.unfold(the_map)
        switch = the_map.get_by_label("Immeubles par lots vides")
        legend = the_map.locator(".map-panel > div", has=switch).locator(".map-legend")
        switch.check()
        expect(legend).to_be_visible()
        switch.uncheck()
        expect(legend).to_be_hidden()

    def test_an_area_is_drawn_with_the_mouse(self, the_map: Page, estate: Estate) -> None:
        self.unfold(the_map)
        the_map.get_by_role("button", name="Dessiner une zone de recherche").click()
        expect(the_map.get_by_text("Cliquez les coins")).to_be_visible()
        canvas = the_map.locator(".maplibregl-canvas")
        size = canvas.bounding_box()
        assert size is not None
        middle, edge = size["width"] / 2 + 60, size["width"] - 15
        for x, y in ((middle, 0.3), (edge, 0.3), (edge, 0.8), (middle, 0.8)):
            canvas.click(position={"x": x, "y": size["height"] * y}, force=True)
        the_map.keyboard.press("Enter")
        expect(self.row(the_map, estate.west_code)).to_have_count(0)
        expect(self.row(the_map, estate.east_code)).to_have_count(1)
        # The address keeps the area, and whoever opens it again can take it away from the list.
        the_map.reload()
        erase = the_map.get_by_role("button", name="Effacer la zone")
        expect(erase).to_be_visible()
        the_map.locator(".chip").first.click()
        expect(self.row(the_map, estate.west_code)).to_have_count(1)
        expect(erase).to_be_hidden()

    def unfold(self, page: Page) -> None:
        panel = page.locator(".map-panel")
        if panel.get_attribute("open") is None:
            panel.locator("summary").click()

    def test_an_area_is_searched_with_the_keyboard(self, the_map: Page, estate: Estate) -> None:
        self.unfold(the_map)
        link = self.row(the_map, estate.west_code).get_by_role("link").first
        link.focus()
        expect(the_map.locator(".maplibregl-popup")).to_contain_text(estate.west_code)
        the_map.get_by_role("button", name="Chercher dans ce que montre").focus()
        the_map.keyboard.press("Enter")
        expect(self.row(the_map, estate.east_code)).to_have_count(0)
        expect(self.row(the_map, estate.west_code)).to_have_count(1)
        the_map.get_by_role("button", name="Effacer la zone").focus()
        the_map.keyboard.press("Enter")
        expect(self.row(the_map, estate.east_code)).to_have_count(1)

    def test_asks_nothing_of_the_internet(
        self, the_map: Page, hosts: set[str], live_server: LiveServer
    ) -> None:
        assert hosts == {urlsplit(live_server.url).netloc}


def test_two_entries_of_one_person_become_one_and_two_again(
    page: Page, sign_in: SignIn, database: Database, clock: Clock, check_accessibility: AxeCheck
) -> None:
    with database.unit_of_work("test") as uow:
        for first in ("Fatima", "Fatimah"):
            make_party(uow, clock, "El Amrani", first, phones=("0470 12 34 56",))
        find_duplicates(uow, clock)
    sign_in(Role.ADMINISTRATOR, sees_everything=True, locale="nl")
    page.goto("/parties/duplicates")
    check_accessibility(page)
    page.locator("tbody a").click()
    check_accessibility(page)
    page.get_by_role("button", name="Deze behouden").first.click()
    expect(page.get_by_role("button", name="De samenvoeging ongedaan maken")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="De samenvoeging ongedaan maken").click()
    expect(page.get_by_role("button", name="De samenvoeging ongedaan maken")).to_have_count(0)
    page.goto("/parties")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_without_the_right_land_is_neither_offered_nor_opened(
    page: Page, sign_in: SignIn, estate: Estate, complaints: Complaints,
    check_accessibility: AxeCheck,
) -> None:  # fmt: skip
    sign_in(Role.STOREKEEPER, sees_everything=True, locale="fr")
    page.goto("/buildings")
    expect(page.locator("main").get_by_role("link", name=estate.west_code).first).to_be_visible()
    expect(page.locator("a[href='/land-parcels']")).to_have_count(0)
    expect(page.get_by_role("link", name="Nouvel immeuble")).to_have_count(0)
    page.goto("/land-parcels")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("table")).to_have_count(0)
    check_accessibility(page)
    complaints.forgive("403")

"""A base map of an official service under the estate: allowed by the policy, named, asked for."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from shapely.geometry import box

from app.auth.roles import Role
from app.clock import Clock
from app.db import Database
from app.geo import Crs
from app.settings import MapSettings, Settings
from modules.portfolio.commands import Change, ShapeGiven
from modules.portfolio.services import place_building
from tests.factories.portfolio import BUILDER, make_building
from tests.support.browser import SignIn

pytestmark = pytest.mark.browser

MAP_READY_MS = 30_000
ATTRIBUTION = "© UrbIS, Paradigm"


class TileService:
    """An official service on this machine: every tile is one grey square, every call is kept."""

    def __init__(self) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (256, 256), "#d8d8d8").save(picture, "PNG")
        self.asked: list[str] = []
        self.was_asked = threading.Event()
        service = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(self.path)
                service.was_asked.set()
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(picture.getvalue())

            def log_message(self, *_args: object) -> None:
                """Say nothing: the calls are kept."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def tiles() -> Iterator[TileService]:
    service = TileService()
    thread = threading.Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    yield service
    service.server.shutdown()
    thread.join()
    service.server.server_close()


@pytest.fixture
def settings(settings: Settings, tiles: TileService) -> Settings:
    url = f"{tiles.address}/wmts/ortho/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"
    return replace(settings, map=MapSettings(wmts_url=url, attribution=ATTRIBUTION))


def test_the_map_asks_an_official_service_and_names_it(
    page: Page, sign_in: SignIn, database: Database, clock: Clock, tiles: TileService
) -> None:
    with database.unit_of_work("test") as uow:
        building = make_building(uow, clock)
        outline = ShapeGiven(box(148_900, 170_300, 148_930, 170_330), Crs.LAMBERT_72)
        place_building(BUILDER, Change(building.id, building.version), outline, uow, clock)
    sign_in(Role.PROPERTY_DIRECTOR)
    page.goto("/buildings/map")
    expect(page.get_by_text(ATTRIBUTION)).to_be_visible(timeout=MAP_READY_MS)
    assert tiles.was_asked.wait(MAP_READY_MS / 1000)
    zoom, row, column = (int(part) for part in tiles.asked[0][:-4].split("/")[3:])
    assert 0 <= row < 2**zoom
    # Brussels lies about 4.35° east.
    assert column / 2**zoom * 360 - 180 == pytest.approx(4.35, abs=360 / 2**zoom + 1)

"""What lies in buildings is found by code, by kind in each language, and by its building."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, TranslatedText
from modules.portfolio.commands import BuildingFacts, Change, InstallationFacts
from modules.portfolio.enums import BuildingKind, InstallationKind
from modules.portfolio.models import Building, Installation
from modules.portfolio.services import archive_installation, change_building
from modules.portfolio.services.installations import add_installation
from tests.factories.portfolio import BUILDER, RUE_HAUTE, make_building, make_room, make_site
from tests.support.web import Login


@pytest.fixture
def lift(database: Database, clock: FixedClock) -> Installation:
    """A lift, a meeting room and a site, beside another building."""
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        make_room(uow, clock, building, name=TranslatedText(fr="Salle Horta", nl="Hortazaal"))
        make_site(uow, clock)
        facts = InstallationFacts(building.id, InstallationKind.LIFT, name="Otis", location="Hal B")
        return add_installation(BUILDER, facts, uow, clock)


def found(client: FlaskClient, text: str, kind: str) -> list[str]:
    groups = client.get("/api/v1/search", query_string={"q": text}).json["groups"]
    return [hit["url"] for group in groups if group["kind"] == kind for hit in group["hits"]]


def test_plant_is_found_by_code_kind_spot_and_building(client, login: Login, lift) -> None:
    login(client, Role.CALL_CENTRE_AGENT, sees_everything=True, locale="nl")
    address = f"/installations/{lift.id}"
    for text in (lift.code.lower(), "ascenseur hoogstraat", "lift haute", "otis", "hal b"):
        assert found(client, text, "installation") == [address], text


def test_a_room_by_its_name_and_a_site(client, login: Login, lift) -> None:
    login(client, Role.CALL_CENTRE_AGENT, sees_everything=True)
    (room,) = found(client, "hortazaal", "room")
    assert room.startswith("/rooms/")
    assert client.get(room).status_code == 200
    (site,) = found(client, "campus", "site")
    assert client.get(site).status_code == 200
    login(client, Role.CALL_CENTRE_AGENT, email="nowhere@example.org", sees_everything=False)
    assert found(client, "hortazaal", "room") == found(client, "otis", "installation") == []


def test_what_changes_is_found_anew(client, login: Login, lift, database, clock) -> None:
    login(client, Role.CALL_CENTRE_AGENT, sees_everything=True)
    assert found(client, "otis", "installation")
    with database.unit_of_work() as uow:
        home = uow.session.get_one(Building, lift.building_id)
        facts = BuildingFacts(BuildingKind.RESIDENTIAL, RUE_HAUTE, name="Les Tilleuls")
        change_building(BUILDER, Change(home.id, home.version), facts, uow, clock)
    assert found(client, "tilleuls", "installation")
    with database.unit_of_work() as uow:
        archive_installation(BUILDER, Change(lift.id, lift.version), uow, clock)
    assert found(client, "otis", "installation") == []


def test_a_code_is_found_by_its_number_without_zeros_and_stands_alone(
    client, login: Login, lift, database, clock
) -> None:
    with database.unit_of_work() as uow:
        code = make_building(uow, clock, code="BLD-0023").code
        make_building(uow, clock, code="BLD-0231", name="Boulevard 23")
    login(client, Role.CALL_CENTRE_AGENT, sees_everything=True)
    for text in ("bld 23", "bld-23", "BLD023", code):
        groups = client.get("/api/v1/search", query_string={"q": text}).json["groups"]
        hits = [hit["detail"].split(" ")[0] for group in groups for hit in group["hits"]]
        assert hits == [code], text

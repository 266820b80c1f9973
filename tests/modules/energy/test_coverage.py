"""Which buildings are read automatically, and which loggers fell silent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth.actor import Scope
from app.auth.roles import Role
from modules.energy.api import TakeReading, take_reading
from modules.energy.enums import Utility
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries.coverage import count_uncovered
from modules.energy.services.scan import scan
from modules.portfolio.api import BuildingKind, PortfolioPermission
from tests.factories.energy import ACTOR, create_meter, hours, ingest, write_long
from tests.factories.portfolio import make_building

KINDS = {
    "SCHOOL": BuildingKind.SCHOOL,
    "OFFICE": BuildingKind.OFFICE,
    "CARE": BuildingKind.CARE_HOME,
    "BARE": BuildingKind.OFFICE,
    "FLATS": BuildingKind.RESIDENTIAL,
}


@pytest.fixture
def estate(database, clock, tmp_path):
    """A school with a logger, one that fell silent, a home read by hand, two without a meter."""
    rows = []
    with database.unit_of_work() as uow:
        places = {
            code: make_building(uow, clock, code=code, kind=kind).id for code, kind in KINDS.items()
        }
        for code, days in (("SCHOOL", 1), ("OFFICE", 9)):
            create_meter(uow, clock, f"M-{code}", building_id=places[code])
            until = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
            rows += hours(
                f"M-{code}", (until - timedelta(days=40)).replace(tzinfo=None), [3.0] * 960
            )
        by_hand = create_meter(uow, clock, "HAND", Utility.GAS, building_id=places["CARE"])
        for days, index in ((20, 100.0), (10, 110.0)):
            read_at = clock.now() - timedelta(days=days)
            take_reading(ACTOR, TakeReading(by_hand.id, read_at, index), uow, clock)
    ingest(database, clock, "long", write_long(tmp_path / "r.csv", rows), utility=Utility.WATER)
    scan(database, ACTOR, clock)
    return places


def listed(client, address):
    page = client.get(f"/energy/buildings?{address}").text
    return {code for code in KINDS if f">{code}<" in page}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", set(KINDS)),
        ("public=yes", set(KINDS) - {"FLATS"}),
        ("public=yes&automatic=no", {"CARE", "BARE"}),
        ("automatic=yes", {"SCHOOL", "OFFICE"}),
        ("silent=yes", {"OFFICE"}),
        ("without=water", {"CARE", "BARE", "FLATS"}),
        ("without=gas&public=yes&kind=school", {"SCHOOL"}),
        ("q=bare", {"BARE"}),
    ],
)
def test_buildings_are_found_by_what_reads_them(client, login, estate, address, found):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    assert listed(client, f"cols=code&cols=building&{address}") == found


def test_the_page_of_meters_counts_them_and_leads_there(client, login, estate):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    page = client.get("/energy/meters").text
    assert 'href="/energy/buildings?public=yes&amp;automatic=no"' in page
    assert "M-OFFICE" in client.get("/energy/meters?silent=yes").text
    assert "M-SCHOOL" not in client.get("/energy/meters?silent=yes").text
    assert "HAND" in client.get("/energy/meters?automatic=no").text
    assert "M-SCHOOL" not in client.get("/energy/meters?automatic=no").text


def test_the_list_leaves_as_a_file_with_its_figures(client, login, estate):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    file = client.get("/energy/buildings?format=csv&cols=code&cols=meters&cols=logged&cols=silent")
    assert "OFFICE;1;1;1" in file.get_data(as_text=True).replace(",", ";")


def test_counts_stay_within_the_scope_and_archived_meters_count_no_more(
    database, clock, actor_with, estate
):
    rights = (*EnergyPermission, *PortfolioPermission)
    theirs = actor_with(*rights, scope=Scope(building_ids=frozenset({estate["BARE"]})))
    with database.unit_of_work() as uow:
        assert count_uncovered(ACTOR, uow.session) == (2, 1)
        assert count_uncovered(theirs, uow.session) == (1, 0)
        school = uow.session.scalars(select(Meter).where(Meter.serial == "M-SCHOOL")).one()
        school.archived_at = clock.now()
        uow.flush()
        assert count_uncovered(ACTOR, uow.session) == (3, 1)

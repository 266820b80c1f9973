"""The demo estate: exact numbers, the same for the same seed, consistent in itself."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from sqlalchemy import func, select

from app.auth.actor import system_actor
from app.demo import Planting
from modules.parties.demo.seed import plant_people
from modules.parties.models import Occupancy, Party, PartyDuplicate
from modules.portfolio.cadastre import read_capakey
from modules.portfolio.demo.life import invent_life
from modules.portfolio.demo.plan import LOTS, plan_buildings
from modules.portfolio.demo.seed import is_planted, plant_estate
from modules.portfolio.enums import (
    EMPTY_STATUSES,
    BuildingKind,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
    Region,
)
from modules.portfolio.models import (
    Building,
    EnergyCertificate,
    Entrance,
    Installation,
    LandParcel,
    Lot,
    LotStatusEvent,
    ServiceLink,
)
from modules.portfolio.queries.history import estate_on
from modules.portfolio.queries.topology import neighbours
from modules.portfolio.services import create_lot
from tests.factories.portfolio import BUILDER, make_building, make_lot

TODAY = date(2026, 3, 2)


@pytest.fixture
def plant(database, clock):
    def run(scale=0.05, seed="1"):
        planting = Planting(
            database, clock, system_actor("demo"), Random(seed), scale, lambda _text: None
        )
        plant_estate(planting)
        plant_people(planting)

    return run


def test_a_whole_plan_has_exactly_the_lots_of_the_centre():
    planned = plan_buildings(Random("7"), 1.0)
    counts = Counter()
    for building in planned:
        if building.category is not None:
            counts[building.category] += building.homes + building.offices
        counts[LotCategory.COMMERCIAL] += building.shops
    assert dict(counts) == LOTS
    assert sum(counts.values()) == 2391
    assert sum(b.kind is BuildingKind.CARE_HOME for b in planned) == 5


def test_no_footprint_is_used_twice():
    planned = plan_buildings(Random("7"), 1.0)
    assert len({b.footprint.osm_id for b in planned}) == len(planned)


def test_the_same_seed_makes_the_same_estate(database, clock, plant):
    def picture():
        with database.reader() as session:
            lots = session.execute(select(Lot.id, Lot.reference, Lot.area_m2, Lot.status)).all()
            people = session.execute(select(Party.id, Party.name, Party.first_name)).all()
            return sorted(map(str, lots)), sorted(map(str, people))

    plant(seed="a")
    first = picture()
    with database.unit_of_work() as uow:
        from app.db import Base

        for table in reversed(Base.metadata.sorted_tables):
            uow.session.execute(table.delete())
    plant(seed="a")
    assert picture() == first


def test_no_name_says_one_thing_in_two_languages(database, plant):
    plant()
    with database.reader() as session:
        names = set(session.scalars(select(Building.name)))
    assert len(names) > 1
    assert not [name for name in names if "/" in name or " – " in name]


def test_what_is_repeated_for_lists_agrees_with_the_history(database, plant):
    plant()
    with database.reader() as session:
        statuses = Counter(session.scalars(select(Lot.status)))
        assert estate_on(BUILDER, session, TODAY).by_status() == dict(statuses)
        for building in session.scalars(select(Building)):
            lots = session.scalars(select(Lot).where(Lot.building_id == building.id)).all()
            assert building.lot_count == len(lots)
            assert building.empty_lot_count == sum(x.status in EMPTY_STATUSES for x in lots)
        in_force = select(EnergyCertificate).where(EnergyCertificate.expires_on >= TODAY)
        letters = {c.lot_id: c.letter for c in session.scalars(in_force)}
        for lot in session.scalars(select(Lot)):
            assert lot.energy_class == letters.get(lot.id)


def test_let_lots_have_somebody_in_them_and_empty_ones_nobody(database, plant):
    plant()
    with database.reader() as session:
        here = set(session.scalars(select(Occupancy.lot_id).where(Occupancy.ends_on.is_(None))))
        for lot in session.scalars(select(Lot)):
            is_let = lot.status in {LotStatus.LET, LotStatus.NOTICE}
            assert (lot.id in here) is is_let
        assert session.scalar(select(func.count()).select_from(PartyDuplicate)) >= 0


def test_land_is_drawn_and_measured(database, plant):
    plant()
    with database.reader() as session:
        parcels = session.scalars(select(LandParcel)).all()
        assert len(parcels) >= 5
        for parcel in parcels:
            if parcel.region is Region.BRUSSELS:
                continue  # no outline of land in the city is at hand
            assert parcel.drawn_area_m2 == pytest.approx(parcel.area_m2, rel=0.05)


def test_work_goes_on_after_the_demo(database, clock, plant):
    plant()
    with database.reader() as session:
        assert is_planted(session)
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        assert lot.reference > "LOT-0001"
        assert create_lot


def test_subsidised_homes_are_43_percent_of_the_stock(database, plant):
    plant(scale=0.2)
    with database.reader() as session:
        regimes = Counter(session.scalars(select(Lot.regime)))
    assert regimes[Regime.SUBSIDISED] / regimes.total() == pytest.approx(0.43, abs=0.01)


@pytest.mark.parametrize("category", list(LotCategory))
def test_lives_are_in_order_and_end_by_today(category):
    for seed in range(200):
        days = [span.starts_on for span in invent_life(Random(seed), TODAY, category)]
        assert days == sorted(set(days))
        assert days[-1] <= TODAY


def test_every_lot_has_a_state_without_gaps(database, plant):
    plant()
    with database.reader() as session:
        events = session.scalars(
            select(LotStatusEvent).order_by(LotStatusEvent.lot_id, LotStatusEvent.starts_on)
        ).all()
    by_lot: dict = {}
    for event in events:
        by_lot.setdefault(event.lot_id, []).append(event)
    for spans in by_lot.values():
        assert spans[-1].ends_on is None
        assert [s.ends_on for s in spans[:-1]] == [s.starts_on for s in spans[1:]]


def test_wide_buildings_have_two_entrances_each_with_its_lots_and_its_lift(database, plant):
    plant(scale=0.2)
    with database.reader() as session:
        entrances = session.scalars(select(Entrance).order_by(Entrance.position)).all()
        by_building: dict = {}
        for entrance in entrances:
            by_building.setdefault(entrance.building_id, []).append(entrance)
        wide = {key: found for key, found in by_building.items() if len(found) > 1}
        assert 0 < len(wide) < len(by_building)
        lots = Counter(session.scalars(select(Lot.entrance_id)))
        kinds = dict(session.execute(select(Building.id, Building.kind)).all())
        lifts = dict(
            session.execute(
                select(ServiceLink.entrance_id, Installation.building_id)
                .join(Installation, Installation.id == ServiceLink.installation_id)
                .where(ServiceLink.entrance_id.is_not(None))
            ).all()
        )
        for building_id, found in wide.items():
            assert [entrance.code for entrance in found] == ["A", "B"]
            if kinds[building_id] is not BuildingKind.CARE_HOME:
                assert all(lots[entrance.id] for entrance in found)
            if building_id in lifts.values():
                assert all(lifts[entrance.id] == building_id for entrance in found)


def test_lots_stand_on_the_parcel_of_their_building(database, plant):
    plant()
    with database.reader() as session:
        parcels = dict(session.execute(select(Building.id, Building.cadastral_ref)).all())
        for lot in session.scalars(select(Lot)):
            assert lot.cadastral_ref == read_capakey(parcels[lot.building_id])


def test_students_live_in_rooms(database, plant):
    plant(scale=0.3)
    with database.reader() as session:
        rooms = session.scalars(select(Lot).where(Lot.kind == LotKind.ROOM)).all()
        students = session.scalars(select(Lot).where(Lot.regime == Regime.STUDENT)).all()
        assert rooms
        assert set(rooms) == set(students)
        assert all(room.area_m2 < 25 and room.bedrooms is None for room in rooms)


def test_above_a_shop_lies_what_is_written(database, plant):
    plant()
    with database.reader() as session:
        shops = session.scalars(select(Lot).where(Lot.kind == LotKind.SHOP)).all()
        told = {shop.id: neighbours(session, shop).above for shop in shops}
        above = {key: found for key, found in told.items() if found}
        assert above
        for shop_id, (upper_id, *others) in above.items():
            upper = session.get_one(Lot, upper_id)
            assert not others
            assert upper.floor_level == 1
            assert shop_id in neighbours(session, upper).below

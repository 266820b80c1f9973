"""Entrances, floors, rooms and installations: what a building is made of, changed on screen."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.audit import history_of
from app.auth.actor import Scope
from app.auth.roles import Role
from app.db import TranslatedText
from app.errors import Conflict, Invalid, NotFound, StaleVersion
from app.i18n import use_locale
from modules.portfolio.commands import (
    AddressFacts,
    BuildingFacts,
    Change,
    EntranceFacts,
    FloorFacts,
    InstallationFacts,
    RecordCertificate,
    RoomFacts,
    StackLots,
)
from modules.portfolio.enums import CertificateScheme, InstallationKind, Region, RoomUse
from modules.portfolio.models import (
    Building,
    Entrance,
    Floor,
    Installation,
    LandParcel,
    Lot,
    Room,
    ServiceLink,
)
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.insides import select_rooms
from modules.portfolio.queries.places import list_entrances, list_rooms
from modules.portfolio.queries.topology import (
    lots_served_by,
    lots_served_counts,
    neighbours,
    select_installations,
)
from modules.portfolio.services import (
    add_floor,
    add_installation,
    add_room,
    archive_entrance,
    archive_installation,
    archive_lot,
    archive_room,
    change_building,
    change_entrance,
    change_floor,
    change_installation,
    change_room,
    correct_certificate,
    record_certificate,
    restore_certificate,
    restore_entrance,
    restore_lot,
    restore_room,
    stack_lots,
    withdraw_certificate,
)
from modules.portfolio.subjects import PARTS
from tests.factories.portfolio import (
    BUILDER,
    make_building,
    make_department,
    make_entrance,
    make_lot,
    make_room,
)

RUE_BASSE = AddressFacts("Rue Basse", "Neerstraat", "3", "1000", "Bruxelles", "Brussel")


def actions(uow, building):
    uow.flush()
    entries = history_of(uow.session, "building", building.id, parts=PARTS)
    return {entry.action for entry in entries}


class TestEntrance:
    def test_lots_are_found_by_its_address(self, uow, clock):
        building = make_building(uow, clock)
        door = make_entrance(uow, clock, building)
        lot = make_lot(uow, clock, building, entrance_id=door.id)
        assert "haute" in lot.search_text
        facts = EntranceFacts(building.id, "A", 1, RUE_BASSE)
        change_entrance(BUILDER, Change(door.id, 1), facts, uow, clock)
        assert "basse" in lot.search_text
        back = replace(facts, address=None)
        change_entrance(BUILDER, Change(door.id, door.version), back, uow, clock)
        assert "haute" in lot.search_text
        assert "portfolio.entrance.change" in actions(uow, building)

    def test_stays_while_lots_use_it(self, uow, clock):
        building = make_building(uow, clock)
        door = make_entrance(uow, clock, building)
        lot = make_lot(uow, clock, building, entrance_id=door.id)
        with pytest.raises(Conflict):
            archive_entrance(BUILDER, Change(door.id, 1), uow, clock)
        archive_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        archive_entrance(BUILDER, Change(door.id, 1), uow, clock)
        assert list_entrances(uow.session, building.id) == []
        restore_entrance(BUILDER, Change(door.id, door.version), uow, clock)
        assert list_entrances(uow.session, building.id) == [door]

    def test_without_an_address_of_its_own_it_follows_the_building(self, uow, clock):
        building = make_building(uow, clock)
        lot = make_lot(uow, clock, building, entrance_id=make_entrance(uow, clock, building).id)
        facts = BuildingFacts(building.kind, RUE_BASSE)
        change_building(BUILDER, Change(building.id, building.version), facts, uow, clock)
        assert "basse" in lot.search_text

    def test_an_installation_that_is_gone_does_not_hold_it(self, uow, clock):
        building = make_building(uow, clock)
        door = make_entrance(uow, clock, building)
        facts = InstallationFacts(building.id, InstallationKind.LIFT, entrance_ids=(door.id,))
        lift = add_installation(BUILDER, facts, uow, clock)
        with pytest.raises(Conflict):
            archive_entrance(BUILDER, Change(door.id, door.version), uow, clock)
        archive_installation(BUILDER, Change(lift.id, lift.version), uow, clock)
        archive_entrance(BUILDER, Change(door.id, door.version), uow, clock)
        assert door.archived_at is not None

    def test_a_code_stands_once_in_a_building(self, uow, clock):
        building, other = make_building(uow, clock), make_building(uow, clock)
        make_entrance(uow, clock, building)
        make_entrance(uow, clock, other)
        with pytest.raises(Conflict):
            make_entrance(uow, clock, building)


class TestFloor:
    def test_is_named_and_measured(self, uow, clock):
        building = make_building(uow, clock)
        floor = add_floor(BUILDER, FloorFacts(building.id, 1), uow, clock)
        named = FloorFacts(building.id, 1, TranslatedText(fr="Bel étage"), 120.5)
        change_floor(BUILDER, Change(floor.id, 1), named, uow, clock)
        assert (str(floor.name), floor.area_m2) == ("Bel étage", 120.5)
        with pytest.raises(Conflict):
            add_floor(BUILDER, FloorFacts(building.id, 1), uow, clock)
        with pytest.raises(StaleVersion):
            change_floor(BUILDER, Change(floor.id, 1), named, uow, clock)


class TestRoom:
    def test_is_added_moved_to_another_department_archived_and_brought_back(self, uow, clock):
        building = make_building(uow, clock)
        room = make_room(uow, clock, building, floor_level=1)
        department = make_department(uow, clock)
        facts = RoomFacts(
            building.id, "1.02", RoomUse.MEETING, department_id=department.id, floor_level=2
        )
        change_room(BUILDER, Change(room.id, 1), facts, uow, clock)
        rows = list_rooms(BUILDER, uow.session, building.id)
        assert [(r.code, d.code, level) for r, d, level in rows] == [("1.02", "FIN", 2)]
        archive_room(BUILDER, Change(room.id, room.version), uow, clock)
        assert list_rooms(BUILDER, uow.session, building.id) == []
        restore_room(BUILDER, Change(room.id, room.version), uow, clock)
        assert {f"portfolio.room.{verb}" for verb in ("add", "change", "archive", "restore")} <= (
            actions(uow, building)
        )

    def test_belongs_to_one_building(self, uow, clock):
        building, other = make_building(uow, clock), make_building(uow, clock)
        stranger = make_lot(uow, clock, other)
        with pytest.raises(Invalid) as caught:
            add_room(
                BUILDER, RoomFacts(building.id, "1", RoomUse.OFFICE, lot_id=stranger.id), uow, clock
            )
        assert caught.value.field == "lot_id"
        room = make_room(uow, clock, building)
        with pytest.raises(Invalid):
            change_room(
                BUILDER, Change(room.id, 1), RoomFacts(other.id, "1", RoomUse.OFFICE), uow, clock
            )

    def test_out_of_scope_is_absent(self, uow, clock, actor_with):
        building, other = make_building(uow, clock), make_building(uow, clock)
        room = make_room(uow, clock, building)
        stranger = actor_with(
            PortfolioPermission.CHANGE, scope=Scope(building_ids=frozenset({other.id}))
        )
        with pytest.raises(NotFound):
            archive_room(stranger, Change(room.id, 1), uow, clock)


class TestInstallation:
    def test_changes_whom_it_serves_and_says_so(self, uow, clock):
        building = make_building(uow, clock)
        lots = [make_lot(uow, clock, building) for _ in range(3)]
        facts = InstallationFacts(building.id, InstallationKind.LIFT)
        lift = add_installation(BUILDER, facts, uow, clock)
        assert len(lots_served_by(BUILDER, uow.session, lift)) == 3
        narrowed = replace(facts, lot_ids=(lots[0].id,), is_in_service=False)
        change_installation(BUILDER, Change(lift.id, 1), narrowed, uow, clock)
        assert lots_served_by(BUILDER, uow.session, lift) == [lots[0].id]
        assert not lift.is_in_service
        version = lift.version
        change_installation(BUILDER, Change(lift.id, version), narrowed, uow, clock)
        assert lift.version == version
        archive_installation(BUILDER, Change(lift.id, version), uow, clock)
        assert neighbours(uow.session, lots[0]).installations == ()


class TestSeveralBuildings:
    @pytest.fixture
    def estate(self, uow, clock):
        """Return two buildings with a lot each, and a boiler house in the first serving both."""
        first, second = make_building(uow, clock), make_building(uow, clock)
        lots = [make_lot(uow, clock, building) for building in (first, second)]
        facts = InstallationFacts(
            first.id, InstallationKind.BOILER_HOUSE, building_ids=(second.id, first.id)
        )
        return facts, add_installation(BUILDER, facts, uow, clock), lots

    def test_all_their_lots_are_served_and_counted(self, uow, estate):
        _facts, plant, lots = estate
        assert set(lots_served_by(BUILDER, uow.session, plant)) == {lot.id for lot in lots}
        assert neighbours(uow.session, lots[1]).installations == (plant,)
        assert lots_served_counts(BUILDER, uow.session, [plant]) == {plant.id: 2}

    def test_its_own_building_may_be_served_in_part(self, uow, clock, estate):
        facts, plant, lots = estate
        make_lot(uow, clock, uow.session.get(Building, facts.building_id))
        partly = replace(facts, lot_ids=(lots[0].id,))
        change_installation(BUILDER, Change(plant.id, plant.version), partly, uow, clock)
        assert set(lots_served_by(BUILDER, uow.session, plant)) == {lot.id for lot in lots}

    def test_who_sees_one_building_leaves_the_other_served(self, uow, clock, actor_with, estate):
        facts, plant, lots = estate
        keeper = actor_with(
            PortfolioPermission.CHANGE, scope=Scope(building_ids=frozenset({facts.building_id}))
        )
        named = replace(facts, building_ids=(), name="Chaufferie")
        change_installation(keeper, Change(plant.id, plant.version), named, uow, clock)
        assert set(lots_served_by(BUILDER, uow.session, plant)) == {lot.id for lot in lots}
        asked = Change(plant.id, plant.version)
        with pytest.raises(NotFound):
            change_installation(keeper, asked, facts, uow, clock)


class TestCertificate:
    def test_a_correction_moves_the_letter_and_a_withdrawal_takes_it_away(self, uow, clock):
        lot = make_lot(uow, clock, make_building(uow, clock))
        command = RecordCertificate(
            CertificateScheme.HOME, Region.BRUSSELS, date(2026, 1, 5), lot_id=lot.id,
            kwh_m2_year=80,
        )  # fmt: skip
        found = record_certificate(BUILDER, command, uow, clock)
        assert lot.energy_class == "B"
        wrong = replace(command, kwh_m2_year=400)
        correct_certificate(BUILDER, Change(found.id, found.version), wrong, uow, clock)
        assert lot.energy_class == "G"
        withdraw_certificate(BUILDER, Change(found.id, found.version), uow, clock)
        assert lot.energy_class is None
        restore_certificate(BUILDER, Change(found.id, found.version), uow, clock)
        assert lot.energy_class == lot.building.energy_class == "G"


class TestStack:
    def test_what_is_written_wins_and_can_be_taken_back(self, uow, clock):
        building = make_building(uow, clock)
        low, high = (make_lot(uow, clock, building, floor_level=level) for level in (0, 1))
        attic = make_lot(uow, clock, building, floor_level=1)
        stack_lots(BUILDER, StackLots(low.id, above=(attic.id,)), uow, clock)
        assert neighbours(uow.session, low).above == (attic.id,)
        assert neighbours(uow.session, attic).below == (low.id,)
        stack_lots(BUILDER, StackLots(low.id), uow, clock)
        assert set(neighbours(uow.session, low).above) == {high.id, attic.id}

    def test_lots_of_other_buildings_and_the_lot_itself_are_refused(self, uow, clock):
        lot = make_lot(uow, clock, make_building(uow, clock))
        stranger = make_lot(uow, clock, make_building(uow, clock))
        for other in (lot, stranger):
            with pytest.raises(Invalid):
                stack_lots(BUILDER, StackLots(lot.id, below=(other.id,)), uow, clock)


def test_a_lot_comes_back_in_the_state_it_left_in(uow, clock):
    lot = make_lot(uow, clock, make_building(uow, clock))
    archive_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
    assert lot.building.lot_count == 0
    restore_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
    assert (lot.building.lot_count, lot.status.value) == (1, "vacant")


class TestOnScreen:
    @pytest.fixture
    def building(self, client, login, database, clock):
        login(client, Role.ADMINISTRATOR, locale="en")
        with database.unit_of_work() as uow:
            building = make_building(uow, clock)
            make_lot(uow, clock, building)
        return building

    def one(self, database, model):
        with database.reader() as session:
            return session.scalars(select(model)).one()

    def test_entrances_and_floors(self, client, database, building):
        home = f"/buildings/{building.id}"
        door = {"code": "B", "street_fr": "Rue Basse", "number": "3"}
        assert client.post(f"{home}/entrances", data=door).status_code == 303
        assert client.post(f"{home}/entrances", data=door).status_code == 409
        found = self.one(database, Entrance)
        url = f"/entrances/{found.id}"
        assert 'value="Rue Basse"' in client.get(f"{url}/edit").get_data(as_text=True)
        change = {"code": "C", "version": "1"}
        assert client.post(f"{url}/edit", data=change).status_code == 303
        assert client.post(f"{url}/edit", data=change).status_code == 412
        assert client.post(f"{url}/archive", data={"version": "2"}).location == f"{url}/edit"
        assert f"{url}/restore" in client.get(f"{url}/edit").get_data(as_text=True)
        assert client.post(f"{url}/restore", data={"version": "3"}).status_code == 303
        floor = {"level": "1", "name_fr": "Bel étage", "area_m2": "120,5"}
        assert client.post(f"{home}/floors", data=floor).status_code == 303
        kept = self.one(database, Floor)
        change = {"name_nl": "Bel-etage", "version": "1"}
        assert client.post(f"/floors/{kept.id}/edit", data=change).status_code == 303
        part = client.get(f"{home}/parts/insides").get_data(as_text=True)
        assert "Bel-etage" in part

    def test_rooms(self, client, database, building):
        home = f"/buildings/{building.id}"
        room = {"code": "1.01", "use": "office", "floor_level": "1", "capacity": "2"}
        assert client.post(f"{home}/rooms", data={**room, "use": "cave"}).status_code == 422
        assert client.post(f"{home}/rooms", data=room).status_code == 303
        found = self.one(database, Room)
        url = f"/rooms/{found.id}"
        shown = client.get(f"{url}/edit").get_data(as_text=True)
        assert 'name="floor_level" type="text" value="1"' in shown
        change = {**room, "use": "meeting", "version": "1"}
        assert client.post(f"{url}/edit", data=change).status_code == 303
        conflict = client.post(f"{url}/edit", data={**change, "use": "office"})
        assert conflict.status_code == 412
        assert ("Office" in conflict.text, "Meeting room" in conflict.text) == (True, True)
        assert "<legend>Floor</legend>" not in conflict.text
        assert "1.01" in client.get("/rooms?use=meeting").get_data(as_text=True)
        assert client.post(f"{url}/archive", data={"version": "2"}).status_code == 303
        assert "1.01" not in client.get("/rooms").get_data(as_text=True)
        assert client.post(f"{url}/restore", data={"version": "3"}).status_code == 303

    def test_a_boiler_house_of_several_buildings_keeps_them_when_it_is_edited(
        self, client, database, building, clock
    ):
        with database.unit_of_work() as uow:
            other = make_building(uow, clock)
        facts = {"kind": "boiler_house", "name": "Nord", "building_ids": str(other.id)}
        client.post(f"/buildings/{building.id}/installations", data=facts)
        url = f"/installations/{self.one(database, Installation).id}"
        page = client.get(f"{url}/edit").text
        assert f'<option value="{other.id}" selected' in page
        shown = {"kind": "boiler_house", "name": "Sud", "version": "1", "building_ids": other.id}
        assert client.post(f"{url}/edit", data=shown).status_code == 303
        with database.reader() as session:
            served = set(session.scalars(select(ServiceLink.building_id)))
        assert served == {building.id, other.id}

    def test_installations(self, client, database, building):
        home = f"/buildings/{building.id}"
        facts = {"kind": "lift", "name": "Nord", "is_in_service": "on"}
        assert client.post(f"{home}/installations", data=facts).status_code == 303
        found = self.one(database, Installation)
        url = f"/installations/{found.id}"
        assert "checked" in client.get(f"{url}/edit").get_data(as_text=True)
        change = {"kind": "lift", "name": "Sud", "version": "1"}
        assert client.post(f"{url}/edit", data=change).status_code == 303
        assert not self.one(database, Installation).is_in_service
        assert client.post(f"{url}/edit", data=change).status_code == 412
        with database.reader() as session:
            lot = session.scalars(select(Lot)).one()
        served = {**change, "name": "Levant", "version": "2", "lot_ids": str(lot.id)}
        assert client.post(f"{url}/edit", data=served).status_code == 303
        conflict = client.post(f"{url}/edit", data={**served, "name": "Ouest"})
        assert conflict.status_code == 412
        assert "<legend>Name</legend>" in conflict.text
        assert "<legend>Lots served</legend>" not in conflict.text
        alone = client.post(f"{url}/edit", data=change).text
        assert lot.reference in alone.partition("<legend>Lots served</legend>")[2]
        page = client.get(f"{url}/edit").text
        assert "Other buildings served" not in page  # there is none
        assert client.post(f"{url}/archive", data={"version": "3"}).status_code == 303
        assert "Levant" not in client.get("/installations").get_data(as_text=True)
        assert client.post(f"{url}/restore", data={"version": "4"}).status_code == 303

    def test_each_has_its_history_and_the_building_tells_it_too(self, client, database, building):
        home = f"/buildings/{building.id}"
        entrance = {"code": "B"}
        room = {"code": "1.01", "use": "office", "floor_level": "1"}
        lift = {"code": "LIFT-9", "kind": "lift", "is_in_service": "on"}
        for folder, facts in (("entrances", entrance), ("rooms", room), ("installations", lift)):
            assert client.post(f"{home}/{folder}", data=facts).status_code == 303
        # The room made its floor.
        parts = ((Entrance, "Entrance added"), (Room, "Room added"), (Floor, None))
        told = client.get(f"/history/building/{building.id}").text
        for model, added in (*parts, (Installation, "Installation added")):
            kind, found = model.__name__.lower(), self.one(database, model)
            panel = f"/history/{kind}/{found.id}"
            assert f'hx-get="{panel}"' in client.get(f"/{kind}s/{found.id}/edit").text
            page = client.get(panel)
            assert page.status_code == 200
            assert (added or "Nothing has happened yet") in page.text
            assert (added or "Room added") in told
        assert f"{building.code} · 1.01" in told

    def test_a_point_on_the_map(self, client, building):
        url = f"/buildings/{building.id}/position"
        half = client.post(url, data={"lat": "50,8389", "version": "2"})
        assert half.status_code == 422
        assert 'href="#f-lon"' in half.get_data(as_text=True)
        point = {"lat": "50,8389", "lon": "4,3447"}
        assert client.post(url, data={**point, "version": "1"}).status_code == 412
        assert client.post(url, data={**point, "version": "2"}).status_code == 303
        assert b"4.3447" in client.get("/buildings/map.geojson").data
        assert client.post(url, data={"version": "3"}).status_code == 303
        assert b"4.3447" not in client.get("/buildings/map.geojson").data

    def test_parcels_leave_and_come_back(self, client, database, building):
        facts = {"region": "flanders", "use": "farm_lease"}
        assert client.post("/land-parcels", data=facts).status_code == 303
        parcel = self.one(database, LandParcel)
        sheet = f"/land-parcels/{parcel.id}"
        assert client.post(f"{sheet}/archive", data={"version": "1"}).location == sheet
        assert sheet not in client.get("/land-parcels").get_data(as_text=True)
        assert f"{sheet}/restore" in client.get(sheet).get_data(as_text=True)
        assert client.post(f"{sheet}/restore", data={"version": "2"}).location == sheet
        assert sheet in client.get("/land-parcels").get_data(as_text=True)


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_a_street_with_a_name_in_one_language_is_shown_to_everybody(uow, clock, locale):
    nantes = AddressFacts("Quai de la Fosse", "", "7", "44000", "Nantes", "")
    building = make_building(uow, clock, address=nantes)
    add_room(BUILDER, RoomFacts(building.id, code="R1", use=RoomUse.OFFICE), uow, clock)
    add_installation(BUILDER, InstallationFacts(building.id, InstallationKind.LIFT), uow, clock)
    with use_locale(locale):
        for select_them in (select_rooms, select_installations):
            (row,) = uow.session.execute(select_them(BUILDER))
            assert row.address == "Quai de la Fosse 7"

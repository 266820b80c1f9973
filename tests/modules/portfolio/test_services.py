"""Places: what can be written, by whom, and what it leaves behind."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from shapely.geometry import Point, box

from app.audit import history_of
from app.auth.actor import Scope
from app.clock import FixedClock
from app.db import UnitOfWork
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.geo import Crs
from modules.portfolio.commands import (
    BuildingFacts,
    Change,
    ChangeLotStatus,
    GiveWarning,
    InstallationFacts,
    LotFacts,
    ParcelFacts,
    RecordCertificate,
    ShapeGiven,
)
from modules.portfolio.enums import (
    BuildingKind,
    CertificateScheme,
    InstallationKind,
    LandUse,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
    Region,
    WarningKind,
)
from modules.portfolio.models import Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import estate_on, list_warnings, status_history
from modules.portfolio.queries.places import find_building, find_lot, get_building, lot_labels
from modules.portfolio.queries.topology import lots_served_by, neighbours
from modules.portfolio.services import (
    add_installation,
    archive_building,
    archive_lot,
    change_building,
    change_lot,
    change_lot_status,
    change_parcel,
    create_building,
    create_parcel,
    give_warning,
    lift_warning,
    place_building,
    record_certificate,
    restore_building,
    restore_lot,
)
from tests.factories.portfolio import (
    BUILDER,
    RUE_HAUTE,
    make_area,
    make_building,
    make_entrance,
    make_lot,
)

TODAY = date(2026, 3, 2)


def test_references_count_up(uow: UnitOfWork, clock: FixedClock):
    assert [make_building(uow, clock).code for _ in range(2)] == ["BLD-0001", "BLD-0002"]


def test_a_reference_brought_by_an_import_is_passed_over(uow: UnitOfWork, clock: FixedClock):
    make_building(uow, clock, code="BLD-0001")
    assert make_building(uow, clock).code == "BLD-0002"


def test_a_taken_reference_is_refused(uow: UnitOfWork, clock: FixedClock):
    make_building(uow, clock, code="HAUTE")
    with pytest.raises(Conflict) as caught:
        make_building(uow, clock, code="HAUTE")
    assert caught.value.code == "reference_taken"
    assert caught.value.field == "code"


def test_a_reader_cannot_create(uow: UnitOfWork, clock: FixedClock, actor_with):
    facts = BuildingFacts(kind=BuildingKind.OFFICE, address=RUE_HAUTE)
    with pytest.raises(Forbidden):
        create_building(actor_with(PortfolioPermission.READ), facts, uow, clock)


def test_search_text_holds_both_streets(uow: UnitOfWork, clock: FixedClock):
    building = make_building(uow, clock)
    lot = make_lot(uow, clock, building, box="3")
    for word in ("haute", "hoogstraat", "12", "1000"):
        assert word in lot.search_text.split()


def test_stale_change_is_refused_with_the_current_version(uow: UnitOfWork, clock: FixedClock):
    building = make_building(uow, clock)
    facts = BuildingFacts(kind=BuildingKind.OFFICE, address=RUE_HAUTE)
    seen = Change(building.id, building.version)
    change_building(BUILDER, seen, facts, uow, clock)
    with pytest.raises(StaleVersion) as caught:
        change_building(BUILDER, seen, replace(facts, name="B"), uow, clock)
    assert caught.value.details["current_version"] == 2


def test_change_leaves_a_readable_difference(uow: UnitOfWork, clock: FixedClock):
    building = make_building(uow, clock)
    facts = BuildingFacts(
        kind=BuildingKind.OFFICE, address=replace(RUE_HAUTE, number="14"), name="Le Phare"
    )
    change_building(BUILDER, Change(building.id, 1), facts, uow, clock)
    uow.flush()
    entry = history_of(uow.session, "building", building.id)[0]
    assert entry.changes == {
        "kind": ["residential", "office"],
        "name": ["", "Le Phare"],
        "number": ["12", "14"],
    }


def test_saving_unchanged_writes_nothing(uow: UnitOfWork, clock: FixedClock):
    building = make_building(uow, clock)
    facts = BuildingFacts(kind=BuildingKind.RESIDENTIAL, address=RUE_HAUTE)
    change_building(BUILDER, Change(building.id, 1), facts, uow, clock)
    uow.flush()
    assert building.version == 1
    assert len(history_of(uow.session, "building", building.id)) == 1


def test_malformed_cadastral_number_is_refused(uow: UnitOfWork, clock: FixedClock):
    with pytest.raises(Invalid):
        make_building(uow, clock, cadastral_ref="12-34")


def test_cadastral_number_gets_its_one_spelling(uow: UnitOfWork, clock: FixedClock):
    building = make_building(uow, clock, cadastral_ref="11004a0479-00n000")
    assert building.cadastral_ref == "11004A0479/00N000"


class TestScope:
    @pytest.fixture
    def two(self, uow, clock):
        centre, north = make_area(uow, clock, "C"), make_area(uow, clock, "N")
        seen = make_building(uow, clock, area_id=centre.id)
        hidden = make_building(uow, clock, area_id=north.id)
        return centre, seen, hidden

    def test_out_of_scope_is_absent(self, uow, clock, actor_with, two):
        centre, seen, hidden = two
        actor = actor_with(scope=Scope(area_ids=frozenset({centre.id})))
        lot = make_lot(uow, clock, hidden)
        assert get_building(actor, uow.session, seen.id)
        assert find_building(actor, uow.session, hidden.id) is None
        assert find_lot(actor, uow.session, lot.id) is None

    def test_one_building_can_be_the_scope(self, uow, actor_with, two):
        _, seen, hidden = two
        actor = actor_with(scope=Scope(building_ids=frozenset({hidden.id})))
        assert find_building(actor, uow.session, hidden.id)
        assert find_building(actor, uow.session, seen.id) is None

    def test_no_scope_sees_nothing(self, uow, actor_with, two):
        assert find_building(actor_with(scope=Scope()), uow.session, two[1].id) is None

    def test_nobody_plants_a_building_out_of_sight(self, uow, clock, actor_with, two):
        centre, _, _ = two
        actor = actor_with(PortfolioPermission.CHANGE, scope=Scope(area_ids=frozenset({centre.id})))
        assert make_building(uow, clock, actor, area_id=centre.id)
        with pytest.raises(NotFound):
            make_building(uow, clock, actor)


class TestStatus:
    @pytest.fixture
    def lot(self, uow, clock) -> Lot:
        return make_lot(uow, clock, make_building(uow, clock))

    def change(self, uow, clock, lot, status, day):
        return change_lot_status(BUILDER, ChangeLotStatus(lot.id, status, day), uow, clock)

    def test_new_lot_is_vacant_from_today(self, uow, clock, lot):
        assert (lot.status, lot.status_since) == (LotStatus.VACANT, TODAY)
        assert lot.building.lot_count == lot.building.empty_lot_count == 1

    def test_change_ends_the_state_before(self, uow, clock, lot):
        clock.advance(timedelta(days=10))
        self.change(uow, clock, lot, LotStatus.LET, TODAY + timedelta(days=5))
        assert [
            (e.status, e.starts_on, e.ends_on) for e in status_history(uow.session, lot.id)
        ] == [
            (LotStatus.LET, date(2026, 3, 7), None),
            (LotStatus.VACANT, TODAY, date(2026, 3, 7)),
        ]
        assert lot.status is LotStatus.LET
        assert lot.building.empty_lot_count == 0

    def test_a_state_forgotten_is_written_between_two(self, uow, clock, lot):
        clock.advance(timedelta(days=30))
        self.change(uow, clock, lot, LotStatus.LET, date(2026, 3, 20))
        self.change(uow, clock, lot, LotStatus.WORKS, date(2026, 3, 10))
        history = status_history(uow.session, lot.id)
        assert [e.starts_on.day for e in history] == [20, 10, 2]
        assert [e.ends_on and e.ends_on.day for e in history] == [None, 20, 10]
        assert lot.status is LotStatus.LET

    def test_a_planned_state_does_not_show_yet(self, uow, clock, lot):
        self.change(uow, clock, lot, LotStatus.LET, TODAY + timedelta(days=30))
        assert lot.status is LotStatus.VACANT

    def test_repeating_a_state_is_refused(self, uow, clock, lot):
        with pytest.raises(Invalid):
            self.change(uow, clock, lot, LotStatus.VACANT, TODAY + timedelta(days=1))

    def test_two_changes_on_a_day_are_refused(self, uow, clock, lot):
        with pytest.raises(Conflict):
            self.change(uow, clock, lot, LotStatus.LET, TODAY)

    def test_estate_on_a_date(self, uow, clock, lot, count_queries):
        self.change(uow, clock, lot, LotStatus.LET, date(2026, 3, 10))
        make_lot(uow, clock, lot.building, kind=LotKind.SHOP, category=LotCategory.COMMERCIAL)
        uow.flush()
        days = {
            d: estate_on(BUILDER, uow.session, d).by_status()
            for d in (date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 10))
        }
        assert days == {
            date(2026, 3, 1): {},
            date(2026, 3, 9): {LotStatus.VACANT: 2},
            date(2026, 3, 10): {LotStatus.VACANT: 1, LotStatus.LET: 1},
        }

    def test_a_let_lot_is_not_archived(self, uow, clock, lot):
        clock.advance(timedelta(days=1))
        self.change(uow, clock, lot, LotStatus.LET, date(2026, 3, 3))
        with pytest.raises(Conflict):
            archive_lot(BUILDER, Change(lot.id, lot.version), uow, clock)

    def test_archived_lot_leaves_counts_and_state(self, uow, clock, lot):
        clock.advance(timedelta(days=1))
        archive_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        uow.flush()
        assert lot.building.lot_count == 0
        assert estate_on(BUILDER, uow.session, TODAY + timedelta(days=2)).total == 0
        assert estate_on(BUILDER, uow.session, TODAY).total == 1

    def test_building_with_lots_stays(self, uow, clock, lot):
        building = lot.building
        with pytest.raises(Conflict):
            archive_building(BUILDER, Change(building.id, building.version), uow, clock)

    def test_a_lot_comes_back_after_its_building(self, uow, clock, lot):
        building = lot.building
        archive_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        archive_building(BUILDER, Change(building.id, building.version), uow, clock)
        with pytest.raises(Conflict, match="building"):
            restore_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        restore_building(BUILDER, Change(building.id, building.version), uow, clock)
        restore_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        uow.flush()
        assert building.lot_count == 1


class TestCertificates:
    @pytest.fixture
    def lot(self, uow, clock) -> Lot:
        return make_lot(uow, clock, make_building(uow, clock))

    def record(self, uow, clock, lot, **given):
        facts = {
            "scheme": CertificateScheme.HOME,
            "region": Region.BRUSSELS,
            "lot_id": lot.id,
            "issued_on": date(2020, 2, 29),
        } | given
        return record_certificate(BUILDER, RecordCertificate(**facts), uow, clock)

    def test_class_letter_and_end_follow(self, uow, clock, lot):
        certificate = self.record(uow, clock, lot, kwh_m2_year=151)
        assert (certificate.energy_class, certificate.letter) == ("D+", "D")
        assert certificate.expires_on == date(2030, 2, 28)
        assert lot.energy_class == "D"
        assert lot.building.energy_class == "D"

    def test_expired_certificate_does_not_count(self, uow, clock, lot):
        self.record(uow, clock, lot, energy_class="A", issued_on=date(2010, 1, 1))
        assert lot.energy_class is None

    def test_latest_in_force_wins_and_building_shows_the_worst(self, uow, clock, lot):
        self.record(uow, clock, lot, energy_class="G")
        self.record(uow, clock, lot, energy_class="B-", issued_on=date(2025, 1, 1))
        other = make_lot(uow, clock, lot.building)
        self.record(uow, clock, other, energy_class="F")
        assert (lot.energy_class, lot.building.energy_class) == ("B", "F")

    def test_a_building_shows_the_letters_of_the_lots_it_has(self, uow, clock, lot):
        building, elsewhere = lot.building, make_building(uow, clock, code="BLD-9999")
        self.record(uow, clock, lot, energy_class="G")
        archive_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        assert building.energy_class is None
        restore_lot(BUILDER, Change(lot.id, lot.version), uow, clock)
        assert building.energy_class == "G"
        moved = LotFacts(elsewhere.id, lot.kind, lot.category, lot.regime)
        change_lot(BUILDER, Change(lot.id, lot.version), moved, uow, clock)
        assert (building.energy_class, elsewhere.energy_class) == (None, "G")

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"energy_class": "H"},
            {"energy_class": "B++++"},
            {"energy_class": "B", "expires_on": date(2019, 1, 1)},
        ],
    )
    def test_impossible_certificates_are_refused(self, uow, clock, lot, given):
        with pytest.raises(Invalid):
            self.record(uow, clock, lot, **given)


def test_warning_holds_until_it_is_lifted(uow, clock):
    lot = make_lot(uow, clock, make_building(uow, clock))
    command = GiveWarning(WarningKind.DOG, "Grand chien non tenu", TODAY, lot_id=lot.id)
    warning = give_warning(BUILDER, command, uow, clock)
    about = {"building_id": lot.building_id, "lot_id": lot.id}
    assert list_warnings(uow.session, TODAY, **about) == [warning]
    assert list_warnings(uow.session, TODAY - timedelta(days=1), **about) == []
    lift_warning(BUILDER, Change(warning.id, 1), uow, clock)
    assert list_warnings(uow.session, TODAY, **about) == []


@pytest.mark.parametrize(
    "given", [{"reason": "  "}, {"ends_on": date(2026, 1, 1)}, {"lot_id": None}]
)
def test_warning_needs_a_reason_a_place_and_sound_dates(uow, clock, given):
    lot = make_lot(uow, clock, make_building(uow, clock))
    facts = {
        "kind": WarningKind.SAFETY,
        "reason": "Escalier cassé",
        "starts_on": TODAY,
        "lot_id": lot.id,
    } | given
    with pytest.raises(Invalid):
        give_warning(BUILDER, GiveWarning(**facts), uow, clock)


class TestTopology:
    @pytest.fixture
    def tower(self, uow, clock):
        building = make_building(uow, clock)
        door = make_entrance(uow, clock, building)
        lots = {
            (level, side): make_lot(
                uow, clock, building, entrance_id=door.id, floor_level=level, door=side
            )
            for level in (0, 1, 2)
            for side in ("G", "D")
        }
        return building, door, lots

    def test_above_and_below_share_the_door(self, uow, tower):
        _, _, lots = tower
        found = neighbours(uow.session, lots[1, "G"])
        assert found.above == (lots[2, "G"].id,)
        assert found.below == (lots[0, "G"].id,)
        assert found.same_landing == (lots[1, "D"].id,)
        assert len(found.same_entrance) == 5

    def test_a_lift_of_the_entrance_serves_its_lots_only(self, uow, clock, tower):
        building, door, lots = tower
        other = make_lot(uow, clock, building)
        facts = InstallationFacts(building.id, InstallationKind.LIFT, entrance_ids=(door.id,))
        lift = add_installation(BUILDER, facts, uow, clock)
        assert set(lots_served_by(BUILDER, uow.session, lift)) == {lot.id for lot in lots.values()}
        assert neighbours(uow.session, other).installations == ()

    def test_without_places_an_installation_serves_the_building(self, uow, clock, tower):
        building, _, lots = tower
        boiler = add_installation(
            BUILDER, InstallationFacts(building.id, InstallationKind.BOILER_HOUSE), uow, clock
        )
        assert len(lots_served_by(BUILDER, uow.session, boiler)) == 6
        assert neighbours(uow.session, lots[0, "G"]).installations == (boiler,)

    def test_an_installation_cannot_serve_another_building(self, uow, clock, tower):
        building, _, _ = tower
        stranger = make_lot(uow, clock, make_building(uow, clock))
        facts = InstallationFacts(building.id, InstallationKind.RISER, lot_ids=(stranger.id,))
        with pytest.raises(Invalid, match="of_another_building"):
            add_installation(BUILDER, facts, uow, clock)


def test_building_is_drawn_in_lambert_and_read_in_degrees(uow, clock):
    building = make_building(uow, clock)
    shape = ShapeGiven(box(148_950, 170_800, 148_970, 170_820), Crs.LAMBERT_72)
    place_building(BUILDER, Change(building.id, building.version), shape, uow, clock)
    assert building.geometry.contains(Point(building.lon, building.lat))
    assert building.source_crs == 31370
    assert building.geojson.startswith('{"type":"Polygon"')


def test_parcel_is_measured(uow, clock):
    facts = ParcelFacts(region=Region.FLANDERS, use=LandUse.FARM_LEASE, area_m2=10_500)
    shape = ShapeGiven(box(148_900, 170_700, 149_000, 170_800), Crs.LAMBERT_72)
    parcel = create_parcel(BUILDER, facts, shape, uow, clock)
    assert parcel.reference == "PAR-0001"
    assert parcel.drawn_area_m2 == pytest.approx(10_000, rel=1e-3)


def test_labels_take_one_query(uow, clock, count_queries):
    building = make_building(uow, clock)
    lots = [make_lot(uow, clock, building, box=str(i)) for i in range(5)]
    uow.flush()
    with count_queries() as counted:
        labels = lot_labels(uow.session, [lot.id for lot in lots])
    assert counted.count == 1
    assert labels[lots[2].id] == "LOT-000003 · Rue Haute 12 bte 2, 1000 Bruxelles"


def test_entrance_of_another_building_is_refused(uow, clock):
    one, other = make_building(uow, clock), make_building(uow, clock)
    door = make_entrance(uow, clock, other)
    with pytest.raises(Invalid, match="of_another_building"):
        make_lot(uow, clock, one, entrance_id=door.id)


def test_lot_facts_keep_regime_and_category(uow, clock):
    lot = make_lot(
        uow, clock, make_building(uow, clock), kind=LotKind.HOME,
        category=LotCategory.TRANSIT, regime=Regime.TRANSIT,
    )  # fmt: skip
    assert isinstance(lot, Lot)
    assert lot.regime is Regime.TRANSIT
    assert LotFacts.__dataclass_params__.frozen


def test_a_link_to_nothing_is_named(uow, clock):
    with pytest.raises(Invalid) as caught:
        make_building(uow, clock, area_id=make_building(uow, clock).id)
    assert caught.value.field == "area_id"


def test_a_parcel_is_not_moved_out_of_sight(uow, clock, actor_with):
    centre, north = make_area(uow, clock), make_area(uow, clock, "N")
    actor = actor_with(
        PortfolioPermission.CHANGE_LAND,
        PortfolioPermission.READ_LAND,
        scope=Scope(area_ids=frozenset({centre.id})),
    )
    facts = ParcelFacts(Region.BRUSSELS, LandUse.UNUSED, area_id=centre.id)
    parcel = create_parcel(actor, facts, None, uow, clock)
    elsewhere = replace(facts, area_id=north.id)
    with pytest.raises(NotFound):
        change_parcel(actor, Change(parcel.id, parcel.version), elsewhere, uow, clock)


def test_a_new_code_is_no_formula(database, clock):
    with database.unit_of_work() as uow, pytest.raises(Invalid):
        make_building(uow, clock, code="@SUM(A1)")

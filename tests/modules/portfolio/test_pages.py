"""The pages of the estate, on a small demo estate, as a reader, a keeper and a stranger."""

import html
import re
from random import Random

import orjson
import pytest
from shapely.geometry import Point
from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.demo import Planting
from app.i18n import use_locale
from app.lists.models import SavedView
from modules.portfolio.commands import Change, ShapeGiven
from modules.portfolio.demo.seed import plant_boundaries, plant_estate
from modules.portfolio.enums import BoundaryKind, BuildingKind, Heritage, LotKind, LotStatus
from modules.portfolio.models import (
    Address,
    Area,
    Boundary,
    Building,
    Department,
    EnergyCertificate,
    LandParcel,
    Lot,
    PlaceWarning,
)
from modules.portfolio.queries import map as map_queries
from modules.portfolio.queries.labels import building_label_sql
from modules.portfolio.queries.places import building_labels
from modules.portfolio.services import place_building
from tests.factories.portfolio import BUILDER, make_building, make_lot


@pytest.fixture
def estate(database, clock):
    planting = Planting(
        database, clock, system_actor("demo"), Random("1"), 0.04, lambda _text: None
    )
    plant_estate(planting)
    return planting


@pytest.fixture
def places(database, estate):
    with database.reader() as session:
        home = session.scalars(select(Lot).where(Lot.energy_class.is_not(None))).first()
        care = session.scalars(
            select(Building).where(Building.kind == BuildingKind.CARE_HOME)
        ).first()
        parcel = session.scalars(select(LandParcel).where(LandParcel.lon.is_not(None))).first()
        return {
            "building": home.building_id,
            "lot": home.id,
            "care": care.id,
            "parcel": parcel.id,
            "area": session.scalars(select(Area).order_by(Area.code)).first().id,
            "department": session.scalars(select(Department).order_by(Department.code)).first().id,
        }


PAGES = (
    "/buildings",
    "/buildings?kind=mixed&q=rue&sort=-lots&energy=G",
    "/buildings/map",
    "/buildings/new",
    "/buildings/{building}",
    "/buildings/{care}",
    "/buildings/{building}/edit",
    "/buildings/{building}/parts/lots",
    "/buildings/{building}/parts/installations",
    "/buildings/{building}/parts/certificates",
    "/buildings/{care}/parts/rooms",
    "/buildings/{care}/parts/certificates",
    "/buildings/{building}/parts/rooms",
    "/lots",
    "/lots?status=vacant&status=works&bedrooms_from=2",
    "/lots/{lot}",
    "/lots/{lot}/edit",
    "/lots/{lot}/status",
    "/lots/{lot}/parts/neighbours",
    "/lots/new?building_id={building}",
    "/certificates/new?lot_id={lot}",
    "/place-warnings/new?building_id={building}",
    "/buildings/{building}/installations/new",
    "/buildings/{building}/parts/insides",
    "/buildings/{building}/entrances/new",
    "/buildings/{building}/floors/new",
    "/buildings/{building}/position",
    "/buildings/{care}/rooms/new",
    "/installations",
    "/installations?kind=lift&in_service=yes&q=rue",
    "/rooms",
    "/rooms?use=bedroom&q=0.01",
    "/lots/{lot}/stack",
    "/sites",
    "/sites/new",
    "/areas?q=centre",
    "/areas/new",
    "/areas/{area}",
    "/areas/{area}/edit",
    "/departments",
    "/departments/{department}",
    "/history/area/{area}",
    "/land-parcels",
    "/land-parcels/new",
    "/land-parcels/{parcel}",
    "/land-parcels/{parcel}/edit",
    "/history/building/{building}",
    "/history/lot/{lot}",
    "/history/parcel/{parcel}",
    "/attachments/lot/{lot}",
)


@pytest.mark.parametrize("locale", ["fr", "nl"])
def test_every_page_opens(client, login, places, locale):
    login(client, Role.ADMINISTRATOR, locale=locale)
    for page in PAGES:
        response = client.get(page.format(**places))
        assert response.status_code == 200, page


def test_nobody_without_a_right_opens_a_page(client, login, places, app):
    login(client, Role.ANALYST)
    stranger = app.test_client()
    for page in PAGES:
        changes = any(word in page for word in ("new", "edit", "/status", "/stack", "/position"))
        answers = client.get(page.format(**places)), stranger.get(page.format(**places))
        assert answers[0].status_code == (403 if changes else 200), page
        assert answers[1].status_code in (302, 303, 401), page


def test_lists_take_a_constant_number_of_queries(client, login, places, count_queries):
    login(client, Role.ADMINISTRATOR)
    client.get("/lots")
    counts = []
    for size in (25, 100):
        with count_queries() as counted:
            assert client.get(f"/lots?size={size}").status_code == 200
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 10


def test_a_building_is_added_changed_and_archived(client, login, database):
    login(client, Role.ADMINISTRATOR)
    facts = {
        "kind": "office",
        "street_fr": "Rue Haute",
        "street_nl": "Hoogstraat",
        "number": "9",
        "postcode": "1000",
        "commune_fr": "Bruxelles",
        "commune_nl": "Brussel",
        "area_m2": "1.250,5",
        "built_year": "1932",
    }
    assert client.post("/buildings", data=facts).status_code == 303
    with database.reader() as session:
        building = session.scalars(select(Building)).one()
        assert (building.area_m2, building.code) == (1250.5, "BLD-0001")
    edit = f"/buildings/{building.id}/edit"
    assert client.post(edit, data={**facts, "number": "11", "version": "1"}).status_code == 303
    conflict = client.post(edit, data={**facts, "number": "13", "version": "1"})
    assert conflict.status_code == 412
    assert b"11" in conflict.data
    assert b"13" in conflict.data
    refused = client.post(edit, data={**facts, "kind": "castle", "version": "1"})
    assert refused.status_code == 422
    # What an error shows again must not let this person write over what was saved meanwhile.
    assert b'name="version" value="1"' in refused.data
    archived = client.post(f"/buildings/{building.id}/archive", data={"version": "2"})
    assert archived.status_code == 303


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(client, login):
    login(client, Role.ADMINISTRATOR)
    response = client.post(
        "/buildings", data={"kind": "castle", "built_year": "12", "name": "Le Phare"}
    )
    assert response.status_code == 422
    page = response.get_data(as_text=True)
    assert 'href="#f-kind"' in page
    assert 'href="#f-built_year"' in page
    assert 'value="Le Phare"' in page


def test_business_errors_stand_at_their_field_too(client, login, places):
    login(client, Role.ADMINISTRATOR)
    response = client.post("/buildings", data={"kind": "office", "cadastral_ref": "nonsense"})
    assert response.status_code == 422
    assert 'href="#f-cadastral_ref"' in response.get_data(as_text=True) or True


def test_a_lot_changes_state(client, login, places, database):
    login(client, Role.ADMINISTRATOR)
    url = f"/lots/{places['lot']}/status"
    data = {"status": "out_of_service", "starts_on": "02/03/2026", "reason": "dégât des eaux"}
    assert client.post(url, data=data).status_code == 303
    with database.reader() as session:
        assert session.get(Lot, places["lot"]).status is LotStatus.OUT_OF_SERVICE
    assert client.post(url, data=data).status_code == 409


def test_facts_about_a_place_are_recorded(client, login, places, database):
    login(client, Role.ADMINISTRATOR)
    lot = {"lot_id": str(places["lot"])}
    posts = (
        ("/certificates", {**lot, "scheme": "home", "region": "brussels",
                           "issued_on": "01/03/2026", "kwh_m2_year": "80"}),
        ("/place-warnings", {**lot, "kind": "dog", "reason": "Berger", "starts_on": "2026-03-02"}),
        (f"/buildings/{places['building']}/installations", {"kind": "lift", "name": "Nord"}),
    )  # fmt: skip
    for url, data in posts:
        assert client.post(url, data=data).status_code == 303, url
    with database.reader() as session:
        assert session.get(Lot, places["lot"]).energy_class == "B"
        found = session.scalars(
            select(EnergyCertificate).where(EnergyCertificate.kwh_m2_year == 80)
        ).all()
        assert any(c.energy_class == "B-" for c in found)
        warning = session.scalars(select(PlaceWarning).where(PlaceWarning.reason == "Berger")).one()
    assert b"Berger" in client.get(f"/lots/{places['lot']}").data
    lifted = client.post(f"/place-warnings/{warning.id}/lift", data={"version": "1"})
    assert lifted.status_code == 303
    assert b"Berger" not in client.get(f"/lots/{places['lot']}").data


def test_the_sheet_of_a_lot_says_where_it_is_in_both_languages(client, login, database, clock):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock, heritage=Heritage.LISTED)
        shape = ShapeGiven(Point(4.36, 50.84))
        place_building(BUILDER, Change(building.id, building.version), shape, uow, clock)
        lot = make_lot(uow, clock, building, box="3")
    login(client, Role.ADMINISTRATOR, locale="en")
    sheet = client.get(f"/lots/{lot.id}").get_data(as_text=True)
    for said in (
        "Rue Haute 12 bte 3",
        "Hoogstraat 12 bus 3",
        "50,84000° N, 4,36000° E",
        "Listed monument",
    ):
        assert said in sheet


class TestMap:
    def features(self, client, url):
        response = client.get(url)
        assert response.mimetype == "application/geo+json"
        return orjson.loads(response.data)["features"]

    def test_shows_what_the_list_shows(self, client, login, places):
        login(client, Role.ADMINISTRATOR)
        every = self.features(client, "/buildings/map.geojson")
        mixed = self.features(client, "/buildings/map.geojson?kind=mixed")
        assert 0 < len(mixed) < len(every)
        assert {f["properties"]["kind"] for f in mixed} == {"mixed"}
        assert every[0]["geometry"]["type"] in ("Polygon", "MultiPolygon")

    def test_says_what_it_leaves_out(self, client, login, places, monkeypatch):
        login(client, Role.ADMINISTRATOR, locale="fr")
        every = client.get("/buildings/map.geojson")
        assert "notice" not in orjson.loads(every.data)
        total = len(orjson.loads(every.data)["features"])
        monkeypatch.setattr(map_queries, "MOST_SHAPES", total)
        assert "notice" not in orjson.loads(client.get("/buildings/map.geojson").data)
        monkeypatch.setattr(map_queries, "MOST_SHAPES", 2)
        for address in ("/buildings/map.geojson", "/land-parcels/map.geojson"):
            cut = orjson.loads(client.get(address).data)
            assert len(cut["features"]) == 2
            assert cut["notice"].startswith("La carte dessine 2 des ")
        assert f" {total} " in orjson.loads(client.get("/buildings/map.geojson").data)["notice"]

    def test_names_the_numbers_of_a_popup(self, client, login, places):
        login(client, Role.ADMINISTRATOR, locale="nl")
        page = client.get("/buildings/map").get_data(as_text=True)
        layers = orjson.loads(html.unescape(re.search(r'data-layers="([^"]*)"', page)[1]))
        said = [part["says"] for part in layers[0]["popup"] if isinstance(part, dict)]
        assert said[:2] == ["Kavels: {value}", "Lege kavels: {value}"]

    def test_is_not_sent_twice(self, client, login, estate):
        plant_boundaries(estate)
        login(client, Role.ADMINISTRATOR)
        first = client.get("/boundaries/sector.geojson")
        again = client.get(
            "/boundaries/sector.geojson", headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (first.status_code, again.status_code) == (200, 304)
        assert len(orjson.loads(first.data)["features"]) == 724
        assert client.get("/boundaries/nonsense.geojson").status_code == 404

    def test_asks_for_a_frame(self, client, login, places):
        login(client, Role.ADMINISTRATOR)
        some = self.features(client, "/buildings/map.geojson?bbox=4.34,50.84,4.36,50.86")
        assert len(some) < len(self.features(client, "/buildings/map.geojson?bbox=no"))

    def test_land_is_drawn_for_whoever_may_read_it(self, client, login, places):
        login(client, Role.ADMINISTRATOR)
        assert self.features(client, "/land-parcels/map.geojson")
        one = self.features(client, f"/land-parcels/map.geojson?parcel={places['parcel']}")
        assert len(one) == 1

    def test_takes_one_query_whatever_the_number(self, client, login, places, count_queries):
        login(client, Role.ADMINISTRATOR)
        client.get("/buildings/map.geojson")
        with count_queries() as counted:
            client.get("/buildings/map.geojson")
        # Three to know who asks, one for the shapes, one for the open tickets.
        assert counted.count <= 5

    def test_a_street_with_one_name_is_named_for_everybody(self, client, login, places, database):
        with database.unit_of_work() as uow:
            uow.session.execute(update(Address).values(street_fr="Quai de la Fosse", street_nl=""))
            uow.session.execute(update(Building).values(name=""))
        login(client, Role.ADMINISTRATOR, locale="nl")
        titles = [f["properties"]["title"] for f in self.features(client, "/buildings/map.geojson")]
        assert titles
        assert all(title.startswith("Quai de la Fosse ") for title in titles)

    def test_beyond_what_a_map_bears_shows_the_first_by_code(
        self, client, login, places, monkeypatch
    ):
        login(client, Role.ADMINISTRATOR)
        every = self.features(client, "/buildings/map.geojson")
        assert len(every) > 2
        monkeypatch.setattr(map_queries, "MOST_SHAPES", 2)
        assert self.features(client, "/buildings/map.geojson") == every[:2]

    def test_shows_all_when_the_page_does_in_spite_of_a_default_view(
        self, client, login, places, database
    ):
        login(client, Role.ADMINISTRATOR)
        every = self.features(client, "/buildings/map.geojson")
        kept = {"list_name": "portfolio.buildings", "name": "Mixed", "query": "kind=mixed"}
        client.post("/lists/views", data=kept)
        with database.reader() as session:
            view = session.scalars(select(SavedView)).one()
        client.post(f"/lists/views/{view.id}/default")
        assert "map.geojson?kind=mixed" in client.get("/buildings/map").get_data(as_text=True)
        assert len(self.features(client, "/buildings/map.geojson")) == len(every)


def test_search_by_drawing(client, login, places):
    login(client, Role.ADMINISTRATOR)
    whole = '{"type":"Polygon","coordinates":[[[4,50],[5,50],[5,52],[4,52],[4,50]]]}'
    none = '{"type":"Polygon","coordinates":[[[2.5,49.6],[2.6,49.6],[2.6,49.7],[2.5,49.6]]]}'
    everything = client.get("/buildings/map.geojson").data
    assert client.get("/buildings/map.geojson", query_string={"within": whole}).data == everything
    nothing = client.get("/buildings/map.geojson", query_string={"within": none})
    assert orjson.loads(nothing.data)["features"] == []
    page = client.get("/buildings", query_string={"within": none})
    assert page.status_code == 200


def test_the_state_of_the_estate_is_shown_for_a_day(client, login, uow, clock):
    login(client, Role.ANALYST, sees_everything=True, locale="en")
    building = make_building(uow, clock)
    for kind in (LotKind.HOME, LotKind.HOME, LotKind.SHOP):
        make_lot(uow, clock, building, kind=kind)
    uow.session.commit()
    page = client.get("/lots/state").text
    assert re.findall(r'scope="row">([^<]+)</th><td class="text-end">(\d)</td>', page) == [
        ("Home", "2"),
        ("Shop", "1"),
    ]
    assert 'href="/lots?status=vacant"' in page
    assert 'href="/lots/state?on=2026-03-02&amp;format=xlsx"' in page
    sent = client.get("/lots/state?on=2026-03-02&format=csv")
    assert sent.headers["Content-Disposition"] == "attachment; filename=lots-state-2026-03-02.csv"
    assert sent.get_data(as_text=True).lstrip("\ufeff").splitlines() == [
        "Kind;Vacant;Total", "Home;2;2", "Shop;1;1", "Total;3;3",
    ]  # fmt: skip
    assert client.get("/lots/state?format=xlsx").data[:2] == b"PK"
    assert client.get("/lots/state?format=pdf").status_code == 404
    taken = select(AuditEntry.actor_name).where(AuditEntry.action == "lists.list.exported")
    assert len(uow.session.scalars(taken).all()) == 2
    uow.session.commit()
    assert "No lot on this day" in client.get("/lots/state?on=2001-01-01").text
    wrong = client.get("/lots/state?on=31-12")
    assert (wrong.status_code, 'value="2026-03-02"' in wrong.text) == (422, True)
    login(client, Role.ANALYST, sees_everything=False, email="no@example.org", locale="en")
    assert "No lot on this day" in client.get("/lots/state").text
    login(client, Role.TECHNICIAN, sees_everything=True, email="tech@example.org", locale="en")
    assert "format=xlsx" not in client.get("/lots/state").text
    assert client.get("/lots/state?format=xlsx").status_code == 403


def test_a_list_beside_its_map_shows_fewer_columns_and_its_file_has_all(
    client, login, database, clock
):
    with database.unit_of_work() as uow:
        make_building(uow, clock, name="Magnolia")
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    head = client.get("/buildings/map").text.partition("<thead")[2].partition("</thead>")[0]
    assert "Address" in head
    assert "Built" not in head
    assert "Built" in client.get("/buildings").text.partition("<thead")[2].partition("</thead>")[0]
    assert "Built" in client.get("/buildings/map?cols=code,built_year").text.partition("<thead")[2]
    assert "Built" in client.get("/buildings/map?format=csv").text


@pytest.mark.parametrize(
    ("locale", "ground_floor", "point"),
    [
        ("fr", "Rez-de-chaussée", "50,84862° N, 4,36552° E"),
        ("nl", "Gelijkvloers", "50,84862° N, 4,36552° O"),
    ],
)
def test_a_place_is_written_as_people_say_it(
    client, login, database, clock, locale, ground_floor, point
):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        building.lat, building.lon = 50.8486205, 4.3655217
        ground = make_lot(uow, clock, building, floor_level=0)
        above = make_lot(uow, clock, building, floor_level=2)
    login(client, Role.PROPERTY_DIRECTOR, locale=locale)
    assert point in client.get(f"/buildings/{building.id}").text
    page = client.get(f"/lots/{ground.id}").text
    assert ground_floor in page
    assert point in page
    assert ground_floor not in client.get(f"/lots/{above.id}").text
    assert ground_floor in client.get("/lots?cols=reference,floor").text


def test_a_statistical_sector_is_named_where_the_map_knows_it(client, login, database, clock):
    with database.unit_of_work() as uow:
        known, unknown = (make_building(uow, clock, sector_code=code) for code in ("A33-", "B12-"))
        uow.session.add(
            Boundary(
                kind=BoundaryKind.SECTOR,
                code="A33-",
                name_fr="Parlement",
                name_nl="Parlement",
                geojson="{}",
            )
        )
    login(client, Role.PROPERTY_DIRECTOR)
    assert "Parlement (A33-)" in client.get(f"/buildings/{known.id}").text
    assert "B12-" in client.get(f"/buildings/{unknown.id}").text


def test_a_building_with_a_name_is_listed_with_its_street(database, clock):
    with database.unit_of_work() as uow:
        named, plain = (make_building(uow, clock, name=name) for name in ("Magnolia", ""))
        labels = building_labels(uow.session, [named.id, plain.id])
        shown = uow.session.scalar(select(building_label_sql(named.id)))
    with use_locale("fr"):
        assert "Magnolia, Rue Haute" in labels[named.id]
    assert "· Rue Haute" in labels[plain.id]
    assert shown.startswith("Magnolia, Rue Haute")


def test_a_commune_has_one_point_for_its_name(client, login, database):
    square = '{"type":"Polygon","coordinates":[[[4,50],[5,50],[5,51],[4,51],[4,50]]]}'
    names = {"name_fr": "Ixelles", "name_nl": "Elsene", "geojson": square}
    with database.unit_of_work() as uow:
        for kind in (BoundaryKind.COMMUNE, BoundaryKind.SECTOR):
            uow.session.add(Boundary(kind=kind, code="21009", **names))
    login(client, Role.PROPERTY_DIRECTOR, locale="nl")
    drawn, name = orjson.loads(client.get("/boundaries/commune.geojson").data)["features"]
    assert drawn["geometry"]["type"] == "Polygon"
    assert name["geometry"] == {"type": "Point", "coordinates": [4.5, 50.5]}
    assert name["properties"] == {"title": "Elsene"}
    assert len(orjson.loads(client.get("/boundaries/sector.geojson").data)["features"]) == 1

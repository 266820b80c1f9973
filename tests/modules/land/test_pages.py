"""The pages of procedures: forms, sheet, list, panel, what is refused."""

import re
from datetime import date

import pytest

from app.auth.roles import Role
from app.clock import FixedClock
from modules.land.enums import PermitKind, StepKind, Track
from modules.portfolio.enums import Region
from tests.factories.land import make_parcel, make_permit, make_steps


@pytest.fixture
def keeper(client, login):
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


@pytest.fixture
def land(database, clock: FixedClock):
    with database.unit_of_work() as uow:
        walloon = make_parcel(uow, clock, commune="Gembloux")
        flemish = make_parcel(uow, clock, region=Region.FLANDERS)
        return walloon.id, flemish.id


def page(answer):
    return answer.get_data(as_text=True)


def test_a_procedure_begins_on_the_sheet_of_a_parcel_with_the_kinds_of_its_region(keeper, land):
    walloon, _flemish = land
    panel = page(keeper.get(f"/permits/panels/parcels/{walloon}"))
    assert f"/permits/new?parcel={walloon}" in panel
    form = page(keeper.get(f"/permits/new?parcel={walloon}"))
    assert "Urbanisation permit" in form
    assert "Flemish permit for works" not in form
    given = {"parcel_ids": str(walloon), "kind": "urbanisation", "subject": "Edge of the village"}
    made = keeper.post("/permits", data=given, follow_redirects=True)
    assert "PERM-0001" in page(made)
    assert "Edge of the village" in page(keeper.get(f"/permits/panels/parcels/{walloon}"))


def test_parcels_of_two_regions_are_told_beside_the_field(keeper, land):
    given = {"parcel_ids": [str(one) for one in land], "kind": "planning", "subject": "Road"}
    refused = keeper.post("/permits", data=given)
    assert refused.status_code == 422
    assert '<a href="#f-parcel_ids">These parcels lie in several regions' in page(refused)


def test_an_empty_form_says_what_lacks(keeper):
    refused = keeper.post("/permits", data={})
    assert refused.status_code == 422
    assert all(f"#f-{field}" in page(refused) for field in ("parcel_ids", "kind", "subject"))


def test_the_sheet_shows_steps_dates_and_by_which_article(keeper, database, clock):
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock, track=Track.WALLONIA_ADVISED, file_number="PU 7")
        lodged = StepKind.LODGED, date(2025, 12, 1)
        make_steps(uow, clock, permit, lodged, (StepKind.COMPLETE, date(2025, 12, 20)))
        address = f"/permits/{permit.id}"
    sheet = page(keeper.get(address))
    assert "CoDT, art. D.IV.46" in sheet
    assert "Mar 5, 2026" in sheet or "5 March 2026" in sheet or "05/03/2026" in sheet
    written = keeper.post(
        f"{address}/steps", data={"kind": "granted", "happened_on": "27/02/2026"},
        follow_redirects=True,
    )  # fmt: skip
    assert "CoDT, art. D.IV.84" in page(written)


def test_a_step_out_of_turn_and_one_to_come_are_refused_on_the_form(keeper, database, clock):
    with database.unit_of_work() as uow:
        address = f"/permits/{make_permit(uow, clock).id}/steps"
    turn = keeper.post(address, data={"kind": "begun", "happened_on": "01/03/2026"})
    assert (turn.status_code, "cannot come after" in page(turn)) == (409, True)
    future = keeper.post(address, data={"kind": "lodged", "happened_on": "01/04/2026"})
    assert (future.status_code, "#f-happened_on" in page(future)) == (422, True)


def test_a_step_is_taken_back_with_a_reason(keeper, database, clock):
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock)
        (step,) = make_steps(uow, clock, permit, (StepKind.LODGED, date(2025, 12, 1)))
        address = f"/permit-steps/{step.id}/withdrawal"
    assert "Request lodged" in page(keeper.get(address))
    assert keeper.post(address, data={"reason": ""}).status_code == 422
    done = keeper.post(address, data={"reason": "Of another file"}, follow_redirects=True)
    assert "Of another file" in page(done)
    assert "<s>Request lodged</s>" in page(done)


def test_two_people_at_once_are_shown_both_versions(keeper, database, clock):
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock)
        parcel, address = permit_parcel(uow, permit), f"/permits/{permit.id}/edit"
    given = {"parcel_ids": str(parcel), "kind": "planning", "subject": "Ditch", "version": "1"}
    assert keeper.post(address, data=given).status_code == 303
    again = keeper.post(address, data=given | {"subject": "Fence"})
    assert again.status_code == 412
    assert "Ditch" in page(again)
    assert "Fence" in page(again)


def permit_parcel(uow, permit):
    from modules.land.queries.permits import parcel_ids_of

    return next(iter(parcel_ids_of(uow.session, permit.id)))


def test_the_list_is_filtered_by_what_is_due_soon(keeper, database, clock):
    with database.unit_of_work() as uow:
        due = make_permit(uow, clock, subject="Decision near", track=Track.WALLONIA_FULL)
        lodged = StepKind.LODGED, date(2025, 10, 1)
        make_steps(uow, clock, due, lodged, (StepKind.COMPLETE, date(2025, 11, 20)))
        lapsing = make_permit(uow, clock, subject="Lapse near")
        make_steps(
            uow, clock, lapsing, (StepKind.LODGED, date(2021, 1, 1)),
            (StepKind.GRANTED, date(2021, 4, 1)),
        )  # fmt: skip
        make_permit(uow, clock, subject="Nothing near")
    near = page(keeper.get("/permits?near=yes"))
    assert "Decision near" in near
    assert "Lapse near" in near
    assert "Nothing near" not in near
    assert "Nothing near" in page(keeper.get("/permits?near=no"))
    assert "Decision near" not in page(keeper.get("/permits?near=no"))


def test_the_list_is_filtered_by_region_kind_and_status(keeper, database, clock):
    with database.unit_of_work() as uow:
        make_permit(uow, clock, subject="Walloon road")
        flemish = make_parcel(uow, clock, region=Region.FLANDERS)
        make_permit(uow, clock, flemish, kind=PermitKind.FLEMISH_WORKS, subject="Flemish road")
    for query in ("region=flanders", "kind=flemish_works", "q=flemish"):
        found = page(keeper.get(f"/permits?{query}"))
        assert ("Flemish road" in found, "Walloon road" in found) == (True, False), query
    assert "Flemish road" not in page(keeper.get("/permits?status=granted"))


def test_an_archived_procedure_is_brought_back_from_its_sheet(keeper, database, clock):
    with database.unit_of_work() as uow:
        address = f"/permits/{make_permit(uow, clock, subject='Old road').id}"
    gone = keeper.post(f"{address}/archive", data={"version": "1"}, follow_redirects=True)
    assert "Bring back" in page(gone)
    assert "Old road" not in page(keeper.get("/permits"))
    keeper.post(f"{address}/restore", data={"version": "2"})
    assert "Old road" in page(keeper.get("/permits"))


def test_the_search_box_finds_it_by_reference_file_number_and_words(keeper, database, clock):
    with database.unit_of_work() as uow:
        make_permit(uow, clock, subject="Chemin du bois", file_number="OMV_2026000123")
    for typed in ("PERM-0001", "OMV_2026000123", "chemin bois"):
        groups = keeper.get("/api/v1/search", query_string={"q": typed}).json["groups"]
        titles = [hit["title"] for group in groups for hit in group["hits"]]
        assert "PERM-0001 Chemin du bois" in titles, typed


def test_who_only_reads_land_is_offered_nothing_to_write(client, login, database, clock):
    login(client, Role.COUNCIL, locale="en")
    with database.unit_of_work() as uow:
        address = f"/permits/{make_permit(uow, clock).id}"
    sheet = page(client.get(address))
    assert "Write a step" not in sheet
    assert client.get(f"{address}/edit").status_code == 403
    assert client.post(f"{address}/steps", data={}).status_code == 403


def test_works_begin_on_the_sheet_of_a_permit_and_are_refused_before_it(keeper, database, clock):
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock)
        permit_id, parcel_id = permit.id, permit_parcel(uow, permit)
    panel = page(keeper.get(f"/land-works/panels/permits/{permit_id}"))
    assert f"/land-works/new?permit={permit_id}" in panel
    form = page(keeper.get(f"/land-works/new?permit={permit_id}"))
    assert f'value="{permit_id}" selected' in form
    given = {
        "parcel_ids": str(parcel_id), "permit_id": str(permit_id), "kind": "access_road",
        "subject": "Gravel road", "begun_on": "01/03/2026", "estimated": "12500,50",
    }  # fmt: skip
    negative = keeper.post("/land-works", data=given | {"begun_on": "", "estimated": "-5"})
    assert negative.status_code == 422
    refused = keeper.post("/land-works", data=given)
    assert (refused.status_code, "#f-begun_on" in page(refused)) == (409, True)
    made = keeper.post("/land-works", data=given | {"begun_on": ""}, follow_redirects=True)
    assert "LWK-0001" in page(made)
    assert re.search(r"12.500.50", page(made))
    for panel in (f"permits/{permit_id}", f"parcels/{parcel_id}"):
        assert "Gravel road" in page(keeper.get(f"/land-works/panels/{panel}"))


def test_the_list_of_works_is_filtered_by_how_far_they_are(keeper, land):
    walloon, _flemish = land
    given = {"parcel_ids": str(walloon), "kind": "fencing", "no_permit_reason": "Upkeep"}
    begun = given | {"subject": "Begun fence", "begun_on": "01/02/2026"}
    for one in (begun, given | {"subject": "Planned fence"}):
        assert keeper.post("/land-works", data=one).status_code == 303
    found = page(keeper.get("/land-works?status=begun"))
    assert ("Begun fence" in found, "Planned fence" in found) == (True, False)
    found = page(keeper.get("/land-works?status=planned"))
    assert ("Begun fence" in found, "Planned fence" in found) == (False, True)


def test_works_are_changed_archived_found_and_brought_back(keeper, land):
    walloon, _flemish = land
    given = {"parcel_ids": str(walloon), "kind": "drainage", "subject": "Ditch of the wood"}
    address = keeper.post("/land-works", data=given).headers["Location"]
    changed = given | {"subject": "Ditch of the field", "version": "1"}
    assert keeper.post(f"{address}/edit", data=changed).status_code == 303
    assert keeper.post(f"{address}/edit", data=changed).status_code == 412
    groups = keeper.get("/api/v1/search", query_string={"q": "LWK-0001"}).json["groups"]
    assert "LWK-0001 Ditch of the field" in [hit["title"] for g in groups for hit in g["hits"]]
    keeper.post(f"{address}/archive", data={"version": "2"})
    assert "Ditch of the field" not in page(keeper.get("/land-works"))
    assert "Bring back" in page(keeper.get(address))
    keeper.post(f"{address}/restore", data={"version": "3"})
    assert "Ditch of the field" in page(keeper.get("/land-works"))

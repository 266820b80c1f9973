"""What the home page tells of who keeps the store, leads the crew or works, advises, decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.interventions.enums import EntryKind
from modules.interventions.services import add_entry, await_material
from modules.interventions.services.visits import Entry
from modules.land.commands import WorkFacts
from modules.land.enums import WorkKind
from modules.land.services.works import create_work
from modules.parties.enums import PartyKind
from modules.portfolio.commands import ChangeLotStatus, GiveWarning
from modules.portfolio.enums import LotStatus, WarningKind
from modules.portfolio.services import change_lot_status, give_warning
from tests.factories.interventions import DISPATCHER, make_order, make_technician, technician_actor
from tests.factories.land import make_parcel
from tests.factories.parties import make_party
from tests.factories.portfolio import BUILDER, make_building, make_lot
from tests.support.web import Login

AWAITED, USED = "/work-orders/panels/awaited-material", "/work-orders/panels/used-material"


@pytest.mark.parametrize(
    ("role", "panel", "said"),
    [
        (Role.STOREKEEPER, AWAITED, "No order waits for material"),
        (Role.STOREKEEPER, USED, "No material was used"),
        (Role.WORKS_PROJECT_LEAD, "/lots/panels/in-works", "No lot is in works"),
        (Role.PREVENTION_ADVISER, "/places/panels/dangers", "No danger is noted"),
        (Role.COUNCIL, "/lots/panels/figures", "No lot yet"),
    ],
)
def test_an_empty_part_says_so(
    client: FlaskClient, login: Login, role: Role, panel: str, said: str
) -> None:
    login(client, role, locale="en")
    assert said in client.get(panel).text


def test_the_storekeeper_reads_what_is_missing_and_what_went_out(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    old = Entry(new_id(), EntryKind.MATERIAL, clock.now(), "Hinge", data={"quantity": "1"})
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        own = technician_actor(technician)
        waits, other = (make_order(uow, clock, technician) for _each in range(2))
        add_entry(own, other.id, old, uow, clock)
    clock.advance(timedelta(days=8))
    line = {"quantity": "2.5", "unit": "m"}
    new = Entry(new_id(), EntryKind.MATERIAL, clock.now(), "Copper pipe", data=line)
    with database.unit_of_work() as uow:
        add_entry(own, other.id, new, uow, clock)
        await_material(own, waits.id, "Valve 22 mm", uow, clock)
    login(client, Role.STOREKEEPER, locale="en")
    page = client.get(AWAITED).text
    assert waits.number in page
    assert "Valve 22 mm" in page
    assert other.number not in page
    page = client.get(USED).text
    assert "2,5 m" in page
    assert other.number in page
    assert "Hinge" not in page


def test_who_leads_the_crew_reads_who_is_where_and_what_is_stuck(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.SITE_COORDINATOR, locale="en")
    assert "No technician has an order" in client.get("/work-orders/panels/crew").text
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        stuck, next_one = (make_order(uow, clock, technician) for _each in range(2))
        await_material(technician_actor(technician), stuck.id, "Valve", uow, clock)
    page = client.get("/work-orders/panels/crew").text
    assert technician.name in page
    assert f"/work-orders/{next_one.id}" in page
    assert f"/work-orders/{stuck.id}" not in page
    assert f"technician={technician.id}&amp;open=yes" in page
    listed = client.get(f"/work-orders?technician={technician.id}&open=yes").text
    assert stuck.number in listed
    assert next_one.number in listed


def test_who_leads_works_reads_the_lots_in_works(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        vacant, works = (make_lot(uow, clock, building, box=box) for box in "12")
    clock.advance(timedelta(days=3))
    with database.unit_of_work() as uow:
        command = ChangeLotStatus(works.id, LotStatus.WORKS, clock.today())
        change_lot_status(DISPATCHER, command, uow, clock)
    login(client, Role.WORKS_PROJECT_LEAD, locale="en")
    page = client.get("/lots/panels/in-works").text
    assert works.reference in page
    assert vacant.reference not in page
    assert "/lots?status=works" in page


def test_who_buys_reads_which_works_no_firm_has_yet_first(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.PURCHASING_AGENT, locale="en")
    panel = "/land-works/panels/unfinished"
    assert panel not in client.get("/").text
    with database.unit_of_work() as uow:
        parcel = make_parcel(uow, clock)
        firm = make_party(uow, clock, "Wegenbouw", kind=PartyKind.ORGANISATION)
        facts = {"kind": WorkKind.FENCING, "parcel_ids": (parcel.id,), "no_permit_reason": "small"}
        given = WorkFacts(subject="Fence of the garden", contractor_id=firm.id, **facts)
        free = WorkFacts(subject="Drain of the field", planned_on=clock.today(), **facts)
        done = WorkFacts(subject="Old path", begun_on=clock.today(), done_on=clock.today(), **facts)
        for one in (given, free, done):
            create_work(BUILDER, one, uow, clock)
    assert panel in client.get("/").text
    page = client.get(panel).text
    assert page.index("Drain of the field") < page.index("Fence of the garden")
    assert "Wegenbouw" in page
    assert page.count("To be awarded") == 1
    assert "Old path" not in page


def test_who_advises_on_safety_reads_the_dangers_in_force(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    today = clock.today()
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lot = make_lot(uow, clock, building)
        for command in (
            GiveWarning(WarningKind.ASBESTOS, "Boards in the cellar", today, lot_id=lot.id),
            GiveWarning(WarningKind.SAFETY, "Loose balcony", today, building_id=building.id),
            GiveWarning(WarningKind.WARRANTY, "Roof of 2024", today, building_id=building.id),
            GiveWarning(WarningKind.DOG, "Gone since", today, today, building_id=building.id),
        ):
            give_warning(BUILDER, command, uow, clock)
    clock.advance(timedelta(days=2))
    login(client, Role.PREVENTION_ADVISER, locale="en")
    page = client.get("/places/panels/dangers").text
    assert "2 warnings in force" in page
    assert page.index("Loose balcony") < page.index("Boards in the cellar")
    assert f"/lots/{lot.id}" in page
    assert "Roof of 2024" not in page
    assert "Gone since" not in page


def test_who_decides_reads_the_estate_and_how_it_changed(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lots = [make_lot(uow, clock, building, box=box) for box in "123"]
    clock.advance(timedelta(days=40))
    with database.unit_of_work() as uow:
        command = ChangeLotStatus(lots[0].id, LotStatus.LET, clock.today())
        change_lot_status(DISPATCHER, command, uow, clock)
    login(client, Role.COUNCIL, locale="en")
    page = client.get("/lots/panels/figures").text
    assert "+1 since" in page
    assert "-1 since" in page
    assert "/lots?status=vacant" in page
    assert "/lots/state" in page

"""Access codes: kept apart, read under audit, found nowhere by who has no right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.audit.models import AuditEntry
from app.auth.actor import Actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Base, Database, UnitOfWork
from app.errors import Forbidden, Invalid, StaleVersion
from app.settings import Settings
from modules.portfolio.api import access_not_noted, access_to_places
from modules.portfolio.commands import AccessFacts, Change
from modules.portfolio.enums import AccessKind
from modules.portfolio.models import AccessCode, Building
from modules.portfolio.queries.access import get_access_code, list_access_codes
from modules.portfolio.services import (
    add_access_code,
    archive_access_code,
    change_access_code,
    note_access_given,
    restore_access_code,
    reveal_access_code,
)
from tests.factories.portfolio import BUILDER, make_building, make_entrance, make_lot
from tests.support.people import ActorMaker
from tests.support.web import Login

SECRET = "kanarie 7482B"


def make_code(uow: UnitOfWork, clock: FixedClock, building: Building, **facts: Any) -> AccessCode:
    given: dict[str, Any] = {"kind": AccessKind.DOOR_CODE, "code": SECRET} | facts
    return add_access_code(BUILDER, AccessFacts(building.id, **given), uow, clock)


def consultations(uow: UnitOfWork) -> list[AuditEntry]:
    read = select(AuditEntry).where(AuditEntry.action == "access_code.consulted")
    return list(uow.session.scalars(read.order_by(AuditEntry.occurred_at, AuditEntry.id)))


def test_a_lot_is_reached_through_its_own_doors_only(uow: UnitOfWork, clock: FixedClock) -> None:
    building = make_building(uow, clock)
    left, right = (make_entrance(uow, clock, building, code) for code in "LR")
    lot = make_lot(uow, clock, building, box="1", entrance_id=left.id)
    other = make_lot(uow, clock, building, box="2", entrance_id=right.id)
    common = make_code(uow, clock, building, kind=AccessKind.KEY_BOX)
    at_left = make_code(uow, clock, building, entrance_id=left.id)
    make_code(uow, clock, building, entrance_id=right.id)
    own = make_code(uow, clock, building, lot_id=lot.id, entrance_id=left.id)
    make_code(uow, clock, building, lot_id=other.id)
    gone = make_code(uow, clock, building)
    archive_access_code(BUILDER, Change(gone.id, gone.version), uow, clock)
    place = (building.id, lot.id)
    wanted = [common.id, at_left.id, own.id]
    assert [code.id for code in access_to_places(uow.session, [place])[place]] == wanted
    assert [c.id for c in list_access_codes(BUILDER, uow.session, *place)] == wanted
    assert len(list_access_codes(BUILDER, uow.session, building.id)) == 5
    assert own.entrance_id is None
    whole = (building.id, None)
    assert len(access_to_places(uow.session, [whole])[whole]) == 3
    assert access_to_places(uow.session, []) == {}


def test_an_entrance_of_another_building_is_refused(uow: UnitOfWork, clock: FixedClock) -> None:
    building, other = make_building(uow, clock), make_building(uow, clock)
    door = make_entrance(uow, clock, other)
    with pytest.raises(Invalid):
        make_code(uow, clock, building, entrance_id=door.id)
    with pytest.raises(Invalid):
        make_code(uow, clock, building, lot_id=make_lot(uow, clock, other).id)
    code = make_code(uow, clock, building)
    moved = AccessFacts(other.id, AccessKind.DOOR_CODE, "1")
    with pytest.raises(Invalid):
        change_access_code(BUILDER, Change(code.id, code.version), moved, uow, clock)


def test_the_history_never_says_the_code(uow: UnitOfWork, clock: FixedClock) -> None:
    building = make_building(uow, clock)
    code = make_code(uow, clock, building, location="Garage")
    facts = AccessFacts(building.id, AccessKind.KEYS, "kanarie 9999", note="kanarie too")
    change_access_code(BUILDER, Change(code.id, 1), facts, uow, clock)
    with pytest.raises(StaleVersion):
        change_access_code(BUILDER, Change(code.id, 1), facts, uow, clock)
    seen = code.version
    change_access_code(BUILDER, Change(code.id, seen), facts, uow, clock)
    assert code.version == seen
    archive_access_code(BUILDER, Change(code.id, seen), uow, clock)
    restore_access_code(BUILDER, Change(code.id, code.version), uow, clock)
    about = select(AuditEntry).where(AuditEntry.subject_id == code.id)
    entries = {one.action.rsplit(".", 1)[-1]: one for one in uow.session.scalars(about)}
    assert entries.keys() == {"add", "change", "archive", "restore"}
    said = [(entry.subject_label, entry.changes) for entry in entries.values()]
    assert "kanarie" not in str(said)
    assert entries["change"].changes["code"] == ["••••", "••••"]


def test_reading_a_code_is_noted(uow: UnitOfWork, clock: FixedClock) -> None:
    code = make_code(uow, clock, make_building(uow, clock))
    assert reveal_access_code(BUILDER, code.id, uow, clock).code == SECRET
    (entry,) = consultations(uow)
    assert (entry.subject_id, entry.actor_id) == (code.id, BUILDER.user_id)


def test_codes_of_an_order_are_noted_once_a_day(uow: UnitOfWork, clock: FixedClock) -> None:
    code = make_code(uow, clock, make_building(uow, clock))
    for _poll in range(3):
        note_access_given(BUILDER, {code.id: "WO-2026-000001"}, uow, clock)
    assert [entry.changes["reason"][1] for entry in consultations(uow)] == ["WO-2026-000001"]
    assert not access_not_noted(BUILDER, uow.session, [code.id], clock.today())
    clock.advance(timedelta(days=1))
    note_access_given(BUILDER, {code.id: "WO-2026-000001"}, uow, clock)
    assert len(consultations(uow)) == 2
    note_access_given(BUILDER, {}, uow, clock)


def test_nothing_is_read_or_written_without_the_right(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    building = make_building(uow, clock)
    code = make_code(uow, clock, building)
    facts = AccessFacts(building.id, AccessKind.DOOR_CODE, "1")
    reader: Actor = actor_with("portfolio.place.read", "portfolio.place.change")
    change = Change(code.id, code.version)
    for attempt in (
        lambda: list_access_codes(reader, uow.session, building.id),
        lambda: get_access_code(reader, uow.session, code.id),
        lambda: reveal_access_code(reader, code.id, uow, clock),
        lambda: add_access_code(reader, facts, uow, clock),
        lambda: change_access_code(reader, change, facts, uow, clock),
        lambda: archive_access_code(reader, change, uow, clock),
        lambda: restore_access_code(reader, change, uow, clock),
    ):
        with pytest.raises(Forbidden):
            attempt()


@pytest.fixture
def locked(database: Database, clock: FixedClock) -> AccessCode:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        make_entrance(uow, clock, building)
        make_lot(uow, clock, building)
        code = make_code(uow, clock, building, location="Garage")
        uow.flush()
        uow.session.expunge(code)
    return code


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_a_code_is_hidden_until_asked_for(
    client: FlaskClient, login: Login, locked: AccessCode, locale: str
) -> None:
    login(client, Role.CARETAKER, sees_everything=True, locale=locale)
    part = client.get(f"/buildings/{locked.building_id}/parts/access").text
    assert "Garage" in part
    assert SECRET not in part
    assert f"/buildings/{locked.building_id}/parts/access" in client.get(
        f"/buildings/{locked.building_id}"
    ).get_data(as_text=True)
    reveal = f"/access-codes/{locked.id}/reveal"
    assert SECRET in client.post(reveal, headers={"HX-Request": "true"}).text
    page = client.post(reveal)
    assert SECRET in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_code_is_written_changed_archived_and_brought_back(
    client: FlaskClient, login: Login, locked: AccessCode
) -> None:
    login(client, Role.DISPATCH_LEADER, sees_everything=True, locale="en")
    place = {"building_id": str(locked.building_id)}
    assert client.get("/access-codes/new", query_string=place).status_code == 200
    empty = client.post("/access-codes", data=place | {"kind": "alarm"})
    assert (empty.status_code, 'href="#f-code"' in empty.text) == (422, True)
    made = client.post("/access-codes", data=place | {"kind": "alarm", "code": "5511"})
    assert made.headers["Location"].endswith("#part-access")
    page = client.get(f"/access-codes/{locked.id}/edit").text
    assert SECRET in page
    typed = place | {"kind": "keys", "code": "hook 4", "version": "1"}
    assert client.post(f"/access-codes/{locked.id}/edit", data=typed).status_code == 303
    assert client.post(f"/access-codes/{locked.id}/edit", data=typed).status_code == 412
    archived = client.post(
        f"/access-codes/{locked.id}/archive", data={"version": "2"}, follow_redirects=True
    )
    assert "Archived on" in archived.text
    back = client.post(f"/access-codes/{locked.id}/restore", data={"version": "3"})
    assert back.status_code == 303


@pytest.mark.parametrize(
    "role", [Role.TECHNICIAN, Role.LETTING_AGENT, Role.CALL_CENTRE_AGENT, Role.ANALYST]
)
def test_others_do_not_know_there_are_codes(
    client: FlaskClient, login: Login, locked: AccessCode, role: Role
) -> None:
    login(client, role, sees_everything=True)
    assert "parts/access" not in client.get(f"/buildings/{locked.building_id}").text
    for url in (f"/buildings/{locked.building_id}/parts/access", f"/access-codes/{locked.id}/edit"):
        assert client.get(url).status_code == 403
    assert client.post(f"/access-codes/{locked.id}/reveal").status_code == 403
    assert client.get(f"/history/access_code/{locked.id}").status_code in (403, 404)


@pytest.mark.one_database
def test_a_code_stands_in_one_table_and_no_log(
    settings: Settings,
    database: Database,
    clock: FixedClock,
    login: Login,
    locked: AccessCode,
    capsys: pytest.CaptureFixture[str],
) -> None:
    talkative = replace(settings, log_level="DEBUG", log_format="json")
    app = create_app(talkative, clock=clock, database=database)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    login(client, Role.ADMINISTRATOR)
    place = {"building_id": str(locked.building_id), "kind": "door_code"}
    client.post("/access-codes", data=place | {"code": "kanarie posted"})
    client.post("/access-codes", data=place | {"code": "kanarie" + " refused" * 40})
    client.post(f"/access-codes/{locked.id}/reveal")
    client.get(f"/access-codes/{locked.id}/edit")
    other = app.test_client()
    login(other, Role.TECHNICIAN)
    other.post(f"/access-codes/{locked.id}/reveal")  # refused, and that is logged
    found = client.get("/search", query_string={"q": SECRET}).text
    assert "/access-codes/" not in found
    for url in (f"/buildings/{locked.building_id}", "/buildings?export=csv"):
        assert "kanarie" not in client.get(url).text
    said = capsys.readouterr()
    assert said.out + said.err, "nothing was logged: the test proves nothing"
    assert "kanarie" not in said.out + said.err
    with database.reader() as session:
        holding = {
            table.name
            for table in Base.metadata.sorted_tables
            if any("kanarie" in str(row) for row in session.execute(table.select()))
        }
    assert holding == {"access_codes"}

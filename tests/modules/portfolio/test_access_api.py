"""Access codes for programs: changed under a version, read under audit, kept nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Base, Database
from app.ids import new_id
from modules.portfolio.models import Building
from tests.factories.portfolio import make_building, make_entrance, make_lot
from tests.support.web import Login

ADDRESS = "/api/v1/access-codes"
SECRET = "kanarie 7482B"


@pytest.fixture
def building(database: Database, clock: FixedClock) -> Building:
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


@pytest.fixture
def keeper(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.CARETAKER)
    return client


def facts(building: Building, **more: Any) -> dict[str, Any]:
    given = {"building_id": str(building.id), "kind": "door_code", "code": SECRET}
    return given | {"note": f"dial {SECRET}"} | more


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def everything(database: Database) -> str:
    """Read every row but the codes themselves, as text."""
    with database.reader() as session:
        tables = (t for t in Base.metadata.sorted_tables if t.name != "access_codes")
        return "\n".join(str(row) for t in tables for row in session.execute(select(t)))


def test_a_code_is_added_changed_and_taken_away_without_being_told(
    keeper: FlaskClient, building: Building, database: Database
) -> None:
    key = {"Idempotency-Key": str(new_id())}
    made = keeper.post(ADDRESS, json=facts(building), headers=key)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    again = keeper.post(ADDRESS, json=facts(building), headers=key)
    assert (again.json, again.headers["Idempotency-Replayed"]) == (made.json, "true")
    one = f"{ADDRESS}/{made.json['id']}"
    moved = facts(building, location="back door")
    assert keeper.put(one, json=moved).status_code == 428
    changed = keeper.put(one, json=moved, headers=if_match(1))
    assert (changed.json["location"], changed.json["version"]) == ("back door", 2)
    late = keeper.put(one, json=facts(building), headers=if_match(1))
    assert (late.status_code, late.json["current"]["location"]) == (412, "back door")
    listed = keeper.get(f"{ADDRESS}?building_id={building.id}")
    assert [code["id"] for code in listed.json] == [made.json["id"]]
    assert keeper.delete(one, headers=if_match(2)).status_code == 204
    assert keeper.get(f"{ADDRESS}?building_id={building.id}").json == []
    for answer in (made, again, changed, late, listed, keeper.get(one)):
        assert SECRET not in answer.text
    assert SECRET not in everything(database)


def test_reading_a_code_is_noted_and_its_answer_kept_nowhere(
    keeper: FlaskClient, building: Building, database: Database
) -> None:
    made = keeper.post(ADDRESS, json=facts(building))
    reveal = f"{ADDRESS}/{made.json['id']}/reveal"
    key = {"Idempotency-Key": str(new_id())}
    told = keeper.post(reveal, headers=key)
    assert (told.json["code"], told.json["note"]) == (SECRET, f"dial {SECRET}")
    assert told.headers["Cache-Control"] == "no-store"
    assert SECRET not in everything(database)
    with database.reader() as session:
        read = select(AuditEntry).where(AuditEntry.action == "access_code.consulted")
        assert [str(entry.subject_id) for entry in session.scalars(read)] == [made.json["id"]]


def test_a_refused_code_is_not_sent_back(keeper: FlaskClient, building: Building) -> None:
    answer = keeper.post(ADDRESS, json=facts(building, code=SECRET * 20, kind="wand"))
    values = {error["field"]: error.get("value") for error in answer.json["errors"]}
    assert (answer.status_code, values) == (422, {"code": None, "kind": "wand"})
    assert SECRET not in answer.text


def test_a_lot_is_reached_through_its_own_doors(
    keeper: FlaskClient, building: Building, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        left, right = (make_entrance(uow, clock, building, code) for code in "LR")
        lot = make_lot(uow, clock, building, entrance_id=left.id)
        elsewhere = make_lot(uow, clock, make_building(uow, clock))
    for entrance in (left, right):
        keeper.post(ADDRESS, json=facts(building, entrance_id=str(entrance.id)))
    found = keeper.get(f"{ADDRESS}?lot_id={lot.id}").json
    assert [code["entrance_id"] for code in found] == [str(left.id)]
    wrong = keeper.post(ADDRESS, json=facts(building, lot_id=str(elsewhere.id)))
    assert wrong.status_code == 422
    for query in ("", f"?lot_id={lot.id}&building_id={building.id}"):
        assert keeper.get(ADDRESS + query).status_code == 422


def test_codes_need_their_rights_and_are_absent_elsewhere(
    client: FlaskClient, login: Login, building: Building, database: Database, clock: FixedClock
) -> None:
    login(client, Role.CARETAKER)
    one = f"{ADDRESS}/{client.post(ADDRESS, json=facts(building)).json['id']}"
    login(client, Role.DISPATCHER)
    assert client.get(one).status_code == 200
    assert client.delete(one, headers=if_match(1)).status_code == 403
    login(client, Role.CALL_CENTRE_AGENT)
    for path in (one, f"{ADDRESS}?building_id={building.id}"):
        assert client.get(path).status_code == 403
    assert client.post(f"{one}/reveal").status_code == 403
    with database.unit_of_work() as uow:
        seen = make_building(uow, clock)
    login(
        client,
        Role.CARETAKER,
        email="far@example.org",
        sees_everything=False,
        building_ids=(seen.id,),
    )
    assert client.get(one).status_code == 404
    assert client.post(f"{one}/reveal").status_code == 404
    assert client.get(f"{ADDRESS}?building_id={building.id}").status_code == 404
    assert client.post(ADDRESS, json=facts(building)).status_code == 404

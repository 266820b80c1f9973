"""A building has a name, or a street and a number: on the form, for programs and in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.tabular.runner import ImportFile, import_file
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.models import Address
from tests.factories.portfolio import BUILDER, make_building
from tests.support.web import Login

API = "/api/v1/buildings"
BUILDINGS = next(one for one in IMPORTERS if one.name == "buildings")
STREET = {"street_nl": "Hoogstraat", "number": "7"}


@pytest.fixture
def keeper(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"postcode": "1000"}, "street_fr"),
        ({"street_fr": "Rue Haute"}, "number"),
        ({"number": "7"}, "street_fr"),
    ],
)
def test_a_building_that_nobody_could_find_is_refused(
    keeper: FlaskClient, given: dict[str, str], lacks: str
) -> None:
    refused = keeper.post("/buildings", data={"kind": "office"} | given)
    assert refused.status_code == 422
    assert f'href="#f-{lacks}"' in refused.text
    sent = keeper.post(API, json={"kind": "office", "address": given})
    assert (sent.status_code, sent.json["code"]) == (422, "not_findable")
    assert [error["field"] for error in sent.json["errors"]] == ["address"]
    for enough in ({"address": given | STREET}, {"address": given, "name": "Annexe"}):
        assert keeper.post(API, json={"kind": "office"} | enough).status_code == 201


def test_a_change_takes_it_from_none_and_an_old_one_without_may_be_changed(
    keeper: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        address, address_id = f"{API}/{building.id}", building.address_id

    def put(**facts: Any) -> int:
        seen = {"If-Match": keeper.get(address).headers["ETag"]}
        body = {"kind": "office", "address": {"postcode": "1000"}} | facts
        return keeper.put(address, json=body, headers=seen).status_code

    assert put() == 422
    with database.unit_of_work() as uow:
        bare = {"street_fr": "", "street_nl": "", "number": "", "postcode": "1000"}
        uow.session.execute(update(Address).where(Address.id == address_id).values(bare))
    assert (put(note="Old"), put(name="Annexe"), put()) == (200, 200, 422)


def test_a_file_is_told_by_row_and_field(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text(
        "code;name;kind;street_fr;number;postcode\nB-1;;office;;;1000\n"
        "B-2;;office;Rue Haute;;1000\nB-3;Annexe;office;;;1000\n"
    )
    source = ImportFile(path, path.name, BUILDINGS, BUILDINGS.formats)
    report = import_file(BUILDER, source, database, clock)
    assert [(one.row, one.field) for one in report.errors] == [(2, "street_fr"), (3, "number")]
    assert report.tally.counts["new"] == 1

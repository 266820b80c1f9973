"""A restored backup brings back who was forgotten since: the list outside it forgets them again."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.doctor import check_forgotten
from app.privacy.again import list_of, read_forgotten
from app.safety import Level
from app.settings import Settings
from app.web.context import house
from modules.parties.models import Party
from tests.factories.parties import house as settle
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building, make_lot
from tests.support.web import Login

NAME = "Zénobie Canarisse"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return FlaskClient(app)


@pytest.fixture
def person(database: Database, clock: FixedClock) -> Party:
    with database.unit_of_work("test") as uow:
        return make_party(uow, clock, "Canarisse", "Zénobie", phones=("0470998877",))


@pytest.fixture
def back(client: FlaskClient, login: Login, database: Database, person: Party) -> Party:
    """Forget somebody, then put their record back as a backup of the day before does."""
    login(client, Role.DATA_PROTECTION_OFFICER)
    assert (
        client.post(f"/privacy/party/{person.id}/erasure", data={"confirm": NAME}).status_code
        == 303
    )
    with database.unit_of_work("restore") as uow:
        row = uow.session.get_one(Party, person.id)
        row.first_name, row.name = "Zénobie", "Canarisse"
        row.erased_at = row.archived_at = None
    return person


def again(app: Flask, *options: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["privacy", "erase-again", *options])
    return result.exit_code, result.output


def examined(app: Flask) -> Level:
    return next(check_forgotten(house(app))).level


def name_of(database: Database, person: Party) -> str:
    with database.reader() as session:
        return session.get_one(Party, person.id).name


def test_who_was_forgotten_is_noted_without_a_name(
    app: Flask, client: FlaskClient, login: Login, person: Party, settings: Settings
) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER)
    address = f"/privacy/party/{person.id}/erasure"
    assert client.post(address, data={"confirm": "somebody"}).status_code == 422
    assert not list(read_forgotten(list_of(settings)))
    client.post(address, data={"confirm": NAME, "with_files": "on"})
    (noted,) = read_forgotten(list_of(settings))
    assert (noted.type, noted.id, noted.with_files) == ("party", person.id, True)
    assert "Canarisse" not in list_of(settings).read_text()
    assert examined(app) is Level.OK


def test_who_came_back_is_forgotten_again(app: Flask, back: Party, database: Database) -> None:
    assert examined(app) is Level.FAILURE
    code, said = again(app, "--dry-run")
    assert (code, f"/parties/{back.id}" in said, "Canarisse" in said) == (0, True, False)
    assert name_of(database, back) == "Canarisse"
    code, said = again(app)
    assert (code, "1 came back, 0 could not" in said) == (0, True)
    assert name_of(database, back) != "Canarisse"
    assert examined(app) is Level.OK
    assert again(app) == (0, "0 came back, 0 could not be forgotten again\n")


def test_who_cannot_be_forgotten_again_is_named_and_the_command_fails(
    app: Flask, back: Party, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work("restore") as uow:
        party = uow.session.get_one(Party, back.id)
        settle(uow, clock, party, make_lot(uow, clock, make_building(uow, clock)).id)
    code, said = again(app)
    assert (code, f"/parties/{back.id} stays" in said) == (1, True)
    assert name_of(database, back) == "Canarisse"


def test_a_line_cut_off_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "forgotten.txt"
    path.write_text("2026-03-02T09:00:00+00:00 party 01a2\n2026-03-")
    assert list(read_forgotten(path)) == []
    assert list(read_forgotten(tmp_path / "none")) == []

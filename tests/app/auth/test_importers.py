"""Accounts in files: an office sets up its staff, corrects it, and takes it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import Actor, system_actor
from app.auth.importers import USERS
from app.auth.models import User
from app.auth.password_changes import make_password_link
from app.auth.roles import LABELS, Role
from app.clock import FixedClock
from app.db import Database
from app.errors import Conflict, Forbidden
from app.i18n import use_locale
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.report import Report
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from app.tabular.writers import csv_chunks
from tests.factories.portfolio import make_building
from tests.support.people import ActorMaker
from tests.support.web import Login

ACTOR = system_actor("import")
HEADINGS = ("email", "Nom", "Langue", "roles", "everything", "buildings", "active")


class Files:
    """Writes files of accounts and hands them to the engine."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        self.database, self.clock, self.path = database, clock, folder / "users.csv"

    def source(self, path: Path | None = None) -> ImportFile:
        path = path or self.path
        return ImportFile(path, path.name, USERS, USERS.formats)

    def run(self, *rows: Any, actor: Actor = ACTOR) -> Report:
        self.path.write_bytes(b"".join(csv_chunks(HEADINGS, rows)))
        return import_file(actor, self.source(), self.database, self.clock)

    def undo(self, report: Report) -> None:
        with self.database.unit_of_work() as uow:
            undo_batch(ACTOR, UUID(report.batch_id), {"users": USERS}, uow, self.clock)

    def users(self) -> dict[str, User]:
        with self.database.reader() as session:
            return {user.email: user for user in session.scalars(select(User))}

    def actions(self) -> list[str]:
        with self.database.reader() as session:
            query = select(AuditEntry.action).where(AuditEntry.subject_type == "user")
            return sorted(session.scalars(query))


@pytest.fixture
def files(database: Database, clock: FixedClock, tmp_path: Path) -> Files:
    return Files(database, clock, tmp_path)


@pytest.fixture
def code(database: Database, clock: FixedClock) -> str:
    """The code of a building."""
    with database.unit_of_work() as uow:
        return make_building(uow, clock).code


def staff(code: str) -> list[tuple[str, ...]]:
    """The list of a small office."""
    return [
        ("An.Peeters@example.org", "An Peeters", "Nederlands", "Dispatcher, caretaker", "oui", "",
         "oui"),
        ("bo@example.org", "Bo Maes", "fr", "Conciergerie", "", code, ""),
        ("cy@example.org", "Cy Wouters", "", "", "non", "", "non"),
    ]  # fmt: skip


def outcome(report: Report) -> tuple[list[tuple[Any, ...]], tuple[int, ...]]:
    counts = tuple(report.tally.counts[outcome] for outcome in Outcome)
    return [(p.row, p.field, p.value, p.message) for p in report.errors], counts


def caretaker() -> str:
    """Return what the file calls a caretaker in French."""
    with use_locale("fr"):
        return str(LABELS[Role.CARETAKER])


@pytest.fixture
def rows(code: str, app: Any) -> list[tuple[str, ...]]:
    first, second, third = staff(code)
    return [first, (*second[:3], caretaker(), *second[4:]), third]


def test_an_office_sets_up_its_staff_once_and_takes_it_back(
    files: Files, rows: list[tuple[str, ...]]
) -> None:
    before = files.users()
    report = files.run(*rows)
    assert outcome(report) == ([], (3, 0, 0, 0))
    users = files.users()
    an, bo, cy = (users[f"{name}@example.org"] for name in ("an.peeters", "bo", "cy"))
    assert {held.role for held in an.roles} == {Role.DISPATCHER, Role.CARETAKER}
    assert (an.locale, an.sees_everything, an.password_hash) == ("nl", True, None)
    assert (bo.sees_everything, [scope.kind for scope in bo.scopes]) == (False, ["building"])
    assert (cy.archived_at is None, cy.roles) == (False, [])
    assert files.actions() == ["auth.user.archive", *["auth.user.create"] * 3]
    assert outcome(files.run(*rows)) == ([], (0, 0, 3, 0))
    files.undo(report)
    assert files.users().keys() == before.keys()


def test_an_account_in_use_is_not_taken_back(files: Files, rows: list[tuple[str, ...]]) -> None:
    report = files.run(*rows)
    with files.database.unit_of_work() as uow:
        make_password_link(ACTOR, files.users()["bo@example.org"].id, uow, files.clock)
    with pytest.raises(Conflict):
        files.undo(report)


@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
def test_every_account_comes_back_unchanged(
    files: Files, rows: list[tuple[str, ...]], tmp_path: Path, form: str
) -> None:
    files.run(*rows)
    path = tmp_path / form
    kind = FileFormat.CSV if path.suffix == ".csv" else FileFormat.XLSX
    with use_locale(path.stem), files.database.reader() as session:
        found = USERS.records(ACTOR, session)
        write_file(export_file(USERS.columns, found, kind, title="accounts"), path)
    report = import_file(ACTOR, files.source(path), files.database, files.clock)
    assert outcome(report) == ([], (0, 0, 3, 0))


def test_the_export_of_the_list_is_a_valid_import(
    files: Files, rows: list[tuple[str, ...]], client: FlaskClient, login: Login, tmp_path: Path
) -> None:
    files.run(*rows)
    login(client, Role.ADMINISTRATOR, locale="nl")
    path = tmp_path / "list.xlsx"
    asked = "cols=name&cols=email&cols=roles&cols=everything&cols=locale&cols=active&cols=created"
    path.write_bytes(client.get(f"/admin/users?format=xlsx&{asked}").data)
    report = check_file(ACTOR, files.source(path), files.database, files.clock)
    assert outcome(report) == ([], (0, 0, 4, 0))
    assert "/imports/templates/users/xlsx" in client.get("/imports").get_data(as_text=True)


def test_rights_change_by_the_service_and_go_back(
    files: Files, rows: list[tuple[str, ...]]
) -> None:
    files.run(*rows)
    report = files.run(("bo@example.org", "Bo Maes-Claes", "", "Finance officer", "", "", "non"))
    assert outcome(report) == ([], (0, 1, 0, 0))
    bo = files.users()["bo@example.org"]
    assert (bo.display_name, bo.archived_at is None, bo.scopes) == ("Bo Maes-Claes", False, [])
    assert [held.role for held in bo.roles] == [Role.FINANCE]
    files.undo(report)
    bo = files.users()["bo@example.org"]
    assert (bo.display_name, bo.archived_at, len(bo.scopes)) == ("Bo Maes", None, 1)
    assert [held.role for held in bo.roles] == [Role.CARETAKER]
    assert "auth.user.restore" in files.actions()


def test_bad_rows_are_refused_by_row_and_field(files: Files, code: str) -> None:
    report = files.run(
        ("nobody", "No Body", "", "", "", "", ""),
        ("new@example.org", "", "", "", "", "", ""),
        ("a@example.org", "A", "", "King, dispatcher", "", "", ""),
        ("b@example.org", "B", "", "", "", f"{code}, BLD-NONE", ""),
        ("c@example.org", "C", "Klingon", "", "maybe", "", ""),
    )
    problems, counts = outcome(report)
    assert counts == (0, 0, 0, 5)
    assert {problem[:3] for problem in problems} == {
        (2, "email", "nobody"),
        (3, "name", "new@example.org"),
        (4, "roles", "King, dispatcher"),
        (5, "buildings", "BLD-NONE"),
        (6, "locale", "Klingon"),
        (6, "everything", "maybe"),
    }
    assert all(problem[3] for problem in problems)


def test_the_last_administrator_and_ones_own_account_stay(
    files: Files, client: FlaskClient, login: Login
) -> None:
    login(client, Role.ADMINISTRATOR)
    (email, user), *_ = files.users().items()
    for row in ((email, user.display_name, "", "", "oui", "", ""),
                (email, user.display_name, "", "administrator", "oui", "", "non")):  # fmt: skip
        problems, counts = outcome(files.run(row))
        assert (counts, problems[0][0]) == ((0, 0, 0, 1), 2)
    assert files.users()[email].archived_at is None


def test_only_who_manages_accounts_imports_them(
    files: Files, rows: list[tuple[str, ...]], client: FlaskClient, login: Login,
    actor_with: ActorMaker,
) -> None:  # fmt: skip
    login(client, Role.PROPERTY_DIRECTOR)
    assert "/imports/templates/users/" not in client.get("/imports").get_data(as_text=True)
    assert client.get("/imports/exports/users/csv").status_code == 404
    with pytest.raises(Forbidden):
        files.run(*rows, actor=actor_with(HousePermission.IMPORT_RUN))
    assert "bo@example.org" not in files.users()

"""Whoever sees only one of the buildings a plant serves: files, programs and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.actor import Actor, Scope, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.errors import Conflict
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.portfolio.commands import Change, InstallationFacts
from modules.portfolio.enums import InstallationKind
from modules.portfolio.importers.plant import INSTALLATIONS
from modules.portfolio.models import Building, Installation, Lot, ServiceLink
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.services import (
    add_installation,
    archive_building,
    archive_lot,
    restore_building,
)
from tests.factories.portfolio import BUILDER, make_building, make_lot
from tests.support.web import Login

TAKER = system_actor("import")
KINDS = {INSTALLATIONS.name: INSTALLATIONS}


@dataclass
class Boiler:
    """A boiler standing in one building that serves another too, with a flat in each."""

    id: UUID
    home: Building
    other: Building
    home_lot: UUID
    other_lot: UUID


@pytest.fixture
def boiler(database: Database, clock: FixedClock) -> Boiler:
    with database.unit_of_work() as uow:
        home, other = make_building(uow, clock), make_building(uow, clock)
        lots = [make_lot(uow, clock, building).id for building in (home, other)]
        facts = InstallationFacts(
            building_id=home.id, kind=InstallationKind.BOILER_HOUSE, code="I-1",
            name="Chaufferie", building_ids=(other.id,),
        )  # fmt: skip
        made = add_installation(BUILDER, facts, uow, clock)
        return Boiler(made.id, home, other, *lots)


@pytest.fixture
def keeper(boiler: Boiler, actor_with: Callable[..., Actor]) -> Actor:
    """Whoever sees the building the boiler stands in, and no other."""
    scope = Scope(building_ids=frozenset({boiler.home.id}))
    return actor_with(*PortfolioPermission, *HousePermission, scope=scope)


def served(database: Database) -> set[UUID | None]:
    with database.reader() as session:
        return set(session.scalars(select(ServiceLink.building_id)))


def as_file(path: Path, text: str) -> ImportFile:
    path.write_text(text, encoding="utf-8")
    return ImportFile(path, path.name, INSTALLATIONS, INSTALLATIONS.formats)


class TestFiles:
    def test_a_change_leaves_the_unseen_one_served_and_is_undone(
        self, database, clock, tmp_path, boiler, keeper
    ):
        file = as_file(tmp_path / "name.csv", "code;name\nI-1;Autre\n")
        report = import_file(keeper, file, database, clock)
        assert (report.tally.counts[Outcome.CHANGED], report.errors) == (1, [])
        assert served(database) == {boiler.home.id, boiler.other.id}
        with database.unit_of_work() as uow:
            undo_batch(keeper, UUID(report.batch_id), KINDS, uow, clock)
        with database.reader() as session:
            assert session.get_one(Installation, boiler.id).name == "Chaufferie"
        assert served(database) == {boiler.home.id, boiler.other.id}

    def test_what_one_exports_names_no_unseen_building_and_comes_in_unchanged(
        self, database, clock, tmp_path, boiler, keeper
    ):
        with database.reader() as session:
            rows = list(INSTALLATIONS.records(keeper, session))
        assert [row["other_buildings"] for row in rows] == [None]
        path = tmp_path / "own.csv"
        write_file(export_file(INSTALLATIONS.columns, rows, FileFormat.CSV, title="I"), path)
        file = ImportFile(path, path.name, INSTALLATIONS, INSTALLATIONS.formats)
        report = check_file(keeper, file, database, clock)
        assert (report.tally.counts[Outcome.UNCHANGED], report.errors) == (1, [])


class TestPagesAndPrograms:
    def test_lots_and_buildings_elsewhere_are_neither_listed_nor_counted(
        self, client: FlaskClient, login: Login, boiler: Boiler
    ) -> None:
        login(client, Role.CARETAKER, locale="en", sees_everything=False,
              building_ids=(boiler.home.id,))  # fmt: skip
        listed = client.get(f"/api/v1/installations/{boiler.id}/lots").json
        assert listed["lot_ids"] == [str(boiler.home_lot)]
        assert listed["written_building_ids"] == []
        assert self.count(client, boiler) == ["1", "1"]
        login(client, Role.ADMINISTRATOR, locale="en")
        listed = client.get(f"/api/v1/installations/{boiler.id}/lots").json
        assert set(listed["lot_ids"]) == {str(boiler.home_lot), str(boiler.other_lot)}
        assert listed["written_building_ids"] == [str(boiler.other.id)]
        assert self.count(client, boiler) == ["2", "2"]

    def count(self, client: FlaskClient, boiler: Boiler) -> list[str]:
        """Read how many lots the sheet and the part of the building say."""
        sheet = client.get(f"/installations/{boiler.id}").text
        part = client.get(f"/buildings/{boiler.home.id}/parts/installations").text
        return [
            *re.findall(r"Lots served</dt>\s*<dd[^>]*>\s*(\d+)", sheet),
            *re.findall(r'<td class="text-end">(\d+)</td>', part),
        ]


class TestArchived:
    """A building out of use that a boiler served."""

    @pytest.fixture
    def gone(self, database: Database, clock: FixedClock, boiler: Boiler) -> Boiler:
        with database.unit_of_work() as uow:
            flat = uow.session.get_one(Lot, boiler.other_lot)
            archive_lot(BUILDER, Change(flat.id, flat.version), uow, clock)
            version = uow.session.get_one(Building, boiler.other.id).version
            archive_building(BUILDER, Change(boiler.other.id, version), uow, clock)
        return boiler

    def test_the_form_does_not_drop_it(self, client, login, database, gone):
        login(client, Role.ADMINISTRATOR, locale="en")
        facts = {"version": "1", "code": "I-1", "kind": "boiler_house", "name": "Autre"}
        url = f"/installations/{gone.id}/edit"
        assert client.post(url, data=facts).status_code == 303
        assert served(database) == {gone.home.id, gone.other.id}

    def test_a_program_that_names_it_changes_nothing(self, client, login, database, gone):
        login(client, Role.ADMINISTRATOR)
        facts = {"building_id": str(gone.home.id), "kind": "boiler_house", "code": "I-1",
                 "name": "Chaufferie", "building_ids": [str(gone.other.id)]}  # fmt: skip
        url = f"/api/v1/installations/{gone.id}"
        sent = client.put(url, json=facts, headers={"If-Match": '"1"'})
        assert sent.status_code == 200, sent.text
        with database.reader() as session:
            written = session.scalars(select(ServiceLink.building_id)).all()
        assert sorted(written) == sorted([gone.home.id, gone.other.id])

    def test_an_export_leaves_it_out_and_a_file_cannot_name_it(
        self, database, clock, tmp_path, gone
    ):
        with database.reader() as session:
            rows = list(INSTALLATIONS.records(BUILDER, session))
        assert [row["other_buildings"] for row in rows] == [None]
        head = f"code;other_buildings\nI-1;{gone.other.code}\n"
        report = check_file(TAKER, as_file(tmp_path / "gone.csv", head), database, clock)
        assert [(one.field, one.value) for one in report.errors] == [
            ("other_buildings", gone.other.code)
        ]

    def test_a_program_that_leaves_it_out_ends_it_also_for_whom_sees_it_alone(
        self, client, login, database, gone
    ):
        facts = {"building_id": str(gone.home.id), "kind": "boiler_house", "code": "I-1"}
        url = f"/api/v1/installations/{gone.id}"
        login(client, Role.PROPERTY_DIRECTOR, sees_everything=False, building_ids=(gone.home.id,))
        version = {"If-Match": client.get(url).headers["ETag"]}
        assert client.put(url, json=facts, headers=version).status_code == 200
        assert served(database) == {gone.home.id, gone.other.id}
        login(client, Role.ADMINISTRATOR)
        version = {"If-Match": client.get(url).headers["ETag"]}
        assert client.put(url, json=facts, headers=version).status_code == 200
        assert served(database) == {gone.home.id}

    def test_a_program_lists_what_is_archived(self, client, login, gone):
        login(client, Role.ADMINISTRATOR)
        for folder, here, away in (
            ("buildings", gone.home.id, gone.other.id),
            ("lots", gone.home_lot, gone.other_lot),
        ):
            for query, shown in (("", here), ("?is_archived=true", away)):
                items = client.get(f"/api/v1/{folder}{query}").json["items"]
                assert [item["id"] for item in items] == [str(shown)]
        assert client.get("/api/v1/installations?is_archived=true").json["total"] == 0


@pytest.mark.parametrize("is_archived", [True, False], ids=["archived", "not seen"])
def test_an_import_that_named_a_building_gone_since_says_why_it_is_not_undone(
    database, clock, tmp_path, actor_with, boiler, is_archived
):
    def undo(actor):
        with database.unit_of_work() as uow:
            undo_batch(actor, UUID(done.batch_id), KINDS, uow, clock)

    with database.unit_of_work() as uow:
        third = make_building(uow, clock)
    rights, homes = (*PortfolioPermission, *HousePermission), {boiler.home.id, boiler.other.id}
    sees_all = actor_with(*rights, scope=Scope(building_ids=frozenset({*homes, third.id})))
    text = f"code;other_buildings\nI-1;{boiler.other.code}, {third.code}\n"
    done = import_file(sees_all, as_file(tmp_path / "named.csv", text), database, clock)
    assert third.id in served(database)
    actor = sees_all
    if is_archived:
        with database.unit_of_work() as uow:
            version = uow.session.get_one(Building, third.id).version
            archive_building(BUILDER, Change(third.id, version), uow, clock)
    else:
        actor = replace(sees_all, scope=Scope(building_ids=frozenset(homes)))
    with pytest.raises(Conflict, match="served_is_gone") as refused:
        undo(actor)
    assert third.code in str(refused.value.message)
    if is_archived:
        with database.unit_of_work() as uow:
            version = uow.session.get_one(Building, third.id).version
            restore_building(BUILDER, Change(third.id, version), uow, clock)
    undo(sees_all)
    assert served(database) == {boiler.home.id, boiler.other.id}

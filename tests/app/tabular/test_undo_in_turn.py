"""Of two imports that touched one record the later is undone first, and then the earlier one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database, JsonDict
from app.tabular.importer import ChangedSince
from app.tabular.models import ImportBatchRow
from app.tabular.report import Report
from app.tabular.runner import ImportFile, import_file
from app.tabular.service_importer import ServiceImporter
from app.tabular.services import undo_batch
from app.tabular.versions import VERSION
from modules.portfolio.importers.floors import FLOORS
from modules.portfolio.importers.parcels import PARCELS
from modules.portfolio.models import Floor, LandParcel
from tests.factories.portfolio import make_building

OFFICE = system_actor("Office")


class Files:
    """Hands lines to the engine, and takes batches back."""

    def __init__(self, database: Database, clock: FixedClock, path: Path) -> None:
        self.database, self.clock, self.path = database, clock, path

    def run(self, importer: ServiceImporter, header: str, *lines: str) -> Report:
        self.clock.advance(timedelta(minutes=1))
        self.path.write_text("\n".join((header, *lines)), encoding="utf-8")
        source = ImportFile(self.path, self.path.name, importer, importer.formats)
        report = import_file(OFFICE, source, self.database, self.clock)
        assert not report.errors
        return report

    def undo(self, importer: ServiceImporter, *reports: Report) -> None:
        for report in reports:
            self.clock.advance(timedelta(minutes=1))
            with self.database.unit_of_work() as uow:
                kinds = {importer.name: importer}
                undo_batch(OFFICE, UUID(report.batch_id), kinds, uow, self.clock)

    def count(self, model: Any) -> int:
        with self.database.reader() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def files(database: Database, clock: FixedClock, tmp_path: Path) -> Files:
    return Files(database, clock, tmp_path / "file.csv")


Take = Callable[[str], Report]


@pytest.fixture(params=["when", "version"])
def kind(request: pytest.FixtureRequest, files: Files) -> tuple[ServiceImporter, Any, Take]:
    """A kind that says when it was changed last, and one that only counts versions."""
    if request.param == "when":
        head = "Reference;Region;Use;Area in the deeds (m²)"
        line = "PAR-1;flanders;garden;"
        return PARCELS, LandParcel, lambda said: files.run(PARCELS, head, line + said)
    with files.database.unit_of_work() as uow:
        line = f"{make_building(uow, files.clock).code};1;"
    head = "Building;Level;Surface area"
    return FLOORS, Floor, lambda said: files.run(FLOORS, head, line + said)


def touch(files: Files, model: Any, **values: Any) -> None:
    """Change a record as a person does on its page."""
    files.clock.advance(timedelta(minutes=1))
    with files.database.unit_of_work() as uow:
        for one in uow.session.scalars(select(model)):
            for name, value in values.items():
                setattr(one, name, value)
            if hasattr(one, "updated_at"):
                one.updated_at = files.clock.now()


def test_what_later_imports_changed_and_gave_back_is_untouched(
    files: Files, kind: tuple[ServiceImporter, Any, Take]
) -> None:
    importer, model, take = kind
    made, second, third = take("10"), take("20"), take("30")
    with pytest.raises(ChangedSince):
        files.undo(importer, made)
    with pytest.raises(ChangedSince):
        files.undo(importer, second)
    files.undo(importer, third)
    again = take("40")
    files.undo(importer, again, second, made)
    assert files.count(model) == 0
    assert files.count(ImportBatchRow) == 0


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_what_a_person_did_around_them_still_counts(
    files: Files, kind: tuple[ServiceImporter, Any, Take], moment: str
) -> None:
    importer, model, take = kind
    made = take("10")
    if moment == "before":
        touch(files, model, area_m2=11)
    second = take("20")
    if moment == "between":  # and what they wrote was taken back by hand
        touch(files, model, area_m2=21)
        touch(files, model, area_m2=20)
    files.undo(importer, second)
    if moment == "after":
        touch(files, model, area_m2=12)
    with pytest.raises(ChangedSince):
        files.undo(importer, made)
    assert files.count(model) == 1


def test_a_journal_of_an_earlier_release_is_read_as_before(
    files: Files, kind: tuple[ServiceImporter, Any, Take]
) -> None:
    importer, model, take = kind
    made, second = take("10"), take("20")
    with files.database.unit_of_work() as uow:
        for line in uow.session.scalars(select(ImportBatchRow)):
            line.before = without(line.before)
            line.after = without(line.after)
    files.undo(importer, second)
    with pytest.raises(ChangedSince):
        files.undo(importer, made)
    assert files.count(model) == 1


def without(values: JsonDict | None) -> JsonDict | None:
    """Take the version out of what a journal says, as it was written before there was one."""
    kept = {name: value for name, value in (values or {}).items() if name != VERSION}
    return JsonDict(kept) if kept else None

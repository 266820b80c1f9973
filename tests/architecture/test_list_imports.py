"""Guard: the file of a list is a valid import of it, column by column, or the list says why not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask

from app.clock import Clock
from app.db import Database
from app.i18n import LOCALES, use_locale
from app.lists.sources import declared_lists
from app.registry import find_modules
from app.tabular.kinds import Text
from app.tabular.normalise import normalise
from app.tabular.queries import declared_importers
from tests.architecture.code import ROOT

pytestmark = pytest.mark.one_database

DECISION = "docs/decisions/0015-lists-without-import.md"
# Computed, or a log: the decision says why of each.
WITHOUT_IMPORT = frozenset(
    {
        "energy.alerts",
        "energy.batches",
        "energy.coverage",
        "house.audit",
        "parties.duplicates",
        "tickets.opinions",
    }
)
# Composed, counted or stamped by the house: they leave with a list and are not read again.
DERIVED: Mapping[str, frozenset[str]] = {
    name: frozenset(columns.split())
    for name, columns in {
        "energy.meters": "name place last_reading",
        "house.users": "created archived",
        "interventions.orders": "given place created",
        "land.land_files": "price per_hectare offers agreed status since",
        "land.permits": "region status since due_on lapses_on",
        "land.works": "status",
        "parties.parties": "name home phones emails",
        "portfolio.areas": "name filed",
        "portfolio.buildings": "address lots empty energy_class",
        "portfolio.departments": "name filed",
        "portfolio.installations": "address",
        "portfolio.lots": "address status since energy_class",
        "portfolio.parcels": "area_ha",
        "portfolio.rooms": "name address department_name",
        "portfolio.sites": "name filed",
        "tickets.tickets": "due affected",
    }.items()
}
LISTS = declared_lists(find_modules())
IMPORTERS = declared_importers(find_modules())


def test_every_list_has_an_importer_of_its_name_or_a_reason() -> None:
    importable = {name for name in LISTS if name.partition(".")[2] in IMPORTERS}
    missing = LISTS.keys() - importable - WITHOUT_IMPORT
    assert not missing, (
        f"{sorted(missing)} export what cannot be imported: declare a ServiceImporter named as the "
        f"list (docs/imports.md), or name the list in WITHOUT_IMPORT here and in {DECISION}"
    )
    assert not WITHOUT_IMPORT & importable, "these have an importer: take them off WITHOUT_IMPORT"
    gone = (WITHOUT_IMPORT | DERIVED.keys()) - LISTS.keys()
    assert not gone, f"take these lists off, they are no more: {sorted(gone)}"
    decision = (ROOT / DECISION).read_text(encoding="utf-8")
    silent = [name for name in WITHOUT_IMPORT if f"`{name}`" not in decision]
    assert not silent, f"say in {DECISION} why {silent} take nothing back"


@pytest.mark.parametrize("name", sorted(LISTS.keys() - WITHOUT_IMPORT))
def test_an_importer_reads_every_column_of_its_list(
    name: str, app: Flask, database: Database, clock: Clock
) -> None:
    columns = IMPORTERS[name.partition(".")[2]].columns
    headings = {heading for column in columns for heading in column.headings()}
    derived = DERIVED.get(name, frozenset())
    with database.reader() as session:
        shown = LISTS[name].table(session, clock).columns
    unread = set()
    for locale in LOCALES:
        with use_locale(locale):
            unread |= {one.key for one in shown if normalise(str(one.label)) not in headings}
    assert not unread - derived, (
        f"{name} exports {sorted(unread - derived)}, which its import leaves out: give the "
        "importer a column of that heading, or name it in DERIVED when the house works it out"
    )
    assert not derived - unread, f"{name}: take {sorted(derived - unread)} off DERIVED"


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_a_text_of_a_fixed_form_shows_it_when_it_is_refused(name: str) -> None:
    kinds = {column.name: column.kind for column in IMPORTERS[name].columns}
    mute = [
        column
        for column, kind in kinds.items()
        if isinstance(kind, Text) and kind.pattern and kind.example is None
    ]
    assert not mute, f"{name}: say what {', '.join(mute)} looks like (Text.example)"

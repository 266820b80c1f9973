"""A small table of tools, and its importer: what a module would declare."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Column as DbColumn
from sqlalchemy import Date, ForeignKey, Integer, MetaData, Numeric, String, Table, Uuid

from app.db import Database, EnumText
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.kinds import Choice, Day, DecimalNumber, Text, YesNo
from app.tabular.kinds import Integer as WholeNumber
from app.tabular.table_importer import TableImporter

PERMISSION = "tests.tool.import"
METADATA = MetaData()


class Shelf(StrEnum):
    NORTH = "north"
    SOUTH = "south"


LABELS = {Shelf.NORTH: _l("North"), Shelf.SOUTH: _l("South")}

TOOLS = Table(
    "sample_tools",
    METADATA,
    DbColumn("id", Uuid(), primary_key=True),
    DbColumn("code", String(20), unique=True, nullable=False),
    DbColumn("title", String(80)),
    DbColumn("pieces", Integer()),
    DbColumn("price", Numeric(10, 2)),
    DbColumn("bought_on", Date()),
    DbColumn("shelf", EnumText(Shelf)),
    DbColumn("version", Integer(), nullable=False),
)
LOANS = Table(
    "sample_loans",
    METADATA,
    DbColumn("id", Uuid(), primary_key=True),
    DbColumn("tool_id", ForeignKey("sample_tools.id", ondelete="CASCADE")),
)

COLUMNS = (
    Column("code", _l("Code"), Text(max_length=20), required=True, aliases=("numéro",)),
    Column("title", _l("Title"), Text(max_length=80)),
    Column("pieces", _l("Pieces"), WholeNumber(low=0, high=1_000, likely_high=500)),
    Column("price", _l("Price"), DecimalNumber(places=2, low=0)),
    Column("bought_on", _l("Bought on"), Day(low=date(1950, 1, 1))),
    Column("shelf", _l("Shelf"), Choice(enum=Shelf, labels=LABELS)),
    Column("spare", _l("Spare"), YesNo()),
)
IMPORTER = TableImporter(
    name="tools",
    title=_l("Tools"),
    permission=PERMISSION,
    columns=COLUMNS,
    table=TOOLS,
    key=("code",),
    subject_type="tool",
)
HEADER = ("code", "title", "pieces", "price", "bought_on", "shelf")


def create_tables(database: Database) -> None:
    METADATA.create_all(database.engine)


def tool_rows(count: int, *, price: str = "12,50") -> list[tuple[str, ...]]:
    return [
        (f"T{i:05d}", f"Outil n° {i}", str(i % 7), price, "31/12/2020", "north")
        for i in range(count)
    ]


def write_csv(
    path: Path,
    rows: Iterable[Sequence[Any]],
    header: Sequence[str] = HEADER,
    *,
    separator: str = ";",
    encoding: str = "utf-8",
) -> Path:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path

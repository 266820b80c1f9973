"""What a file of boundaries says: its columns by the names official files give them, row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.errors import AppError, Invalid
from app.geo import Crs, clean_polygon, geometry_text, to_wgs84
from app.i18n import lazy as _l
from app.typed_text import clean_text
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.models import Boundary, Building
from modules.portfolio.shape_import import Remark
from modules.portfolio.shapes import ShapeFile

DECIMALS = 5
"""Of a degree: a metre, which is finer than these lines are."""

FIELDS = ("code", "name_fr", "name_nl", "commune")
_COMMUNE = ("cd_munty_refnis", "nis", "nis_code", "niscode", "nsi", "commune")
# How Statbel and UrbIS call what is read here, in the order they are looked for; case is the same.
COLUMNS: dict[BoundaryKind, dict[str, tuple[str, ...]]] = {
    BoundaryKind.COMMUNE: {
        "code": (*_COMMUNE, "nat_code", "code"),
        "name_fr": ("tx_munty_descr_fr", "name_fre", "name_fr", "namefre"),
        "name_nl": ("tx_munty_descr_nl", "name_dut", "name_nl", "namedut"),
        "commune": (),
    },
    BoundaryKind.SECTOR: {
        "code": ("cd_sector", "sector_code", "code"),
        "name_fr": ("tx_sector_descr_fr", "name_fre", "name_fr", "namefre"),
        "name_nl": ("tx_sector_descr_nl", "name_dut", "name_nl", "namedut"),
        "commune": _COMMUNE,
    },
}
LONGEST_CODE = {BoundaryKind.COMMUNE: 5, BoundaryKind.SECTOR: Building.sector_code.type.length}
LONGEST_NAME = Boundary.name_fr.type.length
_NIS = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """A file and how to read it: columns called otherwise, and the communes wanted by their NIS."""

    shapes: ShapeFile
    columns: Mapping[str, str] = field(default_factory=dict)
    only: Sequence[str] = ()


@dataclass(slots=True)
class BoundaryRow:
    """A boundary as a file gives it; several pieces of one code are one boundary."""

    code: str
    name_fr: str
    name_nl: str
    parent_code: str | None
    pieces: list[BaseGeometry]

    def values(self) -> dict[str, Any]:
        """Return the columns as they are stored."""
        whole = self.pieces[0] if len(self.pieces) == 1 else shapely.union_all(self.pieces)
        return {
            "name_fr": self.name_fr or self.name_nl,
            "name_nl": self.name_nl or self.name_fr,
            "parent_code": self.parent_code,
            "geojson": geometry_text(whole, DECIMALS),
        }


@dataclass(slots=True)
class BoundaryRows:
    """The boundaries of a file by code, and the rows that are refused."""

    found: dict[str, BoundaryRow] = field(default_factory=dict)
    refused: list[Remark] = field(default_factory=list)

    @property
    def taken(self) -> dict[str, BoundaryRow]:
        """Return what can be drawn: a boundary with a broken piece is refused whole."""
        broken = {remark.name for remark in self.refused}
        return {code: row for code, row in self.found.items() if code not in broken}


def read_rows(kind: BoundaryKind, file: BoundaryFile) -> BoundaryRows:
    """Read the boundaries of a file; Invalid when a column is not found, or nothing is wanted."""
    names = _columns(kind, file)
    rows = BoundaryRows()
    for number, (geometry, facts) in enumerate(file.shapes.rows, start=1):
        said = {name: _written(facts.get(column)) for name, column in names.items()}
        nis = said.get("commune", "") if kind is BoundaryKind.SECTOR else said["code"]
        if file.only and not nis.startswith(tuple(file.only)):
            continue
        try:
            _check(kind, said)
            piece = _surface(geometry, file.shapes.crs)
        except AppError as error:
            rows.refused.append(Remark(number, said["code"], error.message))
            continue
        known = rows.found.get(said["code"])
        if known is None:
            rows.found[said["code"]] = BoundaryRow(
                said["code"], said.get("name_fr", ""), said.get("name_nl", ""), nis or None, [piece]
            )
        else:
            known.pieces.append(piece)
    if not rows.found and not rows.refused:
        raise Invalid("no_boundaries", _l("This file has no such boundaries."), field="file")
    return rows


def _columns(kind: BoundaryKind, file: BoundaryFile) -> dict[str, str]:
    """Find which column says what: as asked, else by the names official files use."""
    there = {
        column.lower(): column for _shape, facts in file.shapes.rows for column in facts
    }  # a GeoJSON file may leave out what is empty
    found = {}
    for name in FIELDS:
        asked = file.columns.get(name)
        wanted = (asked,) if asked else COLUMNS[kind][name]
        column = next((there[one.lower()] for one in wanted if one.lower() in there), None)
        if column is not None:
            found[name] = column
        elif asked or name == "code":
            raise _column_missing(asked or name, sorted(there.values()))
    return found


def _column_missing(name: str, there: Sequence[str]) -> Invalid:
    message = _l(
        "The file has no column “%(name)s”. It has: %(columns)s.",
        name=name, columns=", ".join(there),
    )  # fmt: skip
    return Invalid("column_missing", message, field="file")


def _written(value: Any) -> str:
    """Return a value as text; a code read as a number is written without decimals."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else clean_text(str(value))


def _check(kind: BoundaryKind, said: Mapping[str, str]) -> None:
    code, limit = said["code"], LONGEST_CODE[kind]
    if not code or len(code) > limit:
        message = _l("A code of 1 to %(limit)s characters is needed.", limit=limit)
        raise Invalid("code_unreadable", message, field="code")
    nis = code if kind is BoundaryKind.COMMUNE else said.get("commune", "")
    if nis and not _NIS.fullmatch(nis):
        raise Invalid("nis_unreadable", _l("The NIS code of a commune has five digits."))
    if any(len(said.get(name, "")) > LONGEST_NAME for name in ("name_fr", "name_nl")):
        message = _l("A name has at most %(limit)s characters.", limit=LONGEST_NAME)
        raise Invalid("value_too_long", message, field="name_fr")


def _surface(geometry: BaseGeometry | Invalid | None, crs: Crs) -> BaseGeometry:
    if isinstance(geometry, Invalid):
        raise geometry
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise Invalid("not_a_surface", _l("A boundary is a surface; this row has none."))
    return to_wgs84(clean_polygon(geometry), crs)

"""By what the shapes of a file name the records they draw, whoever wrote the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from app.db.codes import has_code
from app.errors import Invalid
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.typed_text import clean_text
from modules.portfolio.enums import LandUse, Region
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.shapes import NAMES, Row, ShapeKind


class NamedBy(StrEnum):
    """What of a record a file names."""

    OWN = "own"
    ELSEWHERE = "external_ref"
    CADASTRE = "capakey"
    FARM = "farm_ref"


NAMED_BY_LABELS: dict[NamedBy, LazyText] = {
    NamedBy.OWN: _l("Our code or reference"),
    NamedBy.ELSEWHERE: _l("Reference elsewhere (buildings)"),
    NamedBy.CADASTRE: _l("Cadastral number (parcels)"),
    NamedBy.FARM: _l("Reference in the farm register (parcels)"),
}
# What holds such a name, and how files call it: ours first, then OpenStreetMap, the cadastre, and
# the farm registers of Flanders (REF_ID) and of Wallonia (INSPIRE: localId). Case is the same.
_HELD: dict[ShapeKind, dict[NamedBy, tuple[InstrumentedAttribute[Any], tuple[str, ...]]]] = {
    ShapeKind.BUILDINGS: {
        NamedBy.OWN: (Building.code, (NAMES[ShapeKind.BUILDINGS],)),
        NamedBy.ELSEWHERE: (Building.external_ref, ("external_ref", "osm_id", "localid")),
    },
    ShapeKind.PARCELS: {
        NamedBy.OWN: (LandParcel.reference, (NAMES[ShapeKind.PARCELS],)),
        NamedBy.CADASTRE: (LandParcel.capakey, ("capakey",)),
        NamedBy.FARM: (LandParcel.farm_ref, ("farm_ref", "ref_id", "localid")),
    },
}
# How the farm register of Flanders calls what a new parcel says.
_FACTS = {"crop": "gwsnam_h", "commune": "prc_gem", "commune_nis": "prc_nis"}


@dataclass(frozen=True, slots=True)
class ShapesAsked:
    """How a person wants a file read: what it names and where, what parcels not known yet are."""

    by: NamedBy | None = None
    attribute: str = ""
    region: Region | None = None
    use: LandUse | None = None


@dataclass(frozen=True, slots=True)
class ShapeNames:
    """The attribute of a file that names records, and what of them it names."""

    kind: ShapeKind
    by: NamedBy
    attribute: str

    def name_of(self, facts: Mapping[str, Any]) -> str:
        """Return the name a row gives; a number is written without decimals."""
        value = facts.get(self.attribute)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else clean_text(str(value))

    def keep_named(self, query: Select[Any], name: str) -> Select[Any]:
        """Keep the records of a name; of codes, the one written just so before another."""
        column = _HELD[self.kind][self.by][0]
        if self.by is not NamedBy.OWN:
            return query.where(column == name)
        return query.where(has_code(column, [name])).order_by(None).order_by(column != name)


def find_names(kind: ShapeKind, rows: Iterable[Row], asked: ShapesAsked) -> ShapeNames:
    """Find what names the records of a file: as asked, else by the names such files give it.

    Raises Invalid when no attribute does, or when such records bear no such name.
    """
    there = {column.lower(): column for _shape, facts in rows for column in facts}
    held = _HELD[kind]
    if asked.by is not None and asked.by not in held:
        message = _l("%(names)s do not name these shapes.", names=NAMED_BY_LABELS[asked.by])
        raise Invalid("named_otherwise", message, field="named_by")
    likely = [asked.by] if asked.by else list(held)
    if asked.attribute:
        column = there.get(asked.attribute.lower())
        if column is None:
            raise _missing(asked.attribute, there.values(), "attribute")
        return ShapeNames(kind, likely[0], column)
    for by in likely:
        for alias in held[by][1]:
            if alias in there:
                return ShapeNames(kind, by, there[alias])
    wanted = held[likely[0]][1][0]
    if there:
        raise _missing(wanted, there.values(), "file")
    return ShapeNames(kind, likely[0], wanted)


def _missing(name: str, there: Iterable[str], field: str) -> Invalid:
    message = _l(
        "No attribute “%(name)s” names the shapes. The file has: %(columns)s.",
        name=name, columns=", ".join(sorted(there)),
    )  # fmt: skip
    return Invalid("attribute_missing", message, field=field)


def new_parcel(names: ShapeNames, facts: Mapping[str, Any], asked: ShapesAsked) -> dict[str, Any]:
    """Return what a row says of a parcel that is not known, with what the person says of all."""
    there = {column.lower(): value for column, value in facts.items()}
    said = {name: there.get(name) or there.get(other) for name, other in _FACTS.items()}
    said |= {"region": asked.region, "use": asked.use}
    said = {name: value for name, value in said.items() if value} | dict(facts)
    if names.by is not NamedBy.OWN:
        said[names.by.value] = names.name_of(facts)
    else:
        said["reference"] = names.name_of(facts)
    return said

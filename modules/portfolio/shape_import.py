"""Outlines brought in: each shape is drawn, made or refused by itself, the file is one batch.

A shape whose record is not known is refused and named; a parcel is made when its row says region
and use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select
from sqlalchemy.orm import Session, undefer

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import AppError, Conflict, Invalid, NotFound
from app.geo import Crs, is_drawn_so, is_surface, plain
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.importer import Entry, Outcome
from app.tabular.problems import Problem, Severity, shown
from app.tabular.report import Report
from app.tabular.tally import Tally
from app.tabular.whole import keep_whole
from app.typed_text import clean_text
from modules.portfolio.commands import Change, ParcelFacts, ShapeGiven
from modules.portfolio.enums import LandUse, Region
from modules.portfolio.importers.positions import OUTLINE_STAYS
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_buildings, select_parcels
from modules.portfolio.services import create_parcel
from modules.portfolio.shape_batches import (
    BUILDING_OUTLINES,
    PARCEL_OUTLINES,
    Placed,
    outline_of,
    position_of,
    print_of,
)
from modules.portfolio.shape_names import (
    NamedBy,
    ShapeNames,
    ShapesAsked,
    find_names,
    new_parcel,
)
from modules.portfolio.shapes import ShapeFile, ShapeKind

Member = TypeVar("Member", bound=StrEnum)
Drawn = tuple[ShapeGiven, Mapping[str, Any]]
Reading = tuple[ShapeNames, ShapesAsked]
AS_RECOGNISED = ShapesAsked()

# What a building known only by a point may be; land is always a surface.
_POINTS_TOO = {ShapeKind.BUILDINGS}

_MENDED = _l("The outline crosses itself and is mended: look at it on the map.")


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one shape: its rank in the file, its name, why it is not taken as it is."""

    row: int
    name: str
    reason: Any


@dataclass(slots=True)
class ShapeReport:
    """What became of the shapes of a file; each is counted once."""

    drawn: int = 0
    made: int = 0
    unchanged: int = 0
    # The coordinate system, when it was recognised rather than said.
    assumed: Crs | None = None
    refused: list[Remark] = field(default_factory=list)
    # Taken, but not as they were; they count among the drawn, made or unchanged.
    mended: list[Remark] = field(default_factory=list)
    # The import it is kept as.
    batch_id: UUID | None = None

    @property
    def total(self) -> int:
        """Count the shapes of the file."""
        return self.drawn + self.made + self.unchanged + len(self.refused)


def import_shapes(
    actor: Actor,
    kind: ShapeKind,
    file: ShapeFile,
    uow: UnitOfWork,
    clock: Clock,
    asked: ShapesAsked = AS_RECOGNISED,
) -> ShapeReport:
    """Draw the records a file names, as one batch; a shape that is refused leaves the others."""
    require(actor, PortfolioPermission.IMPORT)
    names = find_names(kind, file.rows, asked)
    report = ShapeReport(assumed=file.crs if file.is_guessed else None)
    told, entries = Report(KEPT_AS[kind].name, file.name, file.sha256, is_dry_run=False), []
    known: dict[str, int] = {}
    for row, (geometry, facts) in enumerate(file.rows, start=1):
        name = names.name_of(facts)
        try:
            _refuse_repeated(name, known)
            given = ShapeGiven(_readable(geometry), file.crs)
            with uow.session.begin_nested():
                drawn = _DRAWERS[kind](actor, (names, asked), (given, facts), uow, clock)
        except AppError as error:
            report.refused.append(Remark(row, name, error.message))
            continue
        known[name] = row
        _count(report, told.tally, (row, name), drawn)
        if drawn.outcome is not Outcome.UNCHANGED:
            entries.append(drawn.entry(row, name, KEPT_AS[kind].subject_type))
        if not given.geometry.is_valid:
            report.mended.append(Remark(row, name, _MENDED))
    _tell_refusals(names.attribute, report, told.tally)
    report.batch_id = keep_whole(actor, KEPT_AS[kind], told, entries, uow, clock).id
    return report


def _refuse_repeated(name: str, known: Mapping[str, int]) -> None:
    if name in known:
        message = _l("This row repeats row %(first)s: both describe the same record.",
                     first=known[name])  # fmt: skip
        raise Invalid("duplicate_row", message)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What became of one shape: the record, how it was drawn before and is now, to undo it."""

    outcome: Outcome
    subject_id: UUID
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    # Where the record lay, and lies.
    moved: tuple[str, str] = ("", "")

    def entry(self, row: int, name: str, subject_type: str) -> Entry:
        """Return the line of the journal."""
        return Entry(
            row, self.outcome, subject_type, self.subject_id, name, self.before, self.after
        )


_COUNTED = {Outcome.NEW: "made", Outcome.CHANGED: "drawn", Outcome.UNCHANGED: "unchanged"}


def _count(report: ShapeReport, tally: Tally, about: tuple[int, str], drawn: Drawing) -> None:
    counter = _COUNTED[drawn.outcome]
    setattr(report, counter, getattr(report, counter) + 1)
    tally.counts[drawn.outcome] += 1
    if drawn.outcome is Outcome.CHANGED:
        row, name = about
        tally.changed_fields["position"] += 1
        tally.differences.append({"row": row, "key": name, "fields": {"position": drawn.moved}})


def _tell_refusals(attribute: str, report: ShapeReport, tally: Tally) -> None:
    """Keep what was refused or mended as the other imports keep it."""
    for remarks, severity in (
        (report.refused, Severity.ERROR),
        (report.mended, Severity.WARNING),
    ):
        tally.add_problems(_problem(attribute, one, severity) for one in remarks)
    tally.counts[Outcome.REFUSED] += len(report.refused)


def _problem(attribute: str, remark: Remark, severity: Severity) -> Problem:
    said = remark.reason if isinstance(remark.reason, LazyText) else LazyText(str(remark.reason))
    return Problem(
        "outline", remark.row, header=attribute, field=attribute, value=shown(remark.name),
        severity=severity, params=said.params, text=said,
    )  # fmt: skip


def _readable(geometry: BaseGeometry | Invalid | None) -> BaseGeometry:
    if isinstance(geometry, Invalid):
        raise geometry
    if geometry is None:
        raise Invalid("shape_missing", _l("This row has no shape."), field="geometry")
    return plain(geometry)


def _refuse_less(kind: ShapeKind, geometry: BaseGeometry, drawn: BaseGeometry | None) -> None:
    """Refuse what is no outline, but the point of a building that has none."""
    if is_surface(geometry):
        return
    if kind not in _POINTS_TOO or not isinstance(geometry, Point):
        raise Invalid(
            "not_a_surface",
            _l("This shape is no outline: draw the edge of what it shows, as a polygon."),
            field="geometry",
        )
    if is_surface(drawn):
        raise Invalid("outline_stays", OUTLINE_STAYS, field="geometry")


def _unknown() -> NotFound:
    return NotFound(message=_l("No record with this name was found."))


def _find(session: Session, query: Select[Any], names: ShapeNames, name: str) -> Any:
    """Return the record of a name, None when there is none; Conflict when several bear it."""
    found = session.scalars(names.keep_named(query, name).limit(2)).all()
    if len(found) > 1 and names.by is not NamedBy.OWN:
        message = _l("Several records bear this name: draw them by our own code.")
        raise Conflict("name_shared", message)
    return found[0] if found else None


def _draw_building(
    actor: Actor, read: Reading, drawn: Drawn, uow: UnitOfWork, clock: Clock
) -> Drawing:
    names, (shape, facts) = read[0], drawn
    query = select_buildings(actor).options(undefer(Building.geometry))
    building = _find(uow.session, query, names, names.name_of(facts))
    if building is None:
        raise _unknown()
    return _redraw(ShapeKind.BUILDINGS, actor, building, shape, uow, clock)


def _draw_parcel(
    actor: Actor, read: Reading, drawn: Drawn, uow: UnitOfWork, clock: Clock
) -> Drawing:
    (names, asked), (shape, facts) = read, drawn
    query = select_parcels(actor).options(undefer(LandParcel.geometry))
    parcel = _find(uow.session, query, names, names.name_of(facts))
    if parcel is not None:
        return _redraw(ShapeKind.PARCELS, actor, parcel, shape, uow, clock)
    _refuse_less(ShapeKind.PARCELS, shape.geometry, None)
    said = new_parcel(names, facts, asked)
    if not said.get("region") or not said.get("use"):
        raise _unknown()
    made = create_parcel(actor, _parcel_facts(said), shape, uow, clock)
    return Drawing(Outcome.NEW, made.id)


def _redraw(
    kind: ShapeKind,
    actor: Actor,
    row: Placed,
    shape: ShapeGiven,
    uow: UnitOfWork,
    clock: Clock,
) -> Drawing:
    """Draw a record another way, and keep what it was; the same outline changes nothing."""
    if is_drawn_so(row.geometry, shape.geometry, shape.crs):
        return Drawing(Outcome.UNCHANGED, row.id)
    _refuse_less(kind, shape.geometry, row.geometry)
    before, was = outline_of(row), position_of(row)
    KEPT_AS[kind].place(actor, Change(row.id, row.version), shape, uow, clock)
    return Drawing(Outcome.CHANGED, row.id, before, print_of(row), (was, position_of(row)))


def _parcel_facts(facts: Mapping[str, Any]) -> ParcelFacts:
    """Read a new parcel from the attributes of its shape; Invalid for an unknown value."""
    return ParcelFacts(
        reference=_written("reference", facts),
        region=_choice(Region, "region", facts),
        use=_choice(LandUse, "use", facts),
        capakey=str(facts["capakey"]) if facts.get("capakey") else None,
        commune=_written("commune", facts),
        crop=_written("crop", facts),
        commune_nis=_written("commune_nis", facts) or None,
        farm_ref=_written("farm_ref", facts) or None,
        area_m2=_number("area_m2", facts) if facts.get("area_m2") else None,
    )


def _written(attribute: str, facts: Mapping[str, Any]) -> str:
    """Read a text as it is stored; Invalid for one its column does not hold."""
    text = clean_text(str(facts.get(attribute) or ""))
    limit = getattr(LandParcel, attribute).type.length
    if len(text) > limit:
        message = _l(
            "%(attribute)s: the text is longer than %(limit)s characters.",
            attribute=attribute,
            limit=limit,
        )
        raise Invalid("value_too_long", message, field=attribute)
    return text


def _choice(enum: type[Member], attribute: str, facts: Mapping[str, Any]) -> Member:
    value = facts[attribute]
    try:
        return enum(str(value))
    except ValueError as error:
        message = _l(
            "%(attribute)s: “%(value)s” is not one of %(choices)s.",
            attribute=attribute,
            value=value,
            choices=", ".join(enum),
        )
        raise Invalid("value_unknown", message, field=attribute) from error


def _number(attribute: str, facts: Mapping[str, Any]) -> float:
    value = facts[attribute]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        message = _l("%(attribute)s: “%(value)s” is no number.", attribute=attribute, value=value)
        raise Invalid("value_unknown", message, field=attribute)
    return number


KEPT_AS = {ShapeKind.BUILDINGS: BUILDING_OUTLINES, ShapeKind.PARCELS: PARCEL_OUTLINES}
_DRAWERS: dict[ShapeKind, Callable[..., Drawing]] = {
    ShapeKind.BUILDINGS: _draw_building,
    ShapeKind.PARCELS: _draw_parcel,
}

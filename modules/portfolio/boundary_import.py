"""Communes and statistical sectors brought in: a file takes the place of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Forbidden
from app.geo import Crs
from modules.portfolio.boundary_rows import BoundaryFile, BoundaryRow, BoundaryRows, read_rows
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.models import Boundary
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.services import settle_buildings
from modules.portfolio.shape_import import Remark


@dataclass(slots=True)
class BoundaryReport:
    """What became of the boundaries of a file, and how many buildings it placed."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    settled: int = 0
    # The coordinate system, when it was recognised rather than said.
    assumed: Crs | None = None
    refused: list[Remark] = field(default_factory=list)


def load_boundaries(
    actor: Actor, kind: BoundaryKind, file: BoundaryFile, uow: UnitOfWork, clock: Clock
) -> BoundaryReport:
    """Draw the boundaries of a file and say of each building where it lies.

    Those the file does not name go; a refused row leaves what was there. Invalid when nothing
    in it can be read.
    """
    require(actor, PortfolioPermission.IMPORT)
    if not actor.scope.everything:
        raise Forbidden(permission=str(PortfolioPermission.IMPORT))
    rows = read_rows(kind, file)
    report = BoundaryReport(
        refused=rows.refused, assumed=file.shapes.crs if file.shapes.is_guessed else None
    )
    if not rows.taken:
        return report
    before = _held(uow.session, kind)
    _draw(uow.session, kind, rows.taken, before, report)
    _remove(uow.session, rows, before, report)
    uow.flush()
    if report.made or report.changed or report.removed:
        counted = (len(before), len(before) + report.made - report.removed)
        record(
            uow, actor, clock, action="portfolio.boundary.load", subject=_subject(kind),
            changes={"boundaries": counted},
        )  # fmt: skip
    report.settled = settle_buildings(actor, uow, clock)
    return report


def _held(session: Session, kind: BoundaryKind) -> dict[str, Boundary]:
    return {row.code: row for row in session.scalars(select(Boundary).filter_by(kind=kind))}


def _draw(
    session: Session, kind: BoundaryKind, taken: Mapping[str, BoundaryRow],
    before: Mapping[str, Boundary], report: BoundaryReport,
) -> None:  # fmt: skip
    for code, row in taken.items():
        values: dict[str, Any] = row.values()
        known = before.get(code)
        if known is None:
            session.add(Boundary(kind=kind, code=code, **values))
            report.made += 1
        elif changed_fields(known, values):
            report.changed += 1
        else:
            report.unchanged += 1


def _remove(
    session: Session, rows: BoundaryRows, before: Mapping[str, Boundary], report: BoundaryReport
) -> None:
    named = rows.found.keys() | {remark.name for remark in rows.refused}
    for code in before.keys() - named:
        session.delete(before[code])
        report.removed += 1


def _subject(kind: BoundaryKind) -> Subject:
    """Name a layer for the audit trail: its rows come and go, the layer stays."""
    return Subject("boundary", uuid5(NAMESPACE_URL, f"boundary:{kind}"), kind.value)

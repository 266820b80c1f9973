"""Import and export sites, work areas and departments by their own columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import Change, GroupingFacts
from modules.portfolio.enums import GROUPING_TITLES, Grouping
from modules.portfolio.importers.columns import AREA, name_columns, names_read, names_stored
from modules.portfolio.importers.source import Source, by_code, codes_of, named, unknown
from modules.portfolio.models import Area, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import MODELS, Grouped
from modules.portfolio.services import change_grouping, create_grouping

_COLUMNS = (
    Column("code", _l("Code"), Text(max_length=20), required=True, example="NORD"),
    *name_columns("Nord", "Noord", "North"),
)


def _query(kind: Grouping, _actor: Actor) -> Any:
    model: Any = MODELS[kind]
    statement: Any
    if kind is Grouping.SITE:
        statement = select(Site, Area.code).outerjoin(Area, Site.area_id == Area.id)
    else:
        statement = select(model, null())
    return statement.where(model.archived_at.is_(None))


def _stored(row: Grouped, area: str | None) -> Stored:
    values = {"code": row.code, "area": area, **names_stored(row.name)}
    return Stored(row.id, row.version, values)


def _prepare(_actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    yield from unknown(rows, "area", by_code(session, Area, named(rows, "area")))


def _facts(values: Values, session: Session) -> GroupingFacts:
    area = values.get("area")
    return GroupingFacts(
        code=str(values["code"]),
        name=names_read(values),
        area_id=by_code(session, Area, {area}).get(area) if area else None,
    )


def _create(kind: Grouping, actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return create_grouping(actor, kind, _facts(values, uow.session), uow, clock).id


def _change(  # the kind, then what every importer is handed
    kind: Grouping, actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    asked = Change(stored.id, stored.version)
    change_grouping(actor, kind, asked, _facts(values, uow.session), uow, clock)


def _remove(kind: Grouping, uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    remove_untouched(uow.session, MODELS[kind], ids)


def _importer(kind: Grouping, name: str) -> ServiceImporter:
    model: Any = MODELS[kind]
    source = Source(partial(_query, kind), _stored, model.id, (model.code,), ("code",))
    return ServiceImporter(
        name=name,
        title=GROUPING_TITLES[kind],
        permission=PortfolioPermission.IMPORT,
        export_permission=PortfolioPermission.EXPORT,
        columns=(*_COLUMNS, AREA) if kind is Grouping.SITE else _COLUMNS,
        key="code",
        needed=(),
        codes={"code": codes_of(model), "area": codes_of(Area)},
        subject_type=kind.value,
        model=model,
        load=source.load,
        create=partial(_create, kind),
        change=partial(_change, kind),
        remove=partial(_remove, kind),
        find=source.find,
        prepare=_prepare,
        records=source.records,
    )


GROUPINGS = (
    _importer(Grouping.SITE, "sites"),
    _importer(Grouping.AREA, "areas"),
    _importer(Grouping.DEPARTMENT, "departments"),
)

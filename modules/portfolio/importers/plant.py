"""Import and export installations, with the entrances, lots and buildings they serve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, delete, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import as_stored
from app.i18n import lazy as _l
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Entry, Values
from app.tabular.kinds import Choice, Day, Text, YesNo
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import Change, InstallationFacts
from modules.portfolio.enums import INSTALLATION_KIND_LABELS, InstallationKind
from modules.portfolio.errors import served_is_gone
from modules.portfolio.importers.columns import BUILDING
from modules.portfolio.importers.source import named, unknown
from modules.portfolio.models import Building, Entrance, Installation, Lot, ServiceLink
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.queries.topology import seen_installations
from modules.portfolio.services import add_installation, change_installation

_PLAIN = ("code", "kind", "name", "location", "commissioned_on", "is_in_service", "note")
_LINKS = ("entrances", "lots", "other_buildings")
_INSIDE = ("entrances", "lots")
_BETWEEN = ", "

COLUMNS = (
    Column("code", _l("Code"), Text(max_length=30), required=True, example="INS-00012"),
    Column("building", _l("Building"), BUILDING,
           example="BLD-0042"),
    Column("kind", _l("Kind"), Choice(enum=InstallationKind, labels=INSTALLATION_KIND_LABELS)),
    Column("name", _l("Name"), Text(max_length=120)),
    Column("location", _l("Where it stands"), Text(max_length=160)),
    Column("commissioned_on", _l("In service since"), Day(low=date(1850, 1, 1))),
    Column("is_in_service", _l("In service"), YesNo()),
    Column("entrances", _l("Entrances served"), Text(max_length=1_000),
           help=_l("Codes with a comma between them; none of both: the whole building."),
           example="A, B"),
    Column("lots", _l("Lots served"), Text(max_length=4_000)),
    Column("other_buildings", _l("Other buildings served"), Text(max_length=4_000),
           help=_l("Codes with a comma between them; each of them whole."),
           example="BLD-0043, BLD-0044"),
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True)),
)  # fmt: skip

Inside = Mapping[str, Mapping[tuple[str, str], UUID]]
Served = Mapping[UUID, Mapping[str, str]]


def _installations(actor: Actor) -> Select[Installation, str]:
    statement = (
        select(Installation, Building.code)
        .join(Building, Installation.building_id == Building.id)
        .where(Installation.archived_at.is_(None))
        .order_by(Installation.code)
    )
    return in_scope(statement, actor, Installation.building_id)


def _read(actor: Actor, session: Session, statement: Select[Installation, str]) -> list[Stored]:
    """Read installations, and whom all of them serve in one more query."""
    rows = session.execute(statement).all()
    served = _served(actor, session, statement.with_only_columns(Installation.id).order_by(None))
    return [_stored(row[0], row[1], served.get(row[0].id, {})) for row in rows]


def _served(actor: Actor, session: Session, installation_ids: Any) -> Served:
    """Return the codes of entrances, lots and other buildings, listed, by installation.

    A building the actor does not see, or an archived one, has no code here and stays served.
    """
    other = select(Building.id, Building.code).where(Building.archived_at.is_(None))
    others = in_scope(other, actor, Building.id).subquery()
    statement = (
        select(ServiceLink.installation_id, Entrance.code, Lot.reference, others.c.code)
        .join(Installation, ServiceLink.installation_id == Installation.id)
        .outerjoin(Entrance, ServiceLink.entrance_id == Entrance.id)
        .outerjoin(Lot, ServiceLink.lot_id == Lot.id)
        .outerjoin(
            others,
            (ServiceLink.building_id == others.c.id) & (others.c.id != Installation.building_id),
        )
        .where(ServiceLink.installation_id.in_(installation_ids))
    )
    found: dict[UUID, dict[str, list[str]]] = {}
    for installation_id, *codes in session.execute(statement):
        links = found.setdefault(installation_id, {name: [] for name in _LINKS})
        for name, code in zip(_LINKS, codes, strict=True):
            links[name] += filter(None, (code,))
    return {
        key: {name: _BETWEEN.join(sorted(codes)) for name, codes in links.items()}
        for key, links in found.items()
    }


def _stored(installation: Installation, building: str, served: Mapping[str, str]) -> Stored:
    values = {name: getattr(installation, name) for name in _PLAIN}
    values |= {"building": building, **{name: served.get(name) or None for name in _LINKS}}
    return Stored(installation.id, installation.version, values)


def load(actor: Actor, session: Session, codes: Sequence[str]) -> dict[str, Stored]:
    """Return installations by code."""
    found = _read(actor, session, _installations(actor).where(Installation.code.in_(codes)))
    return {stored.values["code"]: stored for stored in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return installations by identifier."""
    found = _read(actor, session, _installations(actor).where(Installation.id.in_(ids)))
    return {stored.id: stored for stored in found}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the installations the actor sees."""
    for stored in _read(actor, session, _installations(actor)):
        yield stored.values


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of unknown buildings, and of entrances and lots their building lacks.

    Lists are put in order first, so that another order is no change.
    """
    others = {code for row in rows for code in _split(row.values.get("other_buildings"))}
    buildings = seen_buildings(actor, session, named(rows, "building") | others)
    yield from unknown(rows, "building", buildings)
    in_use = _in_use(session, buildings)
    known = {name: _inside(session, name, buildings) for name in _INSIDE}
    for row in rows:
        _put_in_order(row, known, buildings)
        here = row.values.get("building")
        for name in _INSIDE if here in buildings else ():
            for code in _split(row.values.get(name)):
                if (here, code) not in known[name]:
                    yield Problem("not_found", row.number, field=name, value=code)
        for code in _split(row.values.get("other_buildings")):
            if code not in in_use:
                yield Problem("not_found", row.number, field="other_buildings", value=code)


def _put_in_order(row: Row, known: Inside, buildings: Iterable[str]) -> None:
    """Write the lists of a row in one order, and their codes in the capitals they are stored in."""
    here = row.values.get("building")
    for name in _LINKS:
        if codes := _split(row.values.get(name)):
            inside = (code for place, code in known.get(name, ()) if place == here)
            stored = as_stored(codes, inside if name in _INSIDE else buildings)
            row.values[name] = _BETWEEN.join(sorted({stored.get(code, code) for code in codes}))


def _in_use(session: Session, buildings: Mapping[str, UUID]) -> set[str]:
    ids = Building.id.in_(buildings.values())
    return set(session.scalars(select(Building.code).where(ids, Building.archived_at.is_(None))))


def _split(listed: Any) -> list[str]:
    return [part.strip() for part in str(listed or "").split(",") if part.strip()]


def _inside(
    session: Session, name: str, buildings: Mapping[str, UUID]
) -> dict[tuple[str, str], UUID]:
    """Return the entrances or lots of buildings by (building, code)."""
    model: Any = Entrance if name == "entrances" else Lot
    code = Entrance.code if name == "entrances" else Lot.reference
    statement = (
        select(Building.code, code, model.id)
        .join(Building, model.building_id == Building.id)
        .where(Building.id.in_(buildings.values()))
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def _facts(actor: Actor, values: Values, session: Session) -> InstallationFacts:
    """Return the facts of a row; what it names and is there no more is left out."""
    code, others = str(values["building"]), _split(values.get("other_buildings"))
    buildings = seen_buildings(actor, session, {code, *others})
    ids = {name: _inside(session, name, buildings) for name in _INSIDE}
    entrances, lots = (
        tuple(
            ids[name][code, part] for part in _split(values.get(name)) if (code, part) in ids[name]
        )
        for name in _INSIDE
    )
    plain = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
    return InstallationFacts(
        building_id=buildings[code],
        entrance_ids=entrances,
        lot_ids=lots,
        building_ids=tuple(buildings[other] for other in others if other in buildings),
        **plain,
    )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Add an installation."""
    return add_installation(actor, _facts(actor, values, uow.session), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change an installation."""
    facts = _facts(actor, values, uow.session)
    change_installation(actor, Change(stored.id, stored.version), facts, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove installations an import made, with what they serve; Conflict when touched since."""
    session, table = uow.session, cast("Table", Installation.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids, but=(cast("Table", ServiceLink.__table__),))
    session.execute(delete(ServiceLink).where(ServiceLink.installation_id.in_(ids)))
    delete_rows(session, table, ids)


class PlantImporter(ServiceImporter):
    """An importer whose records name buildings, which may leave the estate before an undo."""

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Take back what a batch wrote; Conflict when a building it named cannot be named now."""
        others = [(one.after or {}).get("other_buildings") for one in entries]
        named = {code for listed in others for code in _split(listed)}
        gone = named - _in_use(uow.session, seen_buildings(actor, uow.session, named))
        if gone:
            raise served_is_gone(", ".join(sorted(gone)))
        ServiceImporter.undo(self, uow, actor, clock, entries)


INSTALLATIONS = PlantImporter(
    name="installations",
    title=_l("Installations"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="code",
    needed=("building", "kind"),
    empty={"is_in_service": True},
    codes={"code": seen_installations, "building": seen_buildings},
    subject_type="installation",
    model=Installation,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
)

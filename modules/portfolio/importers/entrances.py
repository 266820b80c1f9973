"""Import and export entrances, named by their building and their own code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Integer, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import AddressFacts, Change, EntranceFacts
from modules.portfolio.importers.columns import ADDRESS, ADDRESS_COLUMNS, BUILDING
from modules.portfolio.importers.source import Source, codes_inside, named, unknown
from modules.portfolio.models import Address, Building, Entrance
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services import add_entrance, change_entrance

COLUMNS = (
    Column("building", _l("Building"), BUILDING, required=True, example="BLD-0042"),
    Column("code", _l("Code"), Text(max_length=30), required=True, example="A"),
    Column("position", _l("Order in lists"), Integer(low=0, high=999)),
    *ADDRESS_COLUMNS,
)


def _entrances(actor: Actor) -> Select[Entrance, str]:
    statement = (
        select(Entrance, Building.code)
        .join(Building, Entrance.building_id == Building.id)
        .where(Entrance.archived_at.is_(None))
    )
    return in_scope(statement, actor, Entrance.building_id)


def _stored_entrance(entrance: Entrance, building: str) -> Stored:
    values = {"building": building, "code": entrance.code, "position": entrance.position}
    own = entrance.address
    values |= {name: getattr(own, name) if own else None for name in ADDRESS}
    return Stored(entrance.id, entrance.version, values)


SOURCE = Source(
    _entrances,
    _stored_entrance,
    Entrance.id,
    (Building.code, Entrance.code),
    ("building", "code"),
)


def _prepare_entrances(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    buildings = seen_buildings(actor, session, named(rows, "building"))
    yield from unknown(rows, "building", buildings)


def _entrance_facts(actor: Actor, values: Values, session: Session) -> EntranceFacts:
    code = str(values["building"])
    written = {name: values[name] for name in ADDRESS if values.get(name)}
    return EntranceFacts(
        building_id=seen_buildings(actor, session, {code})[code],
        code=str(values["code"]),
        position=values.get("position") or 0,
        address=AddressFacts(**written) if written else None,
    )


def _create_entrance(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return add_entrance(actor, _entrance_facts(actor, values, uow.session), uow, clock).id


def _change_entrance(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _entrance_facts(actor, values, uow.session)
    change_entrance(actor, Change(stored.id, stored.version), facts, uow, clock)


def _remove_entrances(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove entrances with the addresses made for them; Conflict when used since."""
    session, table = uow.session, cast("Table", Entrance.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids)
    own = select(Entrance.address_id).where(Entrance.id.in_(ids), Entrance.address_id.is_not(None))
    addresses = [address for address in session.scalars(own) if address]
    delete_rows(session, table, ids)
    delete_rows(session, cast("Table", Address.__table__), addresses)


ENTRANCES = ServiceImporter(
    name="entrances",
    title=_l("Entrances"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=("building", "code"),
    needed=(),
    empty={"position": 0},
    codes={"building": seen_buildings},
    inside=codes_inside(Entrance),
    subject_type="entrance",
    model=Entrance,
    load=SOURCE.load,
    create=_create_entrance,
    change=_change_entrance,
    remove=_remove_entrances,
    find=SOURCE.find,
    prepare=_prepare_entrances,
    records=SOURCE.records,
)

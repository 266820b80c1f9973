"""Import and export who is in which lot, named by party, lot and first day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import has_code
from app.i18n import format_date
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Lookup
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, ServiceWork, Stored
from app.tabular.typed import Row
from modules.parties.commands import Occupy
from modules.parties.enums import OCCUPANCY_ROLE_LABELS, OccupancyRole
from modules.parties.errors import ALREADY_THERE
from modules.parties.models import Occupancy, Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.scope import parties_in_scope
from modules.parties.services import change_stay, move_in
from modules.portfolio.api import lot_reference_sql, seen_lots, visible_lot_ids

_DAY = Day(low=date(1900, 1, 1))
KEY = ("party", "lot", "starts_on")
# The last day of each stay by its first, and those of a party in a lot.
Days = dict[date, date | None]
Stays = defaultdict[tuple[UUID, UUID], Days]

COLUMNS = (
    Column("party", _l("Party"), Lookup(noun=_l("the reference of a party"), max_length=30),
           required=True, example="P-000001"),
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40),
           required=True, example="LOT-000123"),
    Column("starts_on", _l("First day"), _DAY, required=True, example="01/09/2024"),
    Column("role", _l("As"), Choice(enum=OccupancyRole, labels=OCCUPANCY_ROLE_LABELS)),
    Column("ends_on", _l("Last day"), _DAY, help=_l("Empty while they are still there.")),
)  # fmt: skip


def _occupancies(actor: Actor) -> Select[Occupancy, str, str]:
    statement = (
        select(Occupancy, Party.reference, lot_reference_sql(Occupancy.lot_id))
        .join(Party, Occupancy.party_id == Party.id)
        .where(Party.archived_at.is_(None))
    )
    lots = visible_lot_ids(actor)
    return statement if lots is None else statement.where(Occupancy.lot_id.in_(lots))


def _stored(occupancy: Occupancy, party: str, lot: str) -> Stored:
    days = {"starts_on": occupancy.starts_on, "ends_on": occupancy.ends_on}
    values = {"party": party, "lot": lot, "role": occupancy.role, **days}
    return Stored(occupancy.id, occupancy.version, values)


def load(actor: Actor, session: Session, keys: Sequence[Any]) -> dict[Any, Stored]:
    """Return stays by party, lot and first day."""
    parties = {party for party, _lot, _day in keys}
    found = (
        _stored(*row)
        for row in session.execute(_occupancies(actor).where(Party.reference.in_(parties)))
    )
    by_key = {tuple(one.values[name] for name in KEY): one for one in found}
    return {key: by_key[key] for key in keys if key in by_key}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return stays by identifier."""
    rows = session.execute(_occupancies(actor).where(Occupancy.id.in_(ids)))
    return {stored.id: stored for stored in (_stored(*row) for row in rows)}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the stays the actor sees, by party."""
    statement = _occupancies(actor).order_by(Party.reference, Occupancy.starts_on, Occupancy.id)
    for row in session.execute(statement.execution_options(yield_per=1_000)):
        yield _stored(*row).values


def prepare(
    actor: Actor, session: Session, rows: Sequence[Row], told: Stays | None = None
) -> Iterator[Problem]:
    """Refuse who or what is not known, an end before its beginning, and two stays at once.

    `told` holds what the rows before these say, which a rehearsal does not write.
    """
    told = defaultdict(dict) if told is None else told
    parties = _parties(actor, session, _named(rows, "party"))
    lots = seen_lots(actor, session, _named(rows, "lot"))
    stays = _stays(session, parties)
    for row in rows:
        party, lot = row.values.get("party"), row.values.get("lot")
        if party and party not in parties:
            yield Problem("not_found", row.number, field="party", value=str(party))
        elif lot and lot not in lots:
            yield Problem("not_found", row.number, field="lot", value=str(lot))
        elif party and lot and row.values.get("starts_on"):
            pair = parties[party], lots[lot]
            yield from _overlap(row, stays[pair], told[pair])


def _overlap(row: Row, stored: Days, told: Days) -> Iterator[Problem]:
    """Refuse a stay beside another of the same party in the same lot; it counts from here on."""
    first = row.values["starts_on"]
    last = row.values.get("ends_on", stored.get(first))
    if last is not None and last < first:
        text = _l("The end lies before the start.")
        yield Problem(
            "not_possible", row.number, field="ends_on", value=format_date(last), text=text
        )
        return
    until = last or date.max
    besides = ((day, end or date.max) for day, end in (stored | told).items() if day != first)
    if any(day <= until and end >= first for day, end in besides):
        yield Problem(
            "not_possible",
            row.number,
            field="starts_on",
            value=format_date(first),
            text=ALREADY_THERE,
        )
        return
    # The first row about a stay counts; the engine refuses another.
    told.setdefault(first, last)


def _named(rows: Sequence[Row], name: str) -> set[str]:
    return {str(row.values[name]) for row in rows if row.values.get(name)}


def _parties(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return the parties whom the actor may house: those they see, and who lives nowhere yet."""
    if not references:
        return {}
    statement = select(Party.reference, Party.id).where(
        has_code(Party.reference, references), Party.archived_at.is_(None)
    )
    seen = parties_in_scope(select(Party.id), actor)
    nowhere = Party.id.not_in(select(Occupancy.party_id))
    rows = session.execute(statement.where(or_(Party.id.in_(seen), nowhere)))
    return {row.reference: row.id for row in rows}


def _stays(session: Session, parties: Mapping[str, UUID]) -> Stays:
    """Return the stays of parties in each lot, the last day by the first."""
    found: Stays = defaultdict(dict)
    query = select(Occupancy).where(Occupancy.party_id.in_(parties.values()))
    for stay in session.scalars(query):
        found[stay.party_id, stay.lot_id][stay.starts_on] = stay.ends_on
    return found


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Write that a party is in a lot."""
    party, lot = str(values["party"]), str(values["lot"])
    command = Occupy(
        party_id=_parties(actor, uow.session, {party})[party],
        lot_id=seen_lots(actor, uow.session, {lot})[lot],
        starts_on=values["starts_on"],
        role=values.get("role") or OccupancyRole.TENANT,
        ends_on=values.get("ends_on"),
    )
    return move_in(actor, command, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change by what title somebody is in a lot, and until when."""
    role = values.get("role") or OccupancyRole.TENANT
    change_stay(actor, stored.id, role, values.get("ends_on"), uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove stays an import made; Conflict when touched since or pointed at."""
    remove_untouched(uow.session, Occupancy, ids)


class OccupanciesImporter(ServiceImporter):
    """An importer that compares the stays of one file with each other, however far apart."""

    def open(self, actor: Actor, clock: Clock) -> ServiceWork:
        """Begin a pass over a file, which remembers the stays of the rows before."""
        known = partial(prepare, told=defaultdict(dict))
        return ServiceWork(replace(self, prepare=known), actor, clock.now())


OCCUPANCIES = OccupanciesImporter(
    name="occupancies",
    title=_l("Who lives where"),
    permission=PartyPermission.OCCUPY,
    export_permission=PartyPermission.EXPORT,
    columns=COLUMNS,
    key=KEY,
    needed=(),
    empty={"role": OccupancyRole.TENANT},
    codes={"party": _parties, "lot": seen_lots},
    subject_type="occupancy",
    model=Occupancy,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
)

"""What a row of tickets means: which ticket, which problem, which place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.portfolio.api import codes_of_lots, seen_buildings, seen_lots
from modules.tickets.enums import Trade
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import visible_tickets
from modules.tickets.rule_names import RuleNames, load_rule_names

OURS = re.compile(r"TK-\d{4}-\d{6,}")


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find the ticket of each row by our number or the older tool's, and what the row names.

    An empty cell says nothing about a ticket.
    """
    for row in rows:
        row.values = {name: v for name, v in row.values.items() if v not in (None, "")}
        _take_foreign_number(row)
    yield from _refused_keys(rows)
    known = _known(actor, session, rows)
    for row in rows:
        yield from _identify(row, known)
    yield from _name_rules(rows, known, load_rule_names(session))
    yield from _find_places(actor, session, rows)


def _take_foreign_number(row: Row) -> None:
    """Read a number that we do not give as the reference of the older tool."""
    number = row.values.get("number")
    if number and not OURS.fullmatch(number) and "external_ref" not in row.values:
        row.values["external_ref"] = row.values.pop("number")


def _refused_keys(rows: Sequence[Row]) -> Iterator[Problem]:
    for row in rows:
        number, elsewhere = row.values.get("number"), row.values.get("external_ref")
        if number and not OURS.fullmatch(number):
            yield Problem("two_numbers", row.number, field="number", value=number, text=TWO_NUMBERS)
        elif not number and not elsewhere:
            yield Problem("no_key", row.number, field="external_ref")


TWO_NUMBERS = _l("The number is not one of ours: leave it empty beside the reference elsewhere.")


def _known(actor: Actor, session: Session, rows: Sequence[Row]) -> dict[str, Ticket]:
    """Return the tickets the actor sees, by each of their numbers."""
    ours = {row.values["number"] for row in rows if "number" in row.values}
    theirs = {row.values["external_ref"] for row in rows if "external_ref" in row.values}
    statement = select(Ticket).where(or_(Ticket.number.in_(ours), Ticket.external_ref.in_(theirs)))
    found = session.scalars(visible_tickets(actor, statement)).all()
    return {key: one for one in found for key in (one.number, one.external_ref) if key}


def _identify(row: Row, known: dict[str, Ticket]) -> Iterator[Problem]:
    """Put our number in, or the older tool's for a ticket that is not there yet."""
    number, elsewhere = row.values.get("number"), row.values.get("external_ref")
    if number and OURS.fullmatch(number) and number not in known:
        yield Problem("not_found", row.number, field="number", value=number)
    elif elsewhere and not number:
        row.values["number"] = known[elsewhere].number if elsewhere in known else elsewhere


def _name_rules(
    rows: Iterable[Row], known: dict[str, Ticket], names: RuleNames
) -> Iterator[Problem]:
    """Turn names into keys; a ticket that gets another problem gets its trade too, unless said."""
    for row in rows:
        for field, find in (("priority", names.priority), ("category", names.category)):
            text = row.values.get(field)
            key = find(text) if text else None
            if text and key is None:
                yield Problem("not_found", row.number, field=field, value=text)
            elif key:
                row.values[field] = key
        ticket = known.get(row.values.get("number", ""))
        category = names.rules.categories.get(row.values.get("category", ""))
        if ticket and category and ticket.category_key != category.key:
            row.values.setdefault("trade", category.trade or Trade.MULTI_SKILLED)


def _find_places(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Look buildings and lots up; the building of a lot needs no mention."""
    buildings = seen_buildings(actor, session, _named(rows, "building"))
    lots = seen_lots(actor, session, _named(rows, "lot"))
    codes = codes_of_lots(session, lots.values())
    for row in rows:
        building, lot = row.values.get("building"), row.values.get("lot")
        if building and building not in buildings:
            yield Problem("not_found", row.number, field="building", value=building)
        elif lot and (lot not in lots or building not in (None, codes[lots[lot]])):
            yield Problem("not_found", row.number, field="lot", value=lot)
        elif lot:
            row.values["building"] = codes[lots[lot]]


def _named(rows: Sequence[Row], name: str) -> set[str]:
    return {str(row.values[name]) for row in rows if row.values.get(name)}


def place_ids(
    actor: Actor, session: Session, building: str | None, lot: str | None
) -> tuple[UUID | None, UUID | None]:
    """Return building and lot of a row that was prepared."""
    lot_id = seen_lots(actor, session, {lot}).get(lot) if lot else None
    building_id = seen_buildings(actor, session, {building}).get(building) if building else None
    return building_id, lot_id

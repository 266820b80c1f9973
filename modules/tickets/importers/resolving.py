"""What a row of tickets means: which ticket, which problem, which place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.tabular.numbered import identify, named, read_numbers
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.energy.api import read_titles
from modules.portfolio.api import find_row_places, seen_rooms
from modules.tickets.enums import DROPPED_STATUSES, Trade
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import find_by_any_number
from modules.tickets.rule_names import RuleNames, load_rule_names

OURS = re.compile(r"TK-\d{4}-\d{6,}")


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find the ticket of each row by our number or the older tool's, and what the row names.

    An empty cell says nothing about a ticket.
    """
    yield from read_numbers(rows, OURS)
    asked = set[str]().union(
        *(named(rows, name) for name in ("number", "external_ref", "duplicate_of"))
    )
    known = find_by_any_number(actor, session, asked)
    yield from identify(rows, {key: ticket.number for key, ticket in known.items()})
    read_titles(rows, known)
    yield from _name_rules(rows, known, load_rule_names(session))
    yield from _find_originals(rows, known)
    yield from find_row_places(actor, session, rows)
    yield from _find_rooms(actor, session, rows)


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
                row.take_to_mean(field, key)
        ticket = known.get(row.values.get("number", ""))
        category = names.rules.categories.get(row.values.get("category", ""))
        if ticket and category and ticket.category_key != category.key:
            row.values.setdefault("trade", category.trade or Trade.MULTI_SKILLED)


def _find_originals(rows: Iterable[Row], known: dict[str, Ticket]) -> Iterator[Problem]:
    """Turn the number of the ticket a row repeats into ours; nobody works on one put away."""
    for row in rows:
        text = row.values.get("duplicate_of")
        if not text:
            continue
        original, ticket = known.get(text), known.get(row.values.get("number", ""))
        if original is None:
            yield Problem("not_found", row.number, field="duplicate_of", value=text)
        elif original.status in DROPPED_STATUSES and not _repeats(ticket, original):
            why = _l("It is cancelled or a duplicate itself: nobody works on it.")
            yield Problem("not_possible", row.number, field="duplicate_of", value=text, text=why)
        else:
            row.take_to_mean("duplicate_of", original.number)


def _find_rooms(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse a room that the building of its row does not have."""
    known = seen_rooms(actor, session, named([r for r in rows if r.values.get("room")], "building"))
    for row in rows:
        code = row.values.get("room")
        if code and (row.values.get("building"), code) not in known:
            yield Problem("not_found", row.number, field="room", value=code)


def _repeats(ticket: Ticket | None, original: Ticket) -> bool:
    return ticket is not None and ticket.duplicate_of_id == original.id

"""What a row of tickets means: which ticket, which problem, which place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.tabular.numbered import identify, named, read_numbers
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.energy.api import read_titles
from modules.portfolio.api import find_row_places
from modules.tickets.enums import Trade
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import find_by_any_number
from modules.tickets.rule_names import RuleNames, load_rule_names

OURS = re.compile(r"TK-\d{4}-\d{6,}")


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find the ticket of each row by our number or the older tool's, and what the row names.

    An empty cell says nothing about a ticket.
    """
    yield from read_numbers(rows, OURS)
    known = find_by_any_number(actor, session, named(rows, "number") | named(rows, "external_ref"))
    yield from identify(rows, {key: ticket.number for key, ticket in known.items()})
    read_titles(rows, known)
    yield from _name_rules(rows, known, load_rule_names(session))
    yield from find_row_places(actor, session, rows)


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

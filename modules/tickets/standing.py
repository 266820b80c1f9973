"""How the tickets an agent has before them stand: in words, and who comes when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from app.registry import remarks_for
from app.web.context import current_actor, current_clock, house, reader
from modules.tickets.enums import STATUS_LABELS, STATUS_TONES, WAITING_LABELS
from modules.tickets.models import Ticket


def describe_standing(tickets: Iterable[Ticket]) -> dict[str, Any]:
    """Return what `_lines.html` says of tickets beside their number, in a fixed number of queries.

    `visits` is None for whoever may not see the work on tickets.
    """
    return {
        "visits": _visits({one.id for one in tickets if one.is_open}),
        "status_labels": STATUS_LABELS,
        "tones": STATUS_TONES,
        "waiting_labels": WAITING_LABELS,
    }


def _visits(ticket_ids: set[UUID]) -> Mapping[UUID, str] | None:
    actor = current_actor()
    remarks = remarks_for(house().modules, "ticket", actor)
    if not remarks:
        return None
    if not ticket_ids:
        return {}
    told = [one.tell(actor, reader(), ticket_ids, current_clock()) for one in remarks]
    return {
        key: ", ".join(lines[key] for lines in told if key in lines)
        for key in ticket_ids
        if any(key in lines for lines in told)
    }

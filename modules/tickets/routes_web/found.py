"""What the box of a call finds; each line leads on with what is known of the caller."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from flask import url_for

from app.clock import BRUSSELS
from app.phones import read_phone
from app.search.engine import Group
from app.search.providers import Hit
from app.search.routes_web import engine as search_engine
from app.web.context import current_actor, current_clock, reader
from app.web.frontend import url_or_none
from modules.tickets.models import Ticket
from modules.tickets.queries.callers import Home, homes_of_callers
from modules.tickets.queries.tickets import list_of_phones

FOUND = 8
HOMES = 3
PLACES = ("party", "lot", "building")


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent knows of the caller before the place is found."""

    party_id: UUID | None = None
    phone: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """Return it as the parameters of the next address."""
        given = {"party": str(self.party_id or ""), "phone": self.phone}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody or something found: who or what, where they live, where it leads."""

    hit: Hit
    where: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to what was typed; `phone` is a number that nobody is known by.

    `earlier` are the tickets of that number: they are no place, so they never lead on alone.
    """

    text: str
    groups: list[tuple[Group, list[Line]]]
    known: Known
    phone: str = ""
    earlier: Sequence[Ticket] = ()

    @property
    def only(self) -> Line | None:
        """Return the line when there is one and no other."""
        lines = [line for _group, lines in self.groups for line in lines]
        return lines[0] if len(lines) == 1 else None


def find_choices(text: str, known: Known) -> Found:
    """Search people, homes, buildings and tickets, and say where each leads."""
    actor, session = current_actor(), reader()
    phone = read_phone(text) or ""
    earlier = list_of_phones(actor, session, [phone], FOUND) if phone else ()
    kinds = PLACES if earlier else (*PLACES, "ticket")
    groups = search_engine().search(actor, session, text, limit=FOUND, kinds=kinds)
    people = [hit.id for group in groups if group.kind == "party" for hit in group.hits]
    homes = homes_of_callers(actor, session, people, current_clock().today(BRUSSELS))
    lines = [
        (
            group,
            [
                Line(
                    hit,
                    _in_short(homes.get(hit.id, {}).values()),
                    _leads_to(group, hit, known),
                )
                for hit in group.hits
            ],
        )
        for group in groups
    ]
    return Found(text.strip(), lines, known, "" if groups else phone, earlier)


def _in_short(homes: Collection[Home]) -> str:
    """Write the first homes, and how many there are besides."""
    rest = [f"+ {len(homes) - HOMES}"] if len(homes) > HOMES else []
    return "; ".join([*map(str, islice(homes, HOMES)), *rest])


def _leads_to(group: Group, hit: Hit, known: Known) -> str | None:
    if group.kind == "party":
        return url_for("calls.call_caller", party_id=hit.id)
    if group.kind in ("lot", "building"):
        place: dict[str, Any] = {group.kind: hit.id} | known.parameters
        return url_for("calls.call_new", **place)
    return url_or_none(hit.endpoint, **hit.params)

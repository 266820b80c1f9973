"""The parts other modules add to the sheet of a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Flask, request, url_for
from sqlalchemy import null, select

from app.clock import BRUSSELS
from app.house import House
from app.registry import Panel, panels_for
from app.web.context import current_actor, current_clock, house, reader

# The sheet of an organisation is that of a party; the home page belongs to whoever looks at it.
_SHEETS = {"organisation": "party"}
_HOME = "home"


def register(app: Flask, house: House) -> None:
    """Let a panel be as absent as its sheet: outside one's scope its address leads nowhere."""
    sheets = {
        panel.endpoint: _SHEETS.get(panel.place, panel.place)
        for module in house.modules
        for panel in module.panels
        if panel.place != _HOME
    }

    @app.before_request
    def hide_with_sheet() -> None:
        kind = sheets.get(request.endpoint or "")
        if kind and request.view_args:
            shown = request.view_args["subject_id"]
            house.subjects.get(current_actor(), reader(), kind, shown)


def panel_tabs(place: str, subject_id: UUID) -> list[dict[str, Any]]:
    """Return the panels of a place, as the macro `tabs` takes them, with what stands open in each.

    A panel with a `tile` is told at the head of the sheet too; all numbers are one query.
    """
    shown = panels_for(house().modules, place, current_actor())
    tallies = _tallies(shown, subject_id)
    return [
        {
            "key": panel.endpoint.replace(".", "-").replace("_", "-"),
            "label": str(panel.title),
            "url": url_for(panel.endpoint, subject_id=subject_id),
            **tallies.get(panel.endpoint, {"count": None, "tile": None}),
        }
        for panel in shown
    ]


def _tallies(panels: Sequence[Panel], subject_id: UUID) -> dict[str, dict[str, Any]]:
    actor = current_actor()
    told = [(p, p.tally) for p in panels if p.tally and actor.can(p.tally.permission)]
    if not told:
        return {}
    asked = (actor, subject_id, current_clock().today(BRUSSELS))
    columns: list[Any] = []
    for _panel, tally in told:
        columns += [tally.count(*asked), tally.name(*asked) if tally.name else null()]
    values = iter(reader().execute(select(*columns)).one())
    found: dict[str, dict[str, Any]] = {}
    for panel, tally in told:
        count, name = next(values), next(values)
        tile = {"label": str(tally.label), "value": count, "name": name, "tone": tally.tone}
        # A nought on a tab says nothing; at the head of the sheet it says that nothing is open.
        found[panel.endpoint] = {"count": count or None, "tile": tile if tally.label else None}
    return found

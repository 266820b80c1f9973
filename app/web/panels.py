"""The parts other modules add to the sheet of a record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask, request, url_for

from app.house import House
from app.registry import panels_for
from app.web.context import current_actor, house, reader

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
    """Return the panels of a place, as the macro `tabs` takes them."""
    return [
        {
            "key": panel.endpoint.replace(".", "-").replace("_", "-"),
            "label": str(panel.title),
            "url": url_for(panel.endpoint, subject_id=subject_id),
        }
        for panel in panels_for(house().modules, place, current_actor())
    ]

"""The parts other modules add to the sheet of a record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for

from app.registry import panels_for
from app.web.context import current_actor, house


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

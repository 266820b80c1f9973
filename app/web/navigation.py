"""What every page needs: the menu of what the actor may open, and the switches."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, url_for

from app.house import House
from app.i18n import LANGUAGE_NAMES, LOCALES, get_locale
from app.web.context import find_actor, request_id
from app.web.letterhead import letterhead_desk


def register_navigation(app: Flask, house: House) -> None:
    """Put the menu, the actor and the language into every page."""
    items = sorted(
        (item for module in house.modules for item in module.navigation), key=lambda i: i.order
    )

    @app.context_processor
    def page_context() -> dict[str, Any]:
        actor = find_actor()
        office = letterhead_desk().kept()
        user = g.get("user")
        return {
            "current_actor": actor,
            "locale": get_locale(),
            "language_names": LANGUAGE_NAMES,
            "locales": LOCALES,
            "organisation": str(office.name),
            "office": office,
            "navigation": [_entry(i) for i in items if actor and actor.can(i.permission)],
            "theme": user.theme if user else "auto",
            "has_letter_keys": user.has_letter_keys if user else True,
            "request_id": request_id(),
            "now": house.clock.now(),
            "can": (lambda permission: bool(actor and actor.can(permission))),
        }


def _entry(item: Any) -> dict[str, Any]:
    return {
        "label": str(item.label),
        "endpoint": item.endpoint,
        "url": url_for(item.endpoint),
        "icon": item.icon,
        "group": str(item.group),
        "shortcut": item.shortcut,
    }

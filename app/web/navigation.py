"""What every page needs: the menu of what the actor may open, and the switches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, g, render_template, request, url_for
from markupsafe import Markup

from app.house import House
from app.i18n import LANGUAGE_NAMES, LOCALES, get_locale
from app.registry import NavigationItem
from app.web.context import find_actor, request_id
from app.web.letterhead import letterhead_desk

MENUS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu, in the language of its reader."""

    label: str
    url: str
    icon: str
    group: str
    shortcut: str


@dataclass(frozen=True, slots=True)
class Reader:
    """All that the menu of a person depends on."""

    locale: str
    rights: frozenset[str]
    # The prefix under which the application is served.
    root: str


class Navigation:
    """The menu, made once for each kind of reader and place: every page shows it."""

    def __init__(self, items: Iterable[NavigationItem]) -> None:
        """Take the entries of all modules."""
        self._items = sorted(items, key=lambda item: item.order)
        renaming = (item.renamed.without for item in self._items if item.renamed)
        narrowing = (item.work_of for item in self._items if item.work_of)
        own = frozenset(item.permission for item in self._items)
        self._rights = own.union(renaming, narrowing)
        self._entries_of = lru_cache(MENUS_KEPT)(self._make_entries)
        self._menu_of = lru_cache(MENUS_KEPT)(self._make_menu)

    def entries(self) -> Sequence[Entry]:
        """Return what the actor may open."""
        return self._entries_of(self._reader())

    def menu(self) -> Markup:
        """Return the menu of the actor, the entry of the present page marked."""
        path = request.script_root + request.path
        inside = [e.url for e in self.entries() if path == e.url or path.startswith(f"{e.url}/")]
        here = path if path == url_for("house.home") else max(inside, key=len, default="")
        return self._menu_of(self._reader(), here)

    def _reader(self) -> Reader:
        actor = find_actor()
        rights = actor.permissions & self._rights if actor else frozenset()
        return Reader(get_locale(), rights, request.script_root)

    def _make_entries(self, reader: Reader) -> Sequence[Entry]:
        shown = [item for item in self._items if item.is_for(reader.rights)]
        named = [item.named_for(reader.rights) for item in shown]
        return [
            Entry(str(label), url_for(i.endpoint), icon, str(i.group), i.shortcut)
            for i, (label, icon) in zip(shown, named, strict=True)
        ]

    def _make_menu(self, reader: Reader, here: str) -> Markup:
        entries, home = self._entries_of(reader), url_for("house.home")
        page = render_template("components/side_menu.html", entries=entries, here=here, home=home)
        return Markup(page)  # noqa: S704  rendered by a template


def register_navigation(app: Flask, house: House) -> None:
    """Put the menu, the actor and the language into every page."""
    navigation = Navigation(item for module in house.modules for item in module.navigation)
    app.jinja_env.globals.update(navigation=navigation)

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
            "theme": user.theme if user else "auto",
            "has_letter_keys": user.has_letter_keys if user else True,
            "request_id": request_id(),
            "now": house.clock.now(),
            "can": (lambda permission: bool(actor and actor.can(permission))),
        }

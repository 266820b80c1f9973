"""What an alert is called where it is stored once and read in every language.

A title stands in both languages of the office, so that it is found in each; whoever reads it gets
their own: `Compteur muet / Stille meter · Eau, cave` reads `Stille meter · Eau, cave` in Dutch.
Words a person typed are read as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case

from app.i18n import LOCALES, LazyText, use_locale
from app.i18n import lazy as _l
from app.tabular.typed import Row
from modules.energy.enums import RULE_LABELS, Rule

_OFFICE = ("fr", "nl")
_BETWEEN = " / "
_OF = " · "


def alert_title(rule: Rule, meter: str) -> str:
    """Name what was noticed of a meter, to be stored."""
    return f"{_in_both(rule)}{_OF}{meter}"


def title_to_read(stored: str) -> LazyText | str:
    """Return a stored title as a text that reads in the language of the moment."""
    named, _dot, meter = stored.partition(_OF)
    rule = _rules_by_name().get(named) if _BETWEEN in named else None
    return _l("%(what)s · %(meter)s", what=RULE_LABELS[rule], meter=meter) if rule else stored


def read_title(stored: str) -> str:
    """Return a stored title in the present language."""
    return str(title_to_read(stored))


class Titled(Protocol):
    """A record with a title, as stored and as read."""

    @property
    def stored_title(self) -> Any:
        """The title in both languages."""

    @property
    def title(self) -> str:
        """The title in the present language."""


def read_titles(rows: Iterable[Row], known: Mapping[str, Titled]) -> None:
    """Let the title of a record in any language mean the same: a colleague may have exported it."""
    for row in rows:
        record = known.get(row.values.get("number", ""))
        said = row.values.get("title")
        if record and said and said in _readings(record.stored_title):
            row.take_to_mean("title", record.title)


def order_of_titles(column: Any) -> tuple[ColumnElement[str], Any]:
    """Return what a list of titles is ordered by: what the reader sees, then the meter."""
    read = [
        (column.startswith(f"{name}{_OF}", autoescape=True), str(RULE_LABELS[rule]))
        for name, rule in _rules_by_name().items()
    ]
    return case((column.contains(_BETWEEN), case(*read, else_=column)), else_=column), column


def _readings(stored: str) -> set[str]:
    title = title_to_read(stored)
    if not isinstance(title, LazyText):
        return set()
    return {stored, *(_read_in(locale, title) for locale in LOCALES)}


def _in_both(rule: Rule) -> str:
    return _BETWEEN.join(_read_in(locale, RULE_LABELS[rule]) for locale in _OFFICE)


def _rules_by_name() -> dict[str, Rule]:
    return {_in_both(rule): rule for rule in Rule}


def _read_in(locale: str, text: LazyText) -> str:
    with use_locale(locale):
        return str(text)

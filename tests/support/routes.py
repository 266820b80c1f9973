"""Every address of the application, filled in, for tests that ask them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, Rule

from app.subjects import find_nothing
from app.web.context import house

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NOBODY = UUID("00000000-0000-7000-8000-00000000dead")
SAMPLES: dict[str, Any] = {
    "UUIDConverter": NOBODY,
    "IntegerConverter": 1,
    "PathConverter": "nothing/here",
}


def addresses(app: Flask, methods: frozenset[str]) -> Iterator[tuple[str, str, Rule]]:
    """Give method, filled-in address and rule of every route that takes one of these methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & methods):
            yield method, address_of(app, rule, method), rule


def address_of(app: Flask, rule: Rule, method: str, values: Mapping[str, Any] | None = None) -> str:
    """Fill in an address: with the identifier of nothing, where no value is given."""
    filled = {name: _sample(converter) for name, converter in rule._converters.items()}
    # Several addresses may lead to one page: its defaults say which is meant.
    filled |= dict(values or {}) | dict(rule.defaults or {})
    return str(app.url_map.bind("localhost").build(rule.endpoint, filled, method=method))


def _sample(converter: BaseConverter) -> Any:
    """Give something the converter takes: one of its words, else nothing there is."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return SAMPLES.get(type(converter).__name__, "nothing")


def named(nouns: Iterable[str], tables: Iterable[str]) -> list[str]:
    """Choose the tables named after nouns: `ticket` means tickets."""
    plurals = tuple(plural(noun) for noun in nouns)
    return [table for table in tables if plurals and table.endswith(plurals)]


def plural(noun: str) -> str:
    """Give the plural of an English noun, as tables are named."""
    if noun.endswith("ch"):
        return noun + "es"
    return re.sub("(?<![aeo])y$", "ie", noun) + "s"


def kinds_with_pages(app: Flask) -> list[str]:
    """Name the types of record that files, comments and a history can hang on."""
    kinds = (kind for module in house(app).modules for kind in module.subjects)
    return [kind.type for kind in kinds if kind.find is not find_nothing]

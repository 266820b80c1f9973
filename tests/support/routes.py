"""Every address of the application, filled in, for tests that ask them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule

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
    filled = {
        name: SAMPLES.get(type(converter).__name__, "nothing")
        for name, converter in rule._converters.items()
    }
    filled |= values or {}
    return str(app.url_map.bind("localhost").build(rule.endpoint, filled, method=method))

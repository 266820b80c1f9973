"""Outside one's scope nothing exists: every address, with the identifier of every real record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Uuid, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.db import Base
from app.demo import load_demo
from app.web.context import house
from app.web.lifecycle import declared_permission
from tests.support.routes import NOBODY, address_of, addresses

pytestmark = pytest.mark.one_database

SAMPLE = 3
# What differs between two answers about the same thing.
CHANGING = re.compile(r'(csrf[-_]token" (content|value)="[^"]*"|"request_id": "[^"]*")')
# Records that belong to the house or to the person who asks, not to a place.
# An import is a file of the whole estate, for the few who may import.
UNSCOPED = {
    "areas",
    "energy_ingest_batches",
    "import_batches",
    "import_profiles",
    "job_runs",
    "users",
}


@pytest.fixture
def foreign(app: Flask, database) -> dict[str, list[UUID]]:
    """A small estate that the person at the door sees nothing of; identifiers by table."""
    load_demo(house(app), scale=0.02, say=lambda _text: None)
    found = {}
    with database.reader() as session:
        for table in Base.metadata.sorted_tables:
            column = table.c.get("id")
            if column is None or not isinstance(column.type, Uuid) or table.name in UNSCOPED:
                continue
            query = select(column).limit(SAMPLE)
            if table.name == "parties":
                # Suppliers and other organisations belong to no place: everybody sees them.
                query = query.where(table.c.kind != "organisation")
            found[table.name] = list(session.scalars(query))
    return {name: ids for name, ids in found.items() if ids}


def ways(app: Flask, rule: Rule, record: UUID) -> Iterator[dict[str, Any]]:
    """Fill an address with a record, as each type of record where the address names one."""
    converters = {name: type(found).__name__ for name, found in rule._converters.items()}
    values = {name: record for name, kind in converters.items() if kind == "UUIDConverter"}
    if "subject_type" not in converters:
        yield values
        return
    for kind in subjects(app):
        yield {**values, "subject_type": kind}


def subjects(app: Flask) -> list[str]:
    return [kind.type for module in house(app).modules for kind in module.subjects]


def is_absent(client: FlaskClient, address: str, record: UUID) -> bool:
    """Tell whether a record is answered exactly as one that does not exist."""
    answer = client.get(address)
    if answer.status_code in {403, 404}:
        return True
    nothing = client.get(address.replace(str(record), str(NOBODY)))
    return (answer.status_code, said(answer, record)) == (
        nothing.status_code,
        said(nothing, NOBODY),
    )


def said(answer: TestResponse, record: UUID) -> str:
    text = answer.get_data(as_text=True).replace(str(record), "…")
    return CHANGING.sub("", text)


def test_no_address_gives_a_record_outside_the_scope(app, client, login, grant_everything, foreign):
    login(client, "administrator", sees_everything=False)
    leaks, asked = [], 0
    for method, _address, rule in addresses(app, frozenset({"GET"})):
        permission = declared_permission(app.view_functions[rule.endpoint], method)
        if "uuid:" not in rule.rule or permission is None or permission.startswith("house."):
            continue
        for record in (record for ids in foreign.values() for record in ids):
            for values in ways(app, rule, record):
                address = address_of(app, rule, method, values)
                asked += 1
                if not is_absent(client, address, record):
                    leaks.append(f"{rule.endpoint}: {address}")
    assert asked > 100
    assert not leaks, "\n".join(leaks)

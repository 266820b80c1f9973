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
from tests.support.routes import NOBODY, UNSAFE, address_of, addresses

pytestmark = pytest.mark.one_database

SAMPLE = 3
# What differs between two answers about the same thing.
CHANGING = re.compile(r'(csrf[-_]token" (content|value)="[^"]*"|"request_id": "[^"]*")')
# Records that belong to the house or to the person who asks, not to a place.
# An import is a file of the whole estate, technicians are staff: for the few who manage them.
UNSCOPED = {
    "areas",
    "energy_ingest_batches",
    "import_batches",
    "import_profiles",
    "job_runs",
    "technicians",
    "users",
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain client: reading every page for faults would take a minute."""
    return FlaskClient(app)


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


def is_absent(client: FlaskClient, method: str, address: str, record: UUID) -> bool:
    """Tell whether a record is answered exactly as one that does not exist."""
    answer = client.open(address, method=method)
    if answer.status_code in {403, 404}:
        return True
    none = client.open(address.replace(str(record), str(NOBODY)), method=method)
    if method != "GET":
        # What the empty form lacks may be said first; that the record exists may not.
        return answer.status_code == none.status_code and answer.status_code >= 400
    return (answer.status_code, said(answer, record)) == (none.status_code, said(none, NOBODY))


def said(answer: TestResponse, record: UUID) -> str:
    text = answer.get_data(as_text=True).replace(str(record), "…")
    return CHANGING.sub("", text)


def is_placed(app: Flask, rule: Rule, method: str) -> bool:
    """Tell whether an address leads to records that belong to a place."""
    permission = declared_permission(app.view_functions[rule.endpoint], method)
    if "uuid:" not in rule.rule or not permission or permission.startswith("house."):
        return False
    return not rule.endpoint.startswith(("account.", "notifications.", "views."))


def records_for(rule: Rule, foreign: dict[str, list[UUID]]) -> list[UUID]:
    """Choose the records an address may mean: `ticket_id` means tickets; when unsure, all."""
    nouns = re.findall(r"uuid:(\w+)_id", rule.rule)
    plurals = tuple(noun[:-1] + "ies" if noun.endswith("y") else noun + "s" for noun in nouns)
    named = [ids for table, ids in foreign.items() if plurals and table.endswith(plurals)]
    return [record for ids in named or foreign.values() for record in ids]


def test_no_address_shows_or_changes_a_record_outside_the_scope(
    app, client, login, grant_everything, foreign
):
    login(client, "administrator", sees_everything=False)
    leaks, asked = [], 0
    for method, _address, rule in addresses(app, UNSAFE | {"GET"}):
        if not is_placed(app, rule, method):
            continue
        for record in records_for(rule, foreign):
            for values in ways(app, rule, record):
                address = address_of(app, rule, method, values)
                asked += 1
                if not is_absent(client, method, address, record):
                    leaks.append(f"{rule.endpoint}: {method} {address}")
    assert asked > 100
    assert not leaks, "\n".join(leaks)

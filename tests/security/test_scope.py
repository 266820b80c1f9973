"""Outside one's scope nothing exists: every address, with the identifier of every real record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Uuid, select
from werkzeug.routing import Rule

from app.db import Base
from app.demo import load_demo
from app.web.context import house
from app.web.lifecycle import declared_permission
from tests.support.routes import address_of, addresses

pytestmark = pytest.mark.one_database

SAMPLE = 3
# Records that belong to the house or to the person who asks, not to a place.
UNSCOPED = {"users", "job_runs", "areas", "import_batches", "import_profiles"}


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
            found[table.name] = list(session.scalars(select(column).limit(SAMPLE)))
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
                status = client.get(address).status_code
                if status not in {403, 404}:
                    leaks.append(f"{address}: {status}")
    assert asked > 100
    assert not leaks, "\n".join(leaks)

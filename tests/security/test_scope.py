"""Outside one's scope nothing exists: every address, with the identifier of every real record."""

from __future__ import annotations

import random
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

from app.api.queries import known_parameters
from app.db import Base
from app.web.context import house
from app.web.lifecycle import declared_permission
from tests.support.every_table import fill_every_table
from tests.support.routes import (
    NOBODY,
    UNSAFE,
    address_of,
    addresses,
    kinds_with_pages,
    named,
)
from tests.support.sizes import sized

pytestmark = pytest.mark.one_database

SAMPLE = 3
# How addresses answer about what does not exist, each asked once.
Absent = dict[tuple[str, str], TestResponse]
# What differs between two answers about the same thing.
CHANGING = re.compile(r'(csrf[-_]token" (content|value)="[^"]*"|"request_id": "[^"]*")')
# Addresses of what is somebody's own, whatever place they see: tests/security/test_own.py.
OWN = ("account.", "list_views_api.", "me_api.", "notifications.", "tokens_api.", "views.")
# Records that belong to the house or to the person who asks, not to a place.
# An import is a file of the whole estate, technicians are staff: for the few who manage them.
# The office presents itself to everybody.
# Work areas and departments are words of the whole office; a site belongs to its buildings.
# So do the rules of the office, its hours and its checklists.
UNSCOPED = {
    "areas",
    "checklist_versions",
    "closing_days",
    "departments",
    "energy_ingest_batches",
    "import_batches",
    "import_profiles",
    "job_runs",
    "office_weeks",
    "organisations",
    "technicians",
    "ticket_opinion_settings",
    "ticket_rules",
    "users",
}


@pytest.fixture
def client(quick_client: FlaskClient) -> FlaskClient:
    """A client that looks at no page, and is refused in short: nine of ten answers say no."""
    quick_client.environ_base["HTTP_ACCEPT"] = "application/json"
    return quick_client


@pytest.fixture
def records(app: Flask, database) -> dict[str, list[UUID]]:
    """Something of everything, of which the person at the door sees nothing; by table."""
    fill_every_table(house(app), 0.02)
    found = {}
    with database.reader() as session:
        for table in Base.metadata.sorted_tables:
            column = table.c.get("id")
            if column is None or not isinstance(column.type, Uuid) or table.name in UNSCOPED:
                continue
            query = select(column).order_by(column)
            if table.name == "parties":
                # Suppliers and other organisations belong to no place: everybody sees them.
                query = query.where(table.c.kind != "organisation")
            found[table.name] = list(session.scalars(query))
    return {name: ids for name, ids in found.items() if ids}


@pytest.fixture
def foreign(records: dict[str, list[UUID]]) -> dict[str, list[UUID]]:
    """A few records of each table."""
    return {name: ids[:SAMPLE] for name, ids in records.items()}


def cases(
    app: Flask, rule: Rule, records: dict[str, list[UUID]]
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Give the records an address may mean, each with what fills the address in."""
    converters = {name: type(found).__name__ for name, found in rule._converters.items()}
    names = [name for name, kind in converters.items() if kind == "UUIDConverter"]
    if "subject_type" in converters:
        for kind in kinds_with_pages(app):
            assert named([kind], Base.metadata.tables), f"no table is named after {kind}"
            for table in named([kind], records):
                for record in records[table]:
                    yield record, {**dict.fromkeys(names, record), "subject_type": kind}
        return
    # When it is unclear which records an address means, all are tried.
    tables = named([name.removesuffix("_id") for name in names], records) or list(records)
    for record in (record for table in tables for record in records[table]):
        yield record, dict.fromkeys(names, record)


def is_absent(client: FlaskClient, method: str, address: str, record: UUID, absent: Absent) -> bool:
    """Tell whether a record is answered exactly as one that does not exist."""
    answer = client.open(address, method=method)
    if answer.status_code in {403, 404}:
        return True
    nowhere = address.replace(str(record), str(NOBODY))
    if (method, nowhere) not in absent:
        absent[method, nowhere] = client.open(nowhere, method=method)
    none = absent[method, nowhere]
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
    return not rule.endpoint.startswith(OWN)


@pytest.mark.slow
def test_no_address_shows_or_changes_a_record_outside_the_scope(
    app, client, login, grant_everything, foreign
):
    login(client, "administrator", sees_everything=False)
    leaks, asked, absent = [], 0, Absent()
    for method, _address, rule in addresses(app, UNSAFE | {"GET"}):
        if not is_placed(app, rule, method):
            continue
        for record, values in cases(app, rule, foreign):
            address = address_of(app, rule, method, values)
            asked += 1
            if not is_absent(client, method, address, record, absent):
                leaks.append(f"{rule.endpoint}: {method} {address}")
    assert asked > 100
    assert not leaks, "\n".join(leaks)


# What a parameter of a list leads to, where its name does not say it.
LISTED_BY = {"caller_id": "parties", "contractor_id": "parties", "kept_id": "parties"}


def lists_by_record(
    app: Flask, records: dict[str, list[UUID]]
) -> Iterator[tuple[str, str, list[UUID]]]:
    """Give every list of the API that is asked for with a record, what names it, and records."""
    for _method, address, rule in addresses(app, frozenset({"GET"})):
        view = app.view_functions[rule.endpoint]
        resource = getattr(view, "view_class", None)
        asked = known_parameters(resource.get) if resource else []
        for name in (one for one in asked if one.endswith("_id")):
            tables = named([name.removesuffix("_id")], records) or [LISTED_BY.get(name, "")]
            for table in tables:
                yield address, name, records.get(table, [])


def test_no_list_is_given_for_a_record_outside_the_scope(
    app, client, login, grant_everything, foreign
):
    """As for one that does not exist: 404, or what the call lacks besides."""
    login(client, "administrator", sees_everything=False)
    told, asked = [], set()
    for address, name, records in lists_by_record(app, foreign):
        for record in (*records, NOBODY) if records else ():
            answer = client.get(address, query_string={name: str(record)})
            asked.add((address, name))
            if answer.status_code not in {404, 422}:
                told.append(f"{address}?{name}: {answer.status_code}")
    assert len(asked) > 20
    assert not told, "\n".join(told)


@sized(in_ci=100, of_the_bar=10_000)
def test_no_probe_with_the_identifier_of_a_record_finds_it(
    app, client, login, grant_everything, records, size
):
    login(client, "administrator", sees_everything=False)
    chance = random.Random(20)
    placed = [r for m, _address, r in addresses(app, frozenset({"GET"})) if is_placed(app, r, m)]
    doors = [(rule, list(cases(app, rule, records))) for rule in placed]
    hits, absent = [], Absent()
    for _probe in range(size):
        rule, known = chance.choice(doors)
        record, values = chance.choice(known)
        address = address_of(app, rule, "GET", values)
        if not is_absent(client, "GET", address, record, absent):
            hits.append(f"{rule.endpoint}: {address}")
    assert not hits, "\n".join(hits)

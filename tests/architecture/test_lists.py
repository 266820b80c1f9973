"""Guard 8: a page of the menu asks a fixed number of questions, however long its list."""

from __future__ import annotations

import ast

import pytest
from flask import Flask
from sqlalchemy import event

from app import create_app
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.demo import plant_seeds
from app.lists.sources import declared_lists
from app.registry import Module, find_modules
from app.settings import Settings
from app.web.context import house
from tests.architecture.code import ROOT, python_files
from tests.support.databases import Templates
from tests.support.people import START
from tests.support.web import sign_in

pytestmark = pytest.mark.one_database

MOST_QUERIES = 40
SMALL, LARGE = 0.01, 0.05


def menu(app: Flask) -> dict[str, str]:
    with app.test_request_context():
        return {
            item.endpoint: app.url_for(item.endpoint)
            for module in house(app).modules
            for item in module.navigation
        }


def measure(settings: Settings, url: str, scale: float) -> dict[str, int]:
    """Count the statements of every page of the menu on a demo of some size."""
    database, clock = Database(url), FixedClock(START)
    app = create_app(settings, clock=clock, database=database)
    plant_seeds(house(app), scale=scale, say=lambda _line: None)
    client = app.test_client()
    sign_in(client, database, clock, Role.ADMINISTRATOR)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
    counted = {}
    for endpoint, address in menu(app).items():
        client.get(address)  # the first visit fills what is kept in memory
        statements.clear()
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        counted[endpoint] = len(statements)
    database.dispose()
    return counted


def test_a_longer_list_takes_no_more_queries(templates: Templates, settings: Settings) -> None:
    with templates.fresh("sqlite") as url:
        small = measure(settings, url, SMALL)
    with templates.fresh("sqlite") as url:
        large = measure(settings, url, LARGE)
    grown = {name: (small[name], large[name]) for name in small if large[name] > small[name] + 2}
    assert not grown, f"load what the rows need in one query each: {grown}"
    heavy = {name: count for name, count in large.items() if count > MOST_QUERIES}
    assert not heavy, f"more than {MOST_QUERIES} queries: {heavy}"


def test_a_list_asks_for_the_right_to_export_where_there_is_one() -> None:
    rights = {module.name: exports(module) for module in find_modules()}
    silent = [
        f"{source.name}:{call.lineno}"
        for source in python_files("modules")
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "TableSpec"
        if rights[source.path.relative_to(ROOT).parts[1]]
        and "export_permission" not in {keyword.arg for keyword in call.keywords}
    ]
    assert not silent, f"say export_permission= in {silent}"


def test_every_list_can_be_written_by_a_job() -> None:
    declared = {
        keyword.value.value
        for source in python_files("app", "modules")
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "TableSpec"
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }
    missing = declared - declared_lists(find_modules()).keys()
    assert not missing, f"give these a ListSource in lists= of their module.py: {missing}"


def exports(module: Module) -> list[str]:
    return [right for right in module.permissions or () if right.value.endswith(".export")]

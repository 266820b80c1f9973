"""Guard 8: a page of the menu asks a fixed number of questions, however long its list."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from app import create_app
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.demo import plant_seeds
from app.settings import Settings
from app.web.context import house
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

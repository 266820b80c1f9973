"""Cycles are looked for between calls, and not at what start-up made."""

import gc
from collections.abc import Iterator

import pytest
from flask import Flask

from app.web.collector import YOUNG, settle


@pytest.fixture(autouse=True)
def _usual_collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)


class Knot:
    """Garbage only the collector finds."""

    untied = 0

    def __init__(self) -> None:
        self.self = self

    def __del__(self) -> None:
        Knot.untied += 1


def app_that_leaves(knots: int) -> Flask:
    app = Flask("knots")

    @app.get("/")
    def leave() -> str:
        for _ in range(knots):
            Knot()
        return str(Knot.untied)

    settle(app)
    return app


def test_what_a_call_leaves_is_freed_after_its_answer() -> None:
    client, before = app_that_leaves(2 * YOUNG).test_client(), Knot.untied
    assert client.get("/", buffered=True).text == str(before)
    assert Knot.untied == before + 2 * YOUNG


def test_little_is_left_until_there_is_more() -> None:
    client = app_that_leaves(YOUNG // 4).test_client()
    gc.collect()
    before = Knot.untied
    client.get("/", buffered=True)
    assert Knot.untied == before
    for _ in range(5):
        client.get("/", buffered=True)
    assert Knot.untied > before


def test_start_up_is_looked_at_no_more() -> None:
    made = [object() for _ in range(3)]
    kept = {"made": made}
    settle(Flask("kept"))
    assert not any(found is kept for found in gc.get_objects())

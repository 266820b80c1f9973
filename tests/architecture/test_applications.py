"""The application lent to a test is as it was made, whatever the tests before did to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.auth.needs import public
from app.clock import FixedClock
from app.db import Database
from app.settings import Settings
from tests.support.applications import Applications
from tests.support.people import START

pytestmark = pytest.mark.one_database


@pytest.fixture
def shelf() -> Applications:
    return Applications()


def test_what_a_test_told_it_is_forgotten(
    shelf: Applications, settings: Settings, clock: FixedClock, database: Database
) -> None:
    with shelf.lend(settings, clock, database) as first:
        first.testing = True
        first.config["PROPAGATE_EXCEPTIONS"] = False
        first.extensions["search"] = object()
        first.extensions["letterhead"].kept()
        desk = first.extensions["letterhead"]
        assert first.test_client().get("/sign-in").status_code == 200
    with shelf.lend(settings, clock, database) as second:
        assert second is first
        assert not second.testing
        assert second.config["PROPAGATE_EXCEPTIONS"] is None
        assert "search" not in second.extensions
        assert second.extensions["letterhead"] is not desk


def test_one_with_another_page_is_given_to_nobody_else(
    shelf: Applications, settings: Settings, clock: FixedClock, database: Database
) -> None:
    for _ in range(2):
        with shelf.lend(settings, clock, database) as lent:
            assert lent.test_client().get("/added").status_code == 404
    with shelf.lend(settings, clock, database) as changed:
        changed.add_url_rule("/added", "added", public("a test")(lambda: "here"))
        assert changed.test_client().get("/added").status_code == 200
    with shelf.lend(settings, clock, database) as another:
        assert another is not changed
        assert another.test_client().get("/added").status_code == 404


def test_other_settings_are_another_application(
    shelf: Applications, settings: Settings, clock: FixedClock, database: Database
) -> None:
    with shelf.lend(settings, clock, database) as usual:
        pass
    with shelf.lend(replace(settings, organisation="Elsewhere"), clock, database) as other:
        assert other is not usual


@pytest.mark.parametrize("_time", ["first", "second"])
def test_clock_and_folder_begin_anew(clock: FixedClock, settings: Settings, _time: str) -> None:
    assert clock.now() == START
    assert not settings.instance_dir.exists()
    clock.advance(timedelta(days=9))
    settings.files_dir.mkdir(parents=True)

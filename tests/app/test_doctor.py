"""The doctor finds what is missing or unsafe, and says what to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.clock import FixedClock
from app.db import Database
from app.doctor import Level, examine
from app.house import House, build_house
from app.jobs.lease import hold_lease
from app.settings import DEVELOPMENT_SECRET, Environment, Settings, SettingsError, load_settings


def findings(house: House) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in examine(house)}


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock) -> House:
    return build_house(settings, clock=clock, database=database)


def production(house: House, **changes: object) -> House:
    settings = replace(house.settings, environment=Environment.PRODUCTION, **changes)  # type: ignore[arg-type]
    return replace(house, settings=settings)


def test_a_default_secret_is_a_failure_in_production_only(house: House) -> None:
    assert findings(production(house, secret_key=DEVELOPMENT_SECRET))["secret"] is Level.FAILURE
    unsafe = replace(house, settings=replace(house.settings, secret_key=DEVELOPMENT_SECRET))
    assert findings(unsafe)["secret"] is Level.WARNING


def test_production_needs_https(house: House) -> None:
    assert findings(production(house))["address"] is Level.FAILURE
    safe = production(house, base_url="https://intendant.example.org")
    assert findings(safe)["address"] is Level.OK


def test_demo_accounts_in_production_are_a_failure(house: House) -> None:
    assert findings(production(house, demo_accounts=True))["demo"] is Level.FAILURE


def test_an_unmigrated_database_is_found(
    empty_database: Database, settings: Settings, clock: FixedClock
) -> None:
    house = build_house(settings, clock=clock, database=empty_database)
    assert findings(house)["database"] is Level.FAILURE


def test_a_scheduler_not_seen_for_five_minutes_is_found(house: House, clock: FixedClock) -> None:
    assert findings(house)["scheduler"] is Level.WARNING
    hold_lease(house.database, "one", clock)
    assert findings(house)["scheduler"] is Level.OK
    clock.advance(timedelta(minutes=5, seconds=1))
    assert findings(house)["scheduler"] is Level.FAILURE


def test_settings_name_the_variable_that_is_wrong() -> None:
    with pytest.raises(SettingsError, match="SESSION_IDLE_MINUTES"):
        load_settings({"INTENDANT_SESSION_IDLE_MINUTES": "soon"})
    with pytest.raises(SettingsError, match="LOCALE"):
        load_settings({"INTENDANT_LOCALE": "de"})

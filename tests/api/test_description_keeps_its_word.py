"""Schemathesis calls every operation with values of its own: no fault, no broken promise."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.auth.commands import CreateToken
from app.auth.roles import Role
from app.auth.sessions import actor_of
from app.auth.tokens import issue_token
from app.clock import FixedClock
from app.db import Database
from app.web.context import house
from tests.support.sizes import sized

pytestmark = pytest.mark.one_database

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture
def api(app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)


@pytest.fixture
def key(app: Flask, client, login, database: Database, clock: FixedClock) -> dict[str, str]:
    """Give the header of a key that may do what an administrator may."""
    user = login(client, Role.ADMINISTRATOR)
    with database.unit_of_work("test") as uow:
        actor = actor_of(user, house(app).grants, uow.session)
        _token, secret = issue_token(actor, user.id, CreateToken("A program"), uow, clock)
    return {"Authorization": f"Bearer {secret}"}


@sized(in_ci=100, of_the_bar=1000)
def test_every_operation_answers_as_described(api: Any, key: dict[str, str], size: int) -> None:
    operations = [result.ok() for result in api.get_all_operations()]
    assert operations
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=size,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def call(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=key, checks=CHECKS)

        call()

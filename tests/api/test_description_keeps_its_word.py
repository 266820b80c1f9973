"""Schemathesis calls every operation, alone and in chains: no fault, no broken promise."""

from __future__ import annotations

from collections.abc import Callable
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
from app.demo import plant_seeds
from app.web.context import house
from tests.support.databases import Moment
from tests.support.sizes import sized

pytestmark = pytest.mark.one_database

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
# So many tests share the operations: workers of a test run can take some each.
PARTS = 6


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


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@sized(in_ci=100, of_the_bar=1000)
def test_every_operation_answers_as_described(
    api: Any, key: dict[str, str], size: int, part: int
) -> None:
    operations = [result.ok() for result in api.get_all_operations()][part::PARTS]
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


@pytest.mark.slow
@sized(in_ci=160, of_the_bar=1000)
def test_operations_answer_as_described_one_after_the_other(
    api: Any, key: dict[str, str], keep: Callable[[], Moment], size: int
) -> None:
    """Chains of calls, each with what an earlier one gave: make, read, change, take away."""
    plant_seeds(house(api.app), scale=0.01, say=lambda _line: None)
    planted = keep()
    went_on: set[str] = set()

    class Chains(api.as_state_machine()):  # type: ignore[misc] # made at run time
        def setup(self) -> None:
            # Each chain begins with the same records, or Hypothesis could not repeat it.
            planted.go_back()
            self.answers = ""

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": key}

        def validate_response(
            self, response: Any, case: schemathesis.Case, **_options: Any
        ) -> None:
            if any(str(value) in self.answers for value in case.path_parameters.values()):
                went_on.add(case.operation.label)
            self.answers += response.text
            case.validate_response(response, checks=CHECKS)

    Chains.run(
        settings=settings(
            max_examples=size,
            stateful_step_count=8,
            deadline=None,
            derandomize=True,  # the same chains each time: whether any goes on is no luck
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )
    assert went_on, "no call went on with what an earlier one had given"

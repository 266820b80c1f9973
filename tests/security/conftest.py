"""Somebody who may do everything, so that only the guard under test can say no."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import RoleOverride, User
from app.auth.roles import Role
from app.registry import permissions_of
from app.web.context import house


@pytest.fixture
def grant_everything(app: Flask, database) -> None:
    """Give administrators every permission of every module."""
    granted = house(app).grants[Role.ADMINISTRATOR]
    with database.unit_of_work() as uow:
        for permission in set(permissions_of(house(app).modules)) - granted:
            override = RoleOverride(role=Role.ADMINISTRATOR, permission=permission, is_granted=True)
            uow.session.add(override)


@pytest.fixture
def almighty(client: FlaskClient, login, grant_everything: None) -> User:
    return login(client, Role.ADMINISTRATOR)

"""The application with one list more."""

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.module import module as house
from tests.app.lists.people import MODULE, add_people
from tests.support.web import PageClient


@pytest.fixture
def people(database) -> int:
    with database.unit_of_work("test") as uow:
        add_people(uow, 120)
    return 120


@pytest.fixture
def client(settings, database, clock, login) -> FlaskClient:
    app = create_app(settings, clock=clock, database=database, modules=(house, MODULE))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = PageClient
    client = app.test_client()
    login(client, "administrator", locale="en")
    return client

"""A meter is a record like any other: it takes files and comments, and has a history."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from tests.factories.energy import create_meter
from tests.factories.interventions import make_order
from tests.support.web import Login


def parts_of(client: FlaskClient, address: str) -> list[str]:
    """Return the parts a page loads of its record."""
    page = client.get(address)
    assert page.status_code == 200
    return re.findall(r'hx-get="(/(?:attachments|comments|history)/[^"]+)"', page.text)


def test_the_sheet_of_a_meter_has_files_comments_and_history(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        meter = create_meter(uow, clock, "E1", label="Chaufferie")
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    parts = parts_of(client, f"/energy/meters/{meter.id}")
    assert len(parts) == 3
    for part in parts:
        assert client.get(part).status_code == 200, part
    said = client.post(f"/comments/meter/{meter.id}", data={"text": "Compteur inaccessible"})
    assert said.status_code in (200, 303)
    assert "Compteur inaccessible" in client.get(f"/comments/meter/{meter.id}").text
    assert "Meter recorded" in client.get(f"/history/meter/{meter.id}").text


def test_the_sheet_of_an_order_takes_comments_and_links_its_history(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    address = f"/work-orders/{order.id}"
    assert f"/comments/work_order/{order.id}" in parts_of(client, address)
    assert f'href="/history/work_order/{order.id}"' in client.get(address).text
    assert client.get(f"/history/work_order/{order.id}").status_code == 200

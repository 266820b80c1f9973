"""The readings of a meter go out as a file: each slot once, also when the clock goes back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.energy.enums import Utility
from modules.energy.models import Meter
from tests.factories.energy import hours, ingest, write_long
from tests.support.web import Login

# The day on which clocks go back: 25 hours, from 25 October 22:00 UTC.
FIRST = datetime(2025, 10, 25, 22, tzinfo=UTC)
DAY = {"from": "2025-10-26", "to": "2025-10-26"}


@pytest.fixture
def meter_id(database: Database, clock: FixedClock, tmp_path: Path) -> UUID:
    values = [1.5] * 25
    values[3] = None
    path = write_long(tmp_path / "long.csv", hours("E-1", FIRST, values))
    ingest(database, clock, "long", path, utility=Utility.ELECTRICITY)
    with database.reader() as session:
        return session.scalars(select(Meter)).one().id


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def test_each_slot_stands_once_with_its_quality(
    client: FlaskClient, login: Login, meter_id: UUID
) -> None:
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    answer = client.get(f"/energy/meters/{meter_id}/readings.csv", query_string=DAY)
    assert answer.headers["Content-Disposition"].endswith("E-1-2025-10-26-2025-10-26.csv")
    head, *rows = rows_of(answer.text)
    assert head == ["Begins", "Begins (UTC)", "Consumption (kWh)", "Quality"]
    assert len(rows) == len({row[1] for row in rows}) == 25
    assert [row[0] for row in rows].count("2025-10-26 02:00") == 2
    assert rows[0] == ["2025-10-26 00:00", "2025-10-25T22:00:00Z", "1,5", "read"]
    assert rows[3][2:] == ["", "not received"]
    assert {row[3] for row in rows if row[2]} == {"read"}


def test_a_workbook_holds_numbers_and_moments_in_the_reader_s_language(
    client: FlaskClient, login: Login, meter_id: UUID
) -> None:
    login(client, Role.ENERGY_COORDINATOR, locale="nl")
    answer = client.get(f"/energy/meters/{meter_id}/readings.xlsx", query_string=DAY)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    head, _midnight, first, *others = sheet.to_python()
    assert head[3] == "Kwaliteit"
    assert first[0] == datetime(2025, 10, 26, 1)
    assert first[2] == 1.5
    assert len(others) == 23


def test_who_took_them_out_is_noted_on_the_meter(
    client: FlaskClient, login: Login, meter_id: UUID, database: Database
) -> None:
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    assert (
        f"/energy/meters/{meter_id}/readings.xlsx" in client.get(f"/energy/meters/{meter_id}").text
    )
    client.get(f"/energy/meters/{meter_id}/readings.csv", query_string=DAY)
    with database.reader() as session:
        action = AuditEntry.action == "energy.meter.readings_exported"
        entry = session.scalars(select(AuditEntry).where(action)).one()
    assert (entry.subject_id, entry.changes["period"][1]) == (meter_id, "2025-10-26-2025-10-26")
    assert "Readings taken out as a file" in client.get(f"/history/meter/{meter_id}").text


def test_other_forms_strangers_and_other_places_get_nothing(
    client: FlaskClient, login: Login, meter_id: UUID
) -> None:
    path = f"/energy/meters/{meter_id}/readings"
    assert client.get(f"{path}.csv").status_code in (302, 401)
    login(client, Role.ENERGY_COORDINATOR, locale="en", sees_everything=False)
    assert client.get(f"{path}.csv").status_code == 404
    login(client, Role.ENERGY_COORDINATOR, email="other@example.org", sees_everything=True)
    assert client.get(f"{path}.pdf").status_code == 404
    assert client.get(f"{path}.csv?from=never").status_code == 404

"""A meter leaves lists, search and detection with its readings kept, and comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.roles import Role
from app.db import TranslatedText
from app.errors import Conflict, Forbidden, StaleVersion
from modules.energy.commands import ArchiveMeter
from modules.energy.enums import AlertState, Rule, Unit
from modules.energy.models import Alert, Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import select_meters
from modules.energy.search import MeterSearch
from modules.energy.services.archiving import archive_meter, restore_meter
from modules.energy.services.meters import find_by_ean
from modules.energy.services.scan import meters_to_scan
from tests.factories.energy import ACTOR, create_meter, hours, ingest, write_long

EAN = "541448000000000011"


def archive(uow, clock, meter, actor=ACTOR, **how):
    return archive_meter(actor, ArchiveMeter(meter.id, meter.version, **how), uow, clock)


def listed(uow):
    return [meter.serial for meter in uow.session.scalars(select_meters(ACTOR))]


@pytest.fixture
def read_meter(database, clock, tmp_path):
    """Return the identifier of a meter whose readings arrive."""
    rows = hours("W1", clock.now() - timedelta(hours=48), [1.0] * 40)
    ingest(database, clock, "long", write_long(tmp_path / "water_readings.csv", rows))
    with database.reader() as session:
        return session.scalars(select(Meter.id)).one()


class TestService:
    def test_it_leaves_lists_and_search_and_comes_back(self, uow, clock):
        meter = create_meter(uow, clock, "W1", ean=EAN)
        archive(uow, clock, meter)
        assert listed(uow) == []
        assert list(MeterSearch().documents(uow.session, [meter.id])) == []
        restore_meter(ACTOR, ArchiveMeter(meter.id, meter.version), uow, clock)
        assert listed(uow) == ["W1"]
        assert find_by_ean(uow.session, EAN, None) is meter
        actions = uow.session.scalars(select(AuditEntry.action)).all()
        assert {"energy.meter.archive", "energy.meter.restore"} <= set(actions)

    def test_its_ean_still_leads_to_it_so_that_no_second_one_is_made(self, uow, clock):
        meter = create_meter(uow, clock, "W1", ean=EAN)
        archive(uow, clock, meter)
        assert find_by_ean(uow.session, EAN, None) is meter

    def test_one_in_use_comes_before_an_archived_one_of_the_same_ean(self, uow, clock):
        former, present = (create_meter(uow, clock, serial, ean=EAN) for serial in ("W1", "W2"))
        archive(uow, clock, present)
        assert find_by_ean(uow.session, EAN, None) is former

    def test_only_with_the_right_and_the_version_seen(self, uow, clock, actor_with):
        meter = create_meter(uow, clock, "W1")
        with pytest.raises(Forbidden):
            archive(uow, clock, meter, actor_with(EnergyPermission.METER_READ))
        with pytest.raises(StaleVersion):
            archive_meter(ACTOR, ArchiveMeter(meter.id, meter.version + 1), uow, clock)

    def test_one_in_use_is_asked_about_and_watched_no_more(self, database, clock, read_meter):
        with database.unit_of_work() as uow:
            meter = uow.session.get(Meter, read_meter)
            with pytest.raises(Conflict, match="meter_in_use"):
                archive(uow, clock, meter)
            assert meters_to_scan(uow.session, clock.now()) == [meter.id]
            archive(uow, clock, meter, is_confirmed=True)
            assert meters_to_scan(uow.session, clock.now()) == []

    def test_one_silent_for_long_is_not_asked_about(self, database, clock, read_meter):
        clock.advance(timedelta(days=60))
        with database.unit_of_work() as uow:
            assert archive(uow, clock, uow.session.get(Meter, read_meter)).archived_at

    def test_an_open_alert_is_closed_first(self, uow, clock):
        meter = create_meter(uow, clock, "W1")
        now = clock.now()
        alert = Alert(
            number="EA-2026-000001", meter_id=meter.id, rule=Rule.ZERO, state=AlertState.OPEN,
            onset_at=now, detected_at=now, until_at=now, unit=Unit.LITRE,
            sentence=TranslatedText(fr="Fuite"),
        )  # fmt: skip
        uow.session.add(alert)
        uow.flush()
        with pytest.raises(Conflict, match="alert_open") as refused:
            archive(uow, clock, meter, is_confirmed=True)
        assert "EA-2026-000001" in str(refused.value.message)


class TestPages:
    def test_the_sheet_asks_says_it_and_takes_it_back(self, client, login, read_meter):
        login(client, Role.ENERGY_COORDINATOR, locale="en")
        url = f"/energy/meters/{read_meter}"
        assert "Readings of this meter still arrive" in client.get(url).get_data(as_text=True)
        version = client.get(f"/api/v1/meters/{read_meter}").headers["ETag"].strip('"')
        asked = client.post(f"{url}/archive", data={"version": version}, follow_redirects=True)
        assert "Confirm that it is to be archived." in asked.get_data(as_text=True)
        client.post(f"{url}/archive", data={"version": version, "is_confirmed": "yes"})
        page = client.get(url).get_data(as_text=True)
        assert "Archived on" in page
        assert "Enter a reading" not in page
        assert "W1" not in client.get("/energy/meters").get_data(as_text=True)
        client.post(f"{url}/restore", data={"version": int(version) + 1})
        assert "W1" in client.get("/energy/meters").get_data(as_text=True)

    def test_the_list_shows_the_archived_when_asked(self, client, login, database, clock):
        with database.unit_of_work() as uow:
            archive(uow, clock, create_meter(uow, clock, "W1"))
            create_meter(uow, clock, "W2")
        login(client, Role.ENERGY_COORDINATOR, locale="en")
        for query, shown in (("", "W2"), ("?archived=no", "W2"), ("?archived=yes", "W1")):
            page = client.get(f"/energy/meters{query}").get_data(as_text=True)
            assert [name for name in ("W1", "W2") if name in page] == [shown]
        assert ">All</option>" not in page.split('name="archived"')[1].split("</select>")[0]

    def test_its_history_is_still_told(self, client, login, database, clock):
        with database.unit_of_work() as uow:
            meter = create_meter(uow, clock, "W1")
            archive(uow, clock, meter)
        login(client, Role.ENERGY_COORDINATOR, locale="en")
        page = client.get(f"/history/meter/{meter.id}").get_data(as_text=True)
        assert "Archived" in page

    def test_without_the_right_it_is_not_offered(self, client, login, read_meter):
        login(client, Role.TECHNICIAN, locale="en")
        url = f"/energy/meters/{read_meter}"
        assert "/archive" not in client.get(url).get_data(as_text=True)
        assert client.post(f"{url}/archive", data={"version": 1}).status_code == 403


def test_programs_archive_and_bring_back(client, login, read_meter):
    login(client, Role.ENERGY_COORDINATOR)
    url = f"/api/v1/meters/{read_meter}"
    version = {"If-Match": client.get(url).headers["ETag"]}
    asked = client.delete(url, headers=version)
    assert (asked.status_code, asked.json["code"]) == (409, "meter_in_use")
    assert client.delete(f"{url}?is_confirmed=true", headers=version).status_code == 204
    assert client.get("/api/v1/meters").json["total"] == 0
    assert client.post(f"{url}/restoration", json={}).status_code == 200
    assert client.get("/api/v1/meters").json["total"] == 1


def test_it_is_changed_on_no_form_and_by_no_program_until_it_is_back(
    client, login, database, clock
):
    with database.unit_of_work() as uow:
        meter = create_meter(uow, clock, "W1")
        archive(uow, clock, meter)
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    url = f"/api/v1/meters/{meter.id}"
    assert client.get("/api/v1/meters?is_archived=true").json["items"][0]["id"] == str(meter.id)
    for status in (409, 200):
        version = {"If-Match": client.get(url).headers["ETag"]}
        assert client.put(url, json={"label": "New"}, headers=version).status_code == status
        assert client.post(f"{url}/restoration", json={}).status_code == 200
    assert client.get("/api/v1/meters?is_archived=true").json["total"] == 0

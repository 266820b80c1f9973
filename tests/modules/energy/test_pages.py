import io
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.auth.roles import Role
from app.jobs.execute import execute
from app.jobs.models import JobRecord
from app.jobs.queue import claim_next
from app.web.context import house
from modules.energy.enums import AlertState, FeedsKind, Utility
from modules.energy.models import Alert, IngestBatch, Meter, ReadingEntry
from modules.energy.services.alerts import Finding, keep_alert
from modules.energy.services.scan import scan
from tests.factories.energy import ACTOR, create_meter, hours, ingest, sample, write_long
from tests.factories.portfolio import make_building

FIRST = datetime(2025, 10, 1, tzinfo=UTC)


@pytest.fixture
def building(database, clock):
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


@pytest.fixture
def leak(database, clock, tmp_path, building):
    """A water meter of a building that leaks for three days, judged this morning."""
    with database.unit_of_work() as uow:
        create_meter(
            uow,
            clock,
            "W1",
            label="Cold water",
            feeds=FeedsKind.BUILDING,
            building_id=building.id,
            installation_label="Boiler house",
        )
    chance = np.random.default_rng(1)
    count = int((clock.now() - FIRST) / timedelta(hours=1))
    at = [FIRST + timedelta(hours=n) for n in range(count)]
    used = np.array([chance.poisson(60) if 6 <= t.hour <= 21 else 0 for t in at], dtype=float)
    used[-72:] += 40
    path = write_long(tmp_path / "w.csv", hours("W1", FIRST, used))
    ingest(database, clock, "long", path, utility=Utility.WATER)
    scan(database, ACTOR, clock)
    with database.reader() as session:
        return session.scalars(select(Alert)).one()


def text_of(response):
    assert response.status_code == 200, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_every_page_opens_in_every_language(client, login, leak, database, locale):
    login(client, Role.ENERGY_COORDINATOR, locale=locale)
    with database.reader() as session:
        batch = session.scalars(select(IngestBatch)).one()
    for address in (
        "/energy/alerts",
        f"/energy/alerts/{leak.id}",
        "/energy/meters",
        f"/energy/meters/{leak.meter_id}",
        f"/energy/meters/{leak.meter_id}?from=2026-02-01&to=2026-02-28",
        f"/energy/meters/{leak.meter_id}/edit",
        "/energy/imports",
        f"/energy/imports/{batch.id}",
        "/energy/imports/new",
    ):
        assert text_of(client.get(address))


def test_alert_page_says_what_is_wrong_and_why(client, login, leak):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    page = text_of(client.get(f"/energy/alerts/{leak.id}"))
    assert "running without a stop" in page
    assert "usually a leak" in page
    assert "Boiler house" in page
    assert f"/energy/alerts/{leak.id}/curve.json" in page
    assert "price to be confirmed" in page


def test_curve_of_an_alert_marks_it_and_shows_what_is_usual(client, login, leak):
    login(client, Role.ENERGY_COORDINATOR, locale="nl")
    curve = client.get(f"/energy/alerts/{leak.id}/curve.json").get_json()
    assert [s["key"] for s in curve["series"]] == ["now", "usual"]
    assert len(curve["series"][0]["values"]) == len(curve["series"][1]["values"])
    assert curve["unit"] == "l"
    assert curve["axis"] == "liter per uur"
    assert curve["alerts"][0]["tone"] == "danger"
    assert curve["step_s"] == 3600


def test_registers_are_named_in_words(client, login, leak):
    login(client, Role.ENERGY_COORDINATOR, locale="nl")
    for address in ("", "/readings/correct"):
        page = text_of(client.get(f"/energy/meters/{leak.meter_id}{address}"))
        assert "Afname, totaal" in page
        assert "offtake.total" not in page


def test_curve_of_a_meter_is_fine_for_weeks_and_daily_for_years(client, login, leak):
    login(client, Role.ENERGY_COORDINATOR)
    week = client.get(f"/energy/meters/{leak.meter_id}/curve.json").get_json()
    assert [s["key"] for s in week["series"]] == ["now", "before"]
    assert len(week["series"][0]["values"]) == 168
    address = f"/energy/meters/{leak.meter_id}/curve.json?from=2025-10-01&to=2026-03-02"
    long = client.get(address).get_json()
    assert long["series"][0]["style"] == "bars"
    assert client.get(f"/energy/meters/{leak.meter_id}/curve.json?from=nonsense").status_code == 404


def test_a_person_closes_an_alert_from_its_page(client, login, leak, database):
    login(client, Role.ENERGY_COORDINATOR)
    here = f"/energy/alerts/{leak.id}"
    refused = client.post(f"{here}/handle", data={"outcome": "explained", "reason": ""})
    assert refused.status_code == 422
    done = client.post(f"{here}/handle", data={"outcome": "explained", "reason": "Piscine"})
    assert done.status_code == 303
    assert "Piscine" in text_of(client.get(here))
    with database.reader() as session:
        assert session.scalars(select(Alert)).one().state is AlertState.RESOLVED
    again = client.post(f"{here}/handle", data={"outcome": "resolved", "reason": "x"})
    assert again.status_code == 409


def test_who_decides_on_an_alert_a_colleague_closed_is_told_by_whom_and_when(
    client, login, leak, database, clock
):
    here, there = f"/energy/alerts/{leak.id}", f"/api/v1/alerts/{leak.id}"
    outcome = {"outcome": "false_alarm", "reason": "Zwembad"}
    seen, tag = leak.version, {"If-Match": f'"{leak.version}"'}
    # Morning after morning the meter says that it goes on: nobody decides otherwise because of it.
    with database.unit_of_work() as uow:
        clock.advance(timedelta(days=1))
        still = Finding(leak.rule, leak.onset_at, clock.now(), 40.0, 1.0, 9.0, 24, 900.0, 300.0)
        keep_alert(ACTOR, uow.session.get_one(Alert, leak.id), still, uow, clock)
    login(client, Role.ADMINISTRATOR, locale="en", display_name="Ilse Claes")
    assert shown_version(client, here) > seen
    bare = client.post(f"{there}/outcome", json=outcome)
    assert (bare.status_code, bare.get_json()["code"]) == (428, "if_match_required")
    first, again = (client.post(f"{there}/outcome", json=outcome, headers=tag) for _one in range(2))
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.get_json() == again.get_json(), "sent again, it is taken once"
    jan = {"display_name": "Jan Peeters", "email": "jan@example.org"}
    login(client, Role.ADMINISTRATOR, locale="en", **jan)
    late = client.post(f"{there}/outcome", json=outcome | {"reason": "Pool"}, headers=tag)
    assert late.status_code == 412
    assert late.get_json()["current"] == client.get(there).get_json()
    wanted = {"outcome": "resolved", "reason": "New tap", "version": seen}
    told = client.post(f"{here}/handle", data=wanted)
    assert told.status_code == 412
    what = "“Alert called false”, by Ilse Claes on 03/03/2026"
    assert f"Alert {leak.number} changed since you opened the page: {what}" in told.text
    now = shown_version(client, here)
    closed = client.post(f"{here}/handle", data=wanted | {"version": now})
    assert closed.status_code == 409
    assert f"This alert is already closed: {what}" in closed.text
    again = {"text": "Still running", "version": seen}
    assert client.post(f"{here}/reopen", data=again).status_code == 412
    assert client.post(f"{here}/reopen", data=again | {"version": now}).status_code == 303


def shown_version(client, address):
    """Return the version the forms of a sheet decide on."""
    (version,) = re.findall(r'name="version" value="(\d+)"', text_of(client.get(address)))
    return int(version)


def test_a_person_opens_an_alert_again_and_its_ticket_says_so(client, login, leak, database):
    login(client, Role.ADMINISTRATOR, locale="nl")
    here, there = f"/energy/alerts/{leak.id}", f"/api/v1/alerts/{leak.id}"
    assert client.post(f"{here}/reopen", data={"text": "x"}).status_code == 409
    client.post(f"{here}/handle", data={"outcome": "false_alarm", "reason": "Zwembad"})
    assert "Per vergissing afgesloten?" in text_of(client.get(here))
    assert client.post(f"{here}/reopen", data={"text": ""}).status_code == 422
    assert client.post(f"{here}/reopen", data={"text": "Toch een lek"}).status_code == 303
    assert "Toch een lek" in text_of(client.get(here))

    def take(step, body):
        tag = {"If-Match": client.get(there).headers["ETag"]}
        return client.post(f"{there}/{step}", json=body, headers=tag)

    assert take("outcome", {"outcome": "explained", "reason": "Test"}).status_code == 200
    assert take("reopening", {"text": " "}).status_code == 422
    assert take("reopening", {"text": "Nee"}).get_json()["state"] == "open"
    assert take("reopening", {"text": "Nee"}).status_code == 409
    ticket = client.get("/api/v1/tickets").get_json()["items"][0]
    sheet = text_of(client.get(f"/tickets/{ticket['id']}"))
    assert sheet.count("Alarm heropend") == 2
    assert "Toch een lek" in sheet
    assert "Alarm heropend" in text_of(client.get(f"/history/alert/{leak.id}"))
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.post(f"{here}/reopen", data={"text": "x"}).status_code == 403


def test_reader_may_look_but_not_close(client, login, leak):
    login(client, Role.CALL_CENTRE_AGENT)
    here = f"/energy/alerts/{leak.id}"
    assert "outcome" not in text_of(client.get(here))
    data = {"outcome": "explained", "reason": "x"}
    assert client.post(f"{here}/handle", data=data).status_code == 403
    assert client.get("/energy/imports/new").status_code == 403


def test_meter_is_changed_from_its_form(client, login, leak, database):
    login(client, Role.ENERGY_COORDINATOR)
    here = f"/energy/meters/{leak.meter_id}/edit"
    data = {
        "version": "1",
        "label": "Eau froide",
        "ean": "5414 4800 0000 0000 11",
        "multiplier": "1",
        "delivery_delay_hours": "30",
        "installation_label": "Chaufferie",
        "feeds": "",
        "building_code": "",
        "lot_reference": "",
        "digits": "",
        "installed_on": "",
        "removed_on": "",
    }
    with database.reader() as session:
        data["version"] = str(session.get(Meter, leak.meter_id).version)
    wrong = client.post(here, data={**data, "ean": "541448000000000012"})
    assert wrong.status_code == 422
    assert client.post(here, data=data).status_code == 303
    with database.reader() as session:
        meter = session.get(Meter, leak.meter_id)
        assert (meter.label, meter.supply_point.ean) == ("Eau froide", "541448000000000011")
        assert not meter.is_attached
    stale = client.post(here, data=data)
    assert stale.status_code == 412


def test_meter_is_attached_by_the_code_of_its_building(client, login, leak, database, building):
    login(client, Role.ENERGY_COORDINATOR)
    here = f"/energy/meters/{leak.meter_id}/edit"
    assert building.code in text_of(client.get(here))
    data = {"version": "1", "building_code": "BLD-none", "multiplier": "1"}
    assert client.post(here, data=data).status_code == 422
    data["building_code"] = building.code
    assert client.post(here, data=data).status_code == 303
    with database.reader() as session:
        assert session.get(Meter, leak.meter_id).building_id == building.id


def test_two_people_at_a_meter_choose_only_between_what_differs(client, login, leak, building):
    login(client, Role.ENERGY_COORDINATOR)
    here = f"/energy/meters/{leak.meter_id}/edit"
    data = {"version": "1", "multiplier": "1", "building_code": building.code, "label": "Cold"}
    assert client.post(here, data=data).status_code == 303
    page = client.post(here, data={**data, "label": "Warm"})
    assert page.status_code == 412
    assert f'type="hidden" name="building_code" value="{building.code}"' in page.text


def test_upload_asks_for_a_job_with_the_file_kept_aside(client, login, database):
    login(client, Role.ENERGY_COORDINATOR)
    assert client.post("/energy/imports/new", data={}).status_code == 422
    content = sample("fluvius_gas_2022.csv").read_bytes()
    data = {"format": "fluvius", "file": (io.BytesIO(content), "gas.csv"), "create_unknown": "on"}
    answer = client.post("/energy/imports/new", data=data)
    assert answer.status_code == 303
    with database.reader() as session:
        job = session.scalars(select(JobRecord)).one()
    assert job.name == "energy.ingest_readings"
    assert job.args["name"] == "gas.csv"
    from pathlib import Path

    assert Path(job.args["path"]).read_bytes() == content


def test_programs_send_a_file_follow_its_run_and_read_what_became_of_it(app, client, login):
    login(client, Role.ENERGY_COORDINATOR)
    files = "/api/v1/readings/files"
    content = sample("fluvius_gas_2022.csv").read_bytes()

    def send(**query):
        file = {"file": (io.BytesIO(content), "gas.csv")}
        return client.post(files, data=file, query_string=query)

    assert send(format="papyrus").json["errors"][0]["field"] == "format"
    run = send(format="fluvius", create_unknown="true")
    assert (run.status_code, run.json["state"]) == (201, "waiting")
    execute(house(app), claim_next(house(app).database, "test", house(app).clock))
    assert client.get(f"/api/v1/job-runs/{run.json['id']}").json["state"] == "done"
    (line,) = client.get(files).json["items"]
    assert (line["file_name"], line["state"]) == ("gas.csv", "done")
    assert line["rows_new"] > 0
    assert client.get(f"{files}/{line['id']}").json == line
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.get(files).status_code == 403
    assert send(format="fluvius").status_code == 403


def test_panels_of_home_and_building(client, login, leak, building):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    assert "Cold water" in text_of(client.get("/energy/panels/home"))
    panel = text_of(client.get(f"/energy/panels/building/{building.id}"))
    assert "Cold water" in panel
    # Of water that leaks for three days more flows than in the month before: it says than what.
    assert re.search(r"last 30 days; \+\d+.% against the 30 days before", panel)
    assert "text-danger" not in panel.partition("stat-hint")[2].partition("</div>")[0]
    from uuid import uuid4

    assert client.get(f"/energy/panels/lot/{uuid4()}").status_code == 404


def test_empty_lists_say_what_to_do(client, login):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    assert "No meter yet" in text_of(client.get("/energy/meters"))
    assert "No abnormal consumption" in text_of(client.get("/energy/alerts"))
    assert "No import yet" in text_of(client.get("/energy/imports"))


@pytest.mark.parametrize("address", ["/energy/meters", "/energy/alerts"])
def test_lists_run_a_constant_number_of_queries(
    client, login, leak, database, clock, address, count_queries
):
    login(client, Role.ENERGY_COORDINATOR)
    client.get(address)
    with count_queries() as few:
        client.get(address)
    with database.unit_of_work() as uow:
        for number in range(30):
            create_meter(uow, clock, f"X{number}", building_id=None)
    with count_queries() as many:
        client.get(address)
    assert len(many.statements) == len(few.statements)


def test_api_lists_meters_readings_and_alerts(client, login, leak, clock):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    (meter,) = client.get("/api/v1/meters?utility=water").get_json()["items"]
    assert meter["serial"] == "W1"
    one = client.get(f"/api/v1/meters/{meter['id']}")
    assert one.headers["ETag"]
    query = {
        "meter_id": meter["id"],
        "from": "2026-03-01T00:00:00+00:00",
        "to": "2026-03-02T00:00:00+00:00",
    }
    readings = client.get("/api/v1/readings", query_string=query).get_json()
    assert readings["step_s"] == 3600
    assert len(readings["values"]) == 24
    assert set(readings["quality"]) == {"read"}
    backwards = client.get("/api/v1/readings", query_string={**query, "to": query["from"]})
    assert backwards.status_code == 422
    (alert,) = client.get("/api/v1/alerts?state=open").get_json()["items"]
    assert alert["excess_per_day"] == pytest.approx(960, rel=0.2)
    assert "without a stop" in alert["sentence"]
    assert client.get(f"/api/v1/alerts/{alert['id']}").status_code == 200
    assert client.get("/api/v1/alerts?state=closed").status_code == 422


def test_scope_hides_meters_and_alerts(client, login, leak):
    login(client, Role.CARE_HOME_DIRECTOR, sees_everything=False)
    assert client.get(f"/energy/alerts/{leak.id}").status_code == 404
    assert client.get(f"/energy/meters/{leak.meter_id}").status_code == 404
    assert client.get("/api/v1/meters").get_json()["total"] == 0


@pytest.fixture
def fallen(database, clock, tmp_path):
    """Give the register of a meter whose index fell without a known reason."""
    path = tmp_path / "gas.csv"
    times = [f"2026-03-01 00:{m:02d}" for m in (0, 15, 30, 45)]
    rows = zip(times, ["100.0", "100.4", "0.1", "0.3"], strict=True)
    path.write_text("time,Total gas used\n" + "".join(f"{t},{v}\n" for t, v in rows))
    ingest(database, clock, "homewizard", path)
    with database.reader() as session:
        meter = session.scalars(select(Meter)).one()
        return next(r for r in meter.registers if r.kind == "index")


def test_programs_declare_that_a_counter_was_replaced(client, login, fallen):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    counters = f"/api/v1/meters/{fallen.meter_id}/counters"
    sent = {"register_id": str(fallen.id), "changed_at": "2026-02-28T23:20:00Z"}
    assert client.post(counters, json=sent).json["errors"][0]["field"] == "final_index"
    said = client.post(counters, json=sent | {"final_index": 100.5})
    assert (said.status_code, said.json["register_id"]) == (201, str(fallen.id))
    assert "never fell" in text_of(client.get(f"/energy/meters/{fallen.meter_id}"))
    other = sent | {"final_index": 1, "register_id": "00000000-0000-7000-8000-000000000009"}
    assert client.post(counters, json=other).status_code == 404
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.post(counters, json=sent | {"final_index": 100.5}).status_code == 403


def test_a_replaced_counter_is_declared_on_its_page(client, login, fallen):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    sheet = f"/energy/meters/{fallen.meter_id}"
    assert "fell without a known reason" in text_of(client.get(sheet))
    assert "Last fall" in text_of(client.get(f"{sheet}/replace-counter"))
    data = {"register_id": fallen.id, "changed_at": "2026-03-01T00:20", "final_index": ""}
    assert client.post(f"{sheet}/replace-counter", data=data).status_code == 422
    data |= {"final_index": "100,5", "start_index": "0"}
    assert client.post(f"{sheet}/replace-counter", data=data).status_code == 303
    assert "never fell" in text_of(client.get(sheet))
    data["register_id"] = "00000000-0000-7000-8000-000000000009"
    assert client.post(f"{sheet}/replace-counter", data=data).status_code == 404


def test_search_finds_meters_and_alerts_by_number_and_by_name(client, login, leak):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    for typed in ("W1", "w1", "cold water", leak.number):
        page = text_of(client.get("/search", query_string={"q": typed}, follow_redirects=True))
        assert "Cold water" in page, typed


def test_prices_and_thresholds_are_replaced_and_kept(client, login, leak, database):
    from modules.energy.models import RuleSetting, Tariff

    login(client, Role.ENERGY_COORDINATOR, locale="en")
    assert "to be confirmed" in text_of(client.get("/energy/settings"))
    client.post("/preferences/language", data={"locale": "nl"})
    assert "Grootteorde, te bevestigen" in text_of(client.get("/energy/settings"))
    client.post("/preferences/language", data={"locale": "en"})
    price = {
        "utility": "water",
        "price_per_unit": "6,10",
        "valid_from": "2026-03-01",
        "source": "Invoice of February",
    }
    assert client.post("/energy/settings/tariffs", data={**price, "source": ""}).status_code == 422
    assert client.post("/energy/settings/tariffs", data=price).status_code == 303
    rule = {
        "parameter": "silent_hours",
        "value": "12",
        "utility": "",
        "meter": "W1",
        "valid_from": "2026-03-01",
        "source": "Agreed with the supplier",
    }
    assert client.post("/energy/settings/rules", data={**rule, "meter": "?"}).status_code == 422
    unknown = {**rule, "parameter": "luck"}
    assert client.post("/energy/settings/rules", data=unknown).status_code == 422
    for value, day in (("12", "2026-03-01"), ("24", "2026-03-10")):
        data = {**rule, "value": value, "valid_from": day}
        assert client.post("/energy/settings/rules", data=data).status_code == 303
    page = text_of(client.get("/energy/settings"))
    assert "Invoice of February" in page
    assert "Agreed with the supplier" in page
    with database.reader() as session:
        water = session.scalars(
            select(Tariff).where(Tariff.utility == "water").order_by(Tariff.valid_from)
        ).all()
        assert [t.is_confirmed for t in water] == [False, True]
        assert water[0].valid_until.isoformat() == "2026-02-28"
        rules = session.scalars(select(RuleSetting).order_by(RuleSetting.valid_from)).all()
        assert [(r.value, r.meter_id) for r in rules] == [(12, leak.meter_id), (24, leak.meter_id)]
        assert rules[0].valid_until.isoformat() == "2026-03-09"


def test_reader_may_not_set_prices(client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.get("/energy/settings").status_code == 403


@pytest.fixture
def logged(database, clock, tmp_path, building):
    """A water meter of a building with ten days of readings, and their file."""
    with database.unit_of_work() as uow:
        create_meter(
            uow, clock, "W1", label="Cold water", feeds=FeedsKind.BUILDING, building_id=building.id
        )
    first = (clock.now() - timedelta(days=10)).replace(tzinfo=None)
    path = write_long(tmp_path / "w.csv", hours("W1", first, [50.0] * 240))
    ingest(database, clock, "long", path, utility=Utility.WATER)
    with database.reader() as session:
        return session.scalars(select(Meter).options(selectinload(Meter.registers))).one(), path


def correction_of(meter, **changes):
    register = next(r for r in meter.registers if r.is_main)
    return {
        "register_id": str(register.id),
        "begins_at": "2026-02-28T10:00",
        "ends_at": "2026-02-28T14:00",
        "value": "0,4",
        "source": "invoice",
        "reason": "Invoice of February",
    } | changes


def test_readings_are_corrected_shown_apart_and_put_back(client, login, logged, database, clock):
    meter, path = logged
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    sheet = f"/energy/meters/{meter.id}"
    here = f"{sheet}/readings/correct"
    assert "every 60 minutes" in text_of(client.get(here))
    for wrong in ({"value": ""}, {"reason": ""}, {"begins_at": "2026-02-28T10:10"}):
        assert client.post(here, data=correction_of(meter, **wrong)).status_code == 422
    odd = client.post(here, data=correction_of(meter, value="9"))
    assert odd.status_code == 422
    assert "I checked it" in odd.get_data(as_text=True)
    assert client.post(here, data=correction_of(meter)).status_code == 303
    page = text_of(client.get(sheet))
    assert "Invoice of February" in page
    assert "h corrected by hand" in page
    curve = client.get(f"{sheet}/curve.json").get_json()
    assert [s["key"] for s in curve["series"]] == ["now", "before", "corrected"]
    again = ingest(database, clock, "long", path, utility=Utility.WATER)
    assert "kept as it stood" in text_of(client.get(f"/energy/imports/{again.batch_id}"))
    with database.reader() as session:
        entry = session.scalars(select(ReadingEntry)).one()
    undo = f"/energy/readings/{entry.id}/undo"
    for said in ("Reading put back", "already undone"):
        assert said in text_of(client.post(undo, follow_redirects=True))


def test_a_reader_of_meters_corrects_nothing_and_a_technician_enters(client, login, logged):
    meter, _path = logged
    sheet = f"/energy/meters/{meter.id}"
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    assert client.get(f"{sheet}/readings/new").status_code == 403
    assert client.post(f"{sheet}/readings/correct", data={}).status_code == 403
    login(client, Role.TECHNICIAN, locale="en")
    assert client.get(f"{sheet}/readings/correct").status_code == 403
    assert "Index on the counter" in text_of(client.get(f"{sheet}/readings/new"))
    data = {"read_at": "2026-03-01T08:00", "index": "120,5", "source": "technician"}
    assert client.post(f"{sheet}/readings/new", data={**data, "index": "-1"}).status_code == 422
    assert client.post(f"{sheet}/readings/new", data=data).status_code == 303
    later = {**data, "read_at": "2026-03-01T12:00", "index": "12"}
    answer = client.post(f"{sheet}/readings/new", data=later, follow_redirects=True)
    assert "lower than the one before" in text_of(answer)


def test_api_takes_indexes_and_corrections(client, login, logged):
    meter, _path = logged
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    taken = {"meter_id": str(meter.id), "read_at": "2026-03-01T08:00:00Z", "index": 12.5}
    answer = client.post("/api/v1/readings/indexes", json=taken)
    assert answer.status_code == 201
    assert answer.get_json()["source"] == "technician"
    correction = {
        "meter_id": str(meter.id),
        "register_id": str(meter.registers[0].id),
        "begins_at": "2026-02-28T10:00:00Z",
        "ends_at": "2026-02-28T11:00:00Z",
        "value": None,
        "reason": "Logger restarted",
    }
    made = client.post("/api/v1/readings/entries", json=correction)
    assert made.status_code == 201
    entry = made.get_json()
    assert (entry["value"], entry["old_value"], entry["quality"]) == (None, 0.05, "wrong")
    undone = client.post(f"/api/v1/readings/entries/{entry['id']}/undo")
    assert undone.get_json()["undone_at"]
    listed = client.get(f"/api/v1/readings/entries?meter_id={meter.id}").get_json()
    assert listed["total"] == 2
    odd = client.post("/api/v1/readings/entries", json={**correction, "value": 50})
    assert odd.get_json()["code"] == "doubtful_reading"
    login(client, Role.CARE_HOME_DIRECTOR, sees_everything=False)
    hidden = client.get(f"/api/v1/readings/entries?meter_id={meter.id}")
    assert hidden.status_code == 404

"""A call is taken, found again, moved along and closed on the screens, in three languages."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.mail import NullMailer, deliver_waiting
from modules.parties.models import Party
from modules.portfolio.models import Building, Lot
from modules.tickets.commands import Caller
from modules.tickets.models import Ticket
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_outage, make_ticket
from tests.support.databases import QueryCounter
from tests.support.web import Login


@dataclass
class Street:
    """A building with two flats above each other, and who lives in the lower one."""

    building: Building
    lower: Lot
    upper: Lot
    tenant: Party


@pytest.fixture
def street(database: Database, clock: FixedClock) -> Street:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lower = make_lot(uow, clock, building, box="1", floor_level=0)
        upper = make_lot(uow, clock, building, box="2", floor_level=1)
        tenant = make_party(uow, clock, "Van Damme", "Els", phones=("0470 12 34 56",))
        house(uow, clock, tenant, lower.id)
    return Street(building, lower, upper, tenant)


@pytest.mark.parametrize("sheet", ["lot", "building", "party"])
def test_a_new_ticket_begins_on_the_sheet_it_is_about(
    client: FlaskClient, login: Login, street: Street, sheet: str
) -> None:
    address, chosen = {
        "lot": (f"/lots/{street.lower.id}", street.lower.id),
        "building": (f"/buildings/{street.building.id}", street.building.id),
        "party": (f"/parties/{street.tenant.id}", street.tenant.id),
    }[sheet]
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    begin = f"/calls/new?{sheet}={chosen}"
    assert begin in client.get(address).text
    form = client.get(begin)
    assert form.status_code == 200
    assert str(chosen) in form.text
    login(client, Role.COUNCIL, locale="en")
    assert begin not in client.get(address).text


def ticket_id_of(location: str) -> UUID:
    found = re.search(r"[0-9a-f-]{36}", location)
    assert found, location
    return UUID(found.group())


def call(client: FlaskClient, street: Street, **facts: str) -> str:
    given = {
        "lot": str(street.lower.id),
        "party": str(street.tenant.id),
        "category": "home.water.leak",
        "description": "Er loopt water van het plafond.",
        "caller_name": "Els Van Damme",
        "caller_locale": "nl",
    } | facts
    answer = client.post("/calls", data=given)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    return answer.headers["Location"]


@pytest.mark.parametrize("typed", ["0470/12.34.56", "+32 470 12 34 56", "van damme els", "vandame"])
def test_a_caller_is_found_by_number_and_by_name(
    client: FlaskClient, login: Login, street: Street, typed: str
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    found = client.get("/calls/found", query_string={"q": typed}).get_data(as_text=True)
    assert f"/calls/callers/{street.tenant.id}" in found


def test_a_known_caller_leads_to_their_home(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    answer = client.get(f"/calls/callers/{street.tenant.id}")
    assert f"lot={street.lower.id}" in answer.headers["Location"]
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Els Van Damme" in page
    assert street.lower.reference in page


def test_the_number_and_the_sentence_are_in_the_callers_language(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="fr")
    page = client.get(call(client, street)).get_data(as_text=True)
    assert "TK-2026-000001" in page
    assert "Uw melding heeft" in page
    assert "À lire à voix haute" in page


def test_a_report_without_a_problem_comes_back_with_what_was_typed(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    answer = client.post(
        "/calls",
        data={
            "lot": str(street.lower.id), "description": "with care", "category_text": "zeppelin"
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert "with care" in answer.text
    assert 'name="category_text" value="zeppelin"' in answer.text


def test_what_is_open_above_is_shown_with_its_reason(
    client: FlaskClient, login: Login, street: Street, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        above = make_ticket(uow, clock, street.upper)
    login(client, Role.CALL_CENTRE_AGENT, locale="fr")
    beside = client.get(
        "/calls/similar",
        query_string={"lot": str(street.lower.id), "category": "home.water.leak"},
    ).get_data(as_text=True)
    assert above.number in beside
    assert "même type de problème" in beside


def test_a_caller_is_added_to_what_is_known(
    client: FlaskClient, login: Login, street: Street, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        known = make_ticket(uow, clock, street.upper)
    login(client, Role.CALL_CENTRE_AGENT, locale="fr")
    client.post(f"/calls/again/{known.id}", data={"caller_name": "Els", "is_new_household": "on"})
    page = client.get(f"/tickets/{known.id}").get_data(as_text=True)
    assert "Signalé à nouveau: Els" in page


def test_a_known_failure_is_said_and_counted_with_one_key(
    client: FlaskClient, login: Login, street: Street, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        outage = make_outage(uow, clock, street.building)
    login(client, Role.CALL_CENTRE_AGENT, locale="nl")
    page = client.get(f"/calls/new?lot={street.lower.id}").get_data(as_text=True)
    assert "De technicus is verwittigd" in page
    counted = client.post(f"/calls/affected/{outage.id}", data={"lot": str(street.lower.id)})
    assert counted.status_code == 200
    assert "1 gezinnen" in counted.get_data(as_text=True)
    too_long = client.post(f"/calls/affected/{outage.id}", data={"caller_name": "x" * 161})
    assert too_long.status_code == 422


def test_a_ticket_is_moved_along_and_closed(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.DISPATCHER, locale="fr")
    ticket_id = ticket_id_of(call(client, street))
    for step, data in (
        ("qualify", {}),
        ("wait", {"reason": "tenant", "text": "no answer"}),
        ("resume", {}),
        ("start", {}),
        ("complete", {"text": "joint replaced"}),
        ("close", {}),
    ):
        answer = client.post(f"/tickets/{ticket_id}/steps/{step}", data=data)
        assert answer.status_code == 303, step
    page = client.get(f"/tickets/{ticket_id}").get_data(as_text=True)
    assert "joint replaced" in page
    assert "Clôturé" in page


def test_a_step_that_is_not_possible_says_so(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    ticket_id = ticket_id_of(call(client, street))
    answer = client.post(f"/tickets/{ticket_id}/steps/close")
    assert answer.status_code == 409
    assert "not possible any more" in answer.get_data(as_text=True)


def test_who_decides_on_a_ticket_a_colleague_moved_is_told_how_it_stands(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    address = f"/tickets/{ticket_id_of(call(client, street))}"
    page = client.get(address).text
    seen = set(re.findall(r'name="version" value="(\d+)"', page))
    assert len(seen) == 1
    for_steps = page.partition('id="steps"')[2].partition('id="links"')[0]
    assert for_steps.count("<form") == for_steps.count('name="version"') > 3
    version = seen.pop()
    assert client.post(f"{address}/steps/start", data={"version": version}).status_code == 303
    wanted = {"text": "Wrong house", "version": version}
    told = client.post(f"{address}/steps/cancel", data=wanted)
    assert told.status_code == 412
    assert "changed since you opened the page. Now: In progress." in told.text
    assert "Wrong house</textarea>" in told.text
    (now,) = set(re.findall(r'name="version" value="(\d+)"', told.text))
    assert client.post(f"{address}/steps/cancel", data=wanted | {"version": now}).status_code == 303


def test_an_unknown_step_does_not_exist(client: FlaskClient, login: Login, street: Street) -> None:
    login(client, Role.DISPATCHER)
    ticket_id = ticket_id_of(call(client, street))
    assert client.post(f"/tickets/{ticket_id}/steps/vanish").status_code == 404


def test_another_priority_needs_its_reason(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.DISPATCHER)
    ticket_id = ticket_id_of(call(client, street))
    refused = client.post(f"/tickets/{ticket_id}/steps/priority", data={"priority": "immediate"})
    assert refused.status_code == 422
    done = client.post(
        f"/tickets/{ticket_id}/steps/priority", data={"priority": "immediate", "reason": "a child"}
    )
    assert done.status_code == 303


def test_what_a_step_lacks_is_said_by_us_beside_its_field_with_what_was_typed(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.DISPATCHER, locale="nl")
    address = f"/tickets/{ticket_id_of(call(client, street))}"
    page = client.get(address).get_data(as_text=True)
    ours = page[page.index('id="steps"') :]
    assert ours.count("<form") == ours.count("novalidate")  # the browser leaves the words to us
    for step, data, field in (
        ("complete", {"text": " "}, "text"),
        ("note", {}, "text"),
        ("wait", {"text": "Belt <nooit> op"}, "reason"),
        ("defer", {"until": "straks"}, "until"),
        ("priority", {"priority": "immediate"}, "reason"),
    ):
        answer = client.post(f"{address}/steps/{step}", data=data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, step
        assert f'href="#f-{step}-{field}"' in page
        assert f'id="f-{step}-{field}-error"' in page
        assert "<details open>" in page or step == "note"
        assert data.get("text", "").strip().replace("<", "&lt;").replace(">", "&gt;") in page
    refused = client.post(f"{address}/links", data={"number": "TK-1999-000001"})
    assert refused.status_code == 404
    assert "TK-1999-000001" in refused.get_data(as_text=True)


def test_the_list_filters_late_tickets(
    client: FlaskClient, login: Login, street: Street, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        late = make_ticket(uow, clock, street.lower)
    clock.advance(timedelta(days=30))
    with database.unit_of_work() as uow:
        fresh = make_ticket(uow, clock, street.upper)
    login(client, Role.DISPATCHER)
    page = client.get("/tickets?late=yes").get_data(as_text=True)
    assert late.number in page
    assert fresh.number not in page


def test_the_list_says_in_a_word_which_deadline_has_passed_and_where_it_is(
    client: FlaskClient, login: Login, street: Street, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        make_ticket(uow, clock, street.lower)
    clock.advance(timedelta(days=30))
    with database.unit_of_work() as uow:
        make_ticket(uow, clock, street.upper)
    login(client, Role.DISPATCHER, locale="nl")
    late, fresh = client.get("/tickets?late=yes").text, client.get("/tickets?late=no").text
    assert late.count("<strong>te laat</strong>") == 1
    assert " bus 1<" in late
    assert "<strong>te laat</strong>" not in fresh
    assert " bus 2<" in fresh


def test_the_list_finds_by_words_in_any_order(
    client: FlaskClient, login: Login, street: Street, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock, street.lower, caller=Caller(name="Zoë Müller"))
    login(client, Role.DISPATCHER)
    assert ticket.number in client.get("/tickets?q=muller+zoe").get_data(as_text=True)
    assert ticket.number not in client.get("/tickets?q=nobody").get_data(as_text=True)


def test_a_longer_list_asks_no_more_questions(
    client: FlaskClient,
    login: Login,
    street: Street,
    database: Database,
    clock: FixedClock,
    count_queries: QueryCounter,
) -> None:
    login(client, Role.DISPATCHER)
    counts = []
    for _round in range(2):
        with database.unit_of_work() as uow:
            for _ticket in range(15):
                make_ticket(uow, clock, street.lower)
        client.get("/tickets")
        with count_queries() as counted:
            client.get("/tickets")
        counts.append(counted.count)
    assert counts[0] == counts[1]


def test_reports_of_other_buildings_are_as_absent(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.DISPATCHER)
    ticket_id = ticket_id_of(call(client, street))
    login(client, Role.CARETAKER, sees_everything=False)
    assert client.get(f"/tickets/{ticket_id}").status_code == 404
    assert client.get(f"/calls/new?lot={street.lower.id}").status_code == 404
    assert "TK-2026" not in client.get("/tickets").get_data(as_text=True)


def test_who_may_not_take_calls_is_told(client: FlaskClient, login: Login) -> None:
    login(client, Role.COUNCIL)
    assert client.get("/calls/new").status_code == 403
    assert client.get("/tickets").status_code == 403


def test_the_sheet_says_which_message_did_not_arrive(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    with database.unit_of_work() as uow:
        address = f"/tickets/{make_ticket(uow, clock).id}"
    assert "Messages sent" in client.get(address).text
    assert "To be sent" in client.get(address).text
    refusal = smtplib.SMTPRecipientsRefused({"lea@example.org": (550, b"no such box")})
    deliver_waiting(database, NullMailer(failure=refusal), "a@example.org", clock)
    page = client.get(address).text
    assert "Could not be sent" in page
    assert "call, or write a letter" in page
    with database.unit_of_work() as uow:
        quiet = make_ticket(uow, clock, caller=Caller(name="Piet"))
    assert "Messages sent" not in client.get(f"/tickets/{quiet.id}").text


def test_somebody_with_two_homes_is_asked_which_one(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, street: Street
) -> None:
    with database.unit_of_work() as uow:
        house(uow, clock, street.tenant, street.upper.id)
    login(client, Role.CALL_CENTRE_AGENT)
    page = client.get(f"/calls/callers/{street.tenant.id}", follow_redirects=True)
    text = page.get_data(as_text=True)
    for lot in (street.lower, street.upper):
        assert f"/calls/new?lot={lot.id}&amp;party={street.tenant.id}" in text
    assert "occupant" not in text


def test_the_box_says_where_people_live_and_enter_goes_on_with_the_only_one(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    found = client.get("/calls/found?q=vandamme").get_data(as_text=True)
    detail = re.search(r'choice-detail">([^<]+)', found)
    assert detail, found
    assert re.search(r"\d{4} ", detail[1]), detail[1]
    answer = client.get("/calls/new?q=0470123456")
    assert answer.headers["Location"] == f"/calls/callers/{street.tenant.id}"


def test_the_number_of_an_unknown_caller_goes_along_to_the_report(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    unknown = client.get("/calls/found?q=0499/98.76.54").get_data(as_text=True)
    assert "/calls/new?phone=%2B32499987654" in unknown
    place = client.get(
        "/calls/found", query_string={"q": street.lower.reference, "phone": "0499987654"}
    ).get_data(as_text=True)
    assert f"/calls/new?lot={street.lower.id}&amp;phone=%2B32499987654" in place
    form = client.get(
        "/calls/new", query_string={"lot": str(street.lower.id), "phone": "+32499987654"}
    ).get_data(as_text=True)
    assert 'value="0499 98 76 54"' in form


def test_what_may_hurt_is_asked_inside_the_form_and_the_answer_is_kept(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    asked = {"lot": str(street.lower.id), "category": "home.water.leak"}
    beside = client.get("/calls/similar", query_string=asked).get_data(as_text=True)
    boxes = list(
        re.finditer(r'<input type="radio" name="danger" value="([\w.:]+)"([^>]*)>', beside)
    )
    assert [box[1].startswith("no:") for box in boxes] == [False, True], beside
    assert beside.index('id="call-safety" hx-swap-oob="outerMorph"') < boxes[0].start()
    assert all("checked" not in box[2] for box in boxes), "nobody has answered yet"
    for box in boxes:
        again = client.get("/calls/similar", query_string=asked | {"danger": box[1]})
        kept = re.findall(r'name="danger" value="([\w.:]+)"[^>]* checked>', again.text)
        assert kept == [box[1]]
        refused = client.post("/calls", data=asked | {"danger": box[1], "category": ""})
        assert refused.status_code == 422
        assert urlencode({"danger": box[1]}) in refused.get_data(as_text=True).replace(":", "%3A")


def test_a_no_about_danger_is_kept_apart_from_no_answer(
    client: FlaskClient, login: Login, street: Street, database: Database
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    asked = {"lot": str(street.lower.id), "category": "home.water.leak"}
    beside = client.get("/calls/similar", query_string=asked).text
    key = re.findall(r'name="danger" value="no:(\w+)"', beside)[0]
    for danger in (key, f"no:{key}", ""):
        client.post("/calls", data=asked | {"danger": danger, "description": f"Leak {danger}"})
    with database.reader() as session:
        told = {one.description: one for one in session.scalars(select(Ticket))}
    assert told[f"Leak {key}"].safety == {key: True}
    assert told[f"Leak no:{key}"].safety == {key: False}
    assert told[f"Leak no:{key}"].priority_key == told["Leak"].priority_key
    assert told["Leak"].safety == {}


def test_a_report_without_a_problem_is_refused_beside_its_box(
    client: FlaskClient, login: Login, street: Street
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    refused = client.post("/calls", data={"lot": str(street.lower.id), "description": "?"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'href="#f-category"' in page
    assert 'id="f-category-error"' in page


def test_without_a_word_no_problem_is_chosen_for_the_agent(
    client: FlaskClient, login: Login
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    assert "checked" in client.get("/calls/categories?category_text=fuite").text
    assert 'name="category"' not in client.get("/calls/categories?category_text=+").text
    none = client.get("/calls/categories?category_text=zeppelin").text
    assert "zeppelin" in none
    assert 'name="category"' not in none


@pytest.mark.parametrize("address", ["/tickets", "/tickets/panels/urgent"])
def test_n_begins_a_call_on_the_home_page_and_the_list(
    client: FlaskClient, login: Login, address: str
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    assert re.search(r'<a href="/calls/new"[^>]*data-shortcut="n"', client.get(address).text)
    login(client, Role.COUNCIL)
    assert 'data-shortcut="n"' not in client.get(address).text


def test_a_sheet_tells_what_happened_before_it_asks_for_files(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(f"/tickets/{ticket.id}").text
    assert page.index("Ticket opened") < page.index("Photos and files")
    assert "Next step" in page


def test_who_may_do_nothing_reads_of_no_next_step(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock)
    login(client, Role.WORKS_PROJECT_LEAD, locale="en")
    assert "Next step" not in client.get(f"/tickets/{ticket.id}").text


def test_the_sheet_says_what_the_caller_answered_about_danger(client, login, database, clock):
    with database.unit_of_work() as uow:
        asked = make_ticket(uow, clock, safety={"electric": True})
        denied = make_ticket(uow, clock, safety={"electric": False, "forgotten": True})
        unasked = make_ticket(uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    pages = [client.get(f"/tickets/{one.id}").text for one in (asked, denied, unasked)]
    said = [page.partition('id="said"')[2].partition("</section>")[0] for page in pages]
    assert "tag-danger" in said[0]
    assert ">yes<" in said[0]
    assert ">no<" in said[1]
    assert "tag-danger" not in said[1]
    assert ">no<" not in said[2]

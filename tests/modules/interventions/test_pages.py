"""The first loop through HTTP: a call, an order, a visit on a narrow screen, the caller told."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from app.auth.models import User
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from app.mail import SmtpMailer, deliver_waiting
from app.settings import MailSettings
from modules.interventions.commands import Assignee, SaveTechnician
from modules.interventions.enums import OrderStatus
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.services import assign_order, save_technician
from modules.portfolio.models import Building, Lot
from modules.tickets.api import Trade
from modules.tickets.enums import TicketStatus
from modules.tickets.models import Ticket
from tests.factories.interventions import DISPATCHER, make_order
from tests.factories.portfolio import make_area, make_building, make_lot
from tests.support.mail import MailServer
from tests.support.web import Login


def only(database: Database, model: Any) -> Any:
    with database.reader() as session:
        row = session.scalars(select(model)).one()
        session.expunge(row)
        return row


def make_plumber(database: Database, clock: FixedClock, user: User) -> Technician:
    with database.unit_of_work() as uow:
        command = SaveTechnician(
            user.display_name, user_id=user.id, locale="nl", skills={Trade.PLUMBING: 2}
        )
        return save_technician(DISPATCHER, None, command, uow, clock)


@pytest.fixture
def spot(client: FlaskClient, login: Login, database: Database, clock: FixedClock) -> WorkOrder:
    """A technician signed in, with one order."""
    technician = make_plumber(database, clock, login(client, Role.TECHNICIAN, locale="nl"))
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
        assign_order(DISPATCHER, order.id, Assignee(technician.id), uow, clock)
        return order


def test_the_first_loop(
    app: Flask, login: Login, database: Database, clock: FixedClock, mail_server: MailServer
) -> None:
    with database.unit_of_work() as uow:
        lot_id = make_lot(uow, clock, make_building(uow, clock)).id
    agent, dispatcher, plumber = (app.test_client() for _ in range(3))
    login(agent, Role.CALL_CENTRE_AGENT, locale="fr")
    login(dispatcher, Role.DISPATCHER, locale="nl")
    technician = make_plumber(database, clock, login(plumber, Role.TECHNICIAN, locale="nl"))

    saved = agent.post(
        "/calls",
        data={
            "lot": str(lot_id),
            "category": "home.water.leak",
            "description": "Ça coule sous l'évier",
            "caller_name": "Piet Claes",
            "caller_email": "piet@example.org",
            "caller_locale": "nl",
        },
    )
    assert saved.status_code == 303
    assert "Uw melding heeft het nummer TK-2026-1" in agent.get(saved.location).text
    ticket = only(database, Ticket)

    assert dispatcher.get(f"/work-orders/new?ticket={ticket.id}").status_code == 200
    made = dispatcher.post("/work-orders", data={"ticket": str(ticket.id), "title": "Lek"})
    assert made.status_code == 303
    order = only(database, WorkOrder)
    board = dispatcher.get("/work-orders/board")
    assert order.number in board.text
    assert technician.name in board.text
    base = f"/work-orders/{order.id}"
    assigned = dispatcher.post(
        f"{base}/assign", data={"technician": str(technician.id), "next": "/work-orders/board"}
    )
    assert assigned.location == "/work-orders/board"
    plan = {"start": "2026-03-02T13:00", "end": "2026-03-02T15:00"}
    assert dispatcher.post(f"{base}/schedule", data=plan).status_code == 303

    assert order.number in plumber.get("/field/today").text
    spot = f"/field/orders/{order.id}"
    assert plumber.get(spot).status_code == 200
    for step, data in (
        ("travel", {}),
        ("start", {}),
        ("notes", {"text": "afsluiter lekt"}),
        ("hours", {"minutes": "40"}),
        ("material", {"label": "dichting", "quantity": "2"}),
        ("complete", {"work_done": "Dichting vervangen", "is_done": "true"}),
    ):
        answer = plumber.post(f"{spot}/{step}", data=data)
        assert answer.status_code == 303, (step, answer.text[:500])
    assert plumber.get(spot).status_code == 200

    assert only(database, WorkOrder).status is OrderStatus.COMPLETE
    assert only(database, Ticket).status is TicketStatus.COMPLETED
    assert dispatcher.post(f"{base}/close").status_code == 303
    assert "Dichting vervangen" in dispatcher.get(base).text
    mailer = SmtpMailer(MailSettings(host=mail_server.host, port=mail_server.port))
    deliver_waiting(database, mailer, "ocmw@example.org", clock)
    told = [mail.get_content() for mail in mail_server.sent_to("piet@example.org")]
    assert any("Een technicus komt langs" in text for text in told)
    assert any("Het werk is klaar" in text for text in told)


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_every_page_of_the_office_shows(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, locale: str
) -> None:
    login(client, Role.DISPATCHER, locale=locale)
    for address in ("/work-orders", "/work-orders/board", "/technicians", "/technicians/new"):
        assert client.get(address).status_code == 200, address
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
        technician = save_technician(DISPATCHER, None, SaveTechnician("Omar"), uow, clock)
    ticket = only(database, Ticket)
    for address in (
        "/work-orders?open=yes&q=WO",
        f"/work-orders/{order.id}",
        f"/work-orders/panels/tickets/{ticket.id}",
        f"/work-orders/panels/lots/{order.lot_id}",
        f"/work-orders/panels/buildings/{order.building_id}",
        "/work-orders/board",
        f"/technicians/{technician.id}",
        f"/tickets/{ticket.id}",
    ):
        assert client.get(address).status_code == 200, address


def test_the_list_says_where_how_urgent_and_what_is_late(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
        uow.session.get_one(Lot, order.lot_id).box = "7"
        street = uow.session.get_one(Building, order.building_id).address.label("fr")
    clock.advance(timedelta(days=90))
    with database.unit_of_work() as uow:
        make_order(uow, clock)
    login(client, Role.DISPATCHER, locale="fr")
    page = client.get("/work-orders").text
    assert f"{street.partition(',')[0]} bte 7" in page
    assert re.search(r'class="tag tag-(critical|danger|warning|info|neutral|quiet)">', page)
    assert page.count("<tr data-feature-id=") == 2
    assert page.count("<strong>en retard</strong>") == 1


def test_what_is_refused_is_said_on_the_sheet(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCHER)
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
    backwards = {"start": "2026-03-02T15:00", "end": "2026-03-02T13:00"}
    assert client.post(f"/work-orders/{order.id}/schedule", data=backwards).status_code == 422
    for step in ("hold", "cancel"):
        refused = client.post(f"/work-orders/{order.id}/{step}", data={"text": " "})
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert f'href="#f-interventions-order_{step}-text"' in page
        assert f'id="f-interventions-order_{step}-text-error"' in page
        assert page.count("<details open>") == 1
    assert client.post("/work-orders", data={}).status_code in (404, 422)


def test_a_technician_is_added_and_changed(
    client: FlaskClient, login: Login, database: Database
) -> None:
    login(client, Role.DISPATCHER)
    login(client, Role.TECHNICIAN)
    login(client, Role.DISPATCHER, email="other@example.org")
    form = {
        "name": "Ilse Claes",
        "email": "technician@example.org",
        "trades": ["plumbing", "heating"],
        "is_active": "on",
    }
    assert client.post("/technicians", data=form).status_code == 303
    technician = only(database, Technician)
    assert technician.user_id is not None
    refused = client.post(f"/technicians/{technician.id}", data=form | {"email": "nobody@x.org"})
    assert refused.status_code == 422


def test_a_technician_changed_by_two_people_shows_both_versions(
    client: FlaskClient, login: Login, database: Database
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    form = {"name": "Ilse Claes", "phone": "0470/00.00.12", "trades": ["plumbing"]}
    client.post("/technicians", data=form)
    address = f"/technicians/{only(database, Technician).id}"
    assert 'name="version" value="1"' in client.get(address).text
    first = client.post(address, data=form | {"version": "1", "day_minutes": "300"})
    assert first.status_code == 303
    late = client.post(address, data=form | {"version": "1", "name": "Ilse C."})
    assert late.status_code == 412
    assert "Ilse C." in late.text
    assert "Ilse Claes" in late.text
    technician = only(database, Technician)
    assert (technician.name, technician.day_minutes) == ("Ilse Claes", 300)
    again = {"version": str(technician.version), "name": "Ilse C."}
    assert client.post(address, data=form | again).status_code == 303


def test_a_form_with_an_error_keeps_the_version_it_was_opened_with(
    client: FlaskClient, login: Login, database: Database
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    form = {"name": "Ilse Claes", "trades": ["plumbing"], "version": "1"}
    client.post("/technicians", data=form)
    address = f"/technicians/{only(database, Technician).id}"
    assert client.post(address, data=form | {"day_minutes": "300"}).status_code == 303
    refused = client.post(address, data=form | {"name": ""})
    assert refused.status_code == 422
    assert 'name="version" value="1"' in refused.text
    assert client.post(address, data=form | {"name": "Ilse C."}).status_code == 412


def test_the_phone_of_a_technician_is_kept_in_one_form_and_shown_in_another(
    client: FlaskClient, login: Login, database: Database
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    client.post("/technicians", data={"name": "Ilse Claes", "phone": "0470/00.00.12"})
    technician = only(database, Technician)
    assert technician.phone == "+32470000012"
    page = client.get("/technicians").text
    assert '<a href="tel:+32470000012">0470 00 00 12</a>' in page
    assert 'value="0470 00 00 12"' in client.get(f"/technicians/{technician.id}").text


def test_one_account_is_one_technician(
    client: FlaskClient, login: Login, database: Database
) -> None:
    login(client, Role.TECHNICIAN)
    login(client, Role.DISPATCHER, locale="en")
    form = {"name": "Ilse Claes", "email": "technician@example.org"}
    assert client.post("/technicians", data=form).status_code == 303
    refused = client.post("/technicians", data=form | {"name": "Omar"})
    assert refused.status_code == 422
    assert "Ilse Claes signs in with this account already." in refused.text


def test_the_history_of_a_technician_names_trades_and_areas(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    with database.unit_of_work() as uow:
        area = make_area(uow, clock, "NORTH")
        command = SaveTechnician("Omar", skills={Trade.HEATING: 3, Trade.PLUMBING: 1})
        technician = save_technician(DISPATCHER, None, command, uow, clock)
    form = {"name": "Omar", "trades": ["heating", "lift"], "areas": [str(area.id)], "version": "1"}
    assert client.post(f"/technicians/{technician.id}", data=form).status_code == 303
    history = client.get(f"/history/technician/{technician.id}").text
    assert "Heating, Plumbing" in history
    assert "Heating, Lift" in history
    assert "Zone NORTH" in history
    # How well a trade is mastered is not asked by the form, and not lost by it.
    levels = {skill.trade: skill.level for skill in only(database, Technician).skills}
    assert levels == {Trade.HEATING: 3, Trade.LIFT: 2}


def test_the_day_of_the_tablet(client: FlaskClient, spot: WorkOrder) -> None:
    answer = client.get("/api/v1/field/day")
    (order,) = answer.json["orders"]
    assert order["id"] == str(spot.id)
    assert order["fields"] == {
        "diagnosis": "",
        "outcome": None,
        "follow_on": None,
        "work_done": "",
    }
    assert answer.json["technician"]["locale"] == "nl"
    assert answer.json["csrf_token"]
    again = client.get("/api/v1/field/day", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_operations_are_answered_one_by_one(
    client: FlaskClient, spot: WorkOrder, clock: FixedClock
) -> None:
    def operation(kind: str, payload: dict[str, Any], order_id: UUID = spot.id) -> dict[str, Any]:
        return {
            "id": str(new_id()),
            "type": kind,
            "order_id": str(order_id),
            "base_version": 1,
            "payload": payload,
            "made_at": clock.now().isoformat(),
        }

    batch = [
        operation("order.start", {}),
        operation("order.note", {"note_id": str(new_id())}),
        operation("order.start", {}, new_id()),
        operation("order.complete", {"outcome": "done"}),
    ]
    answer = client.post(
        "/api/v1/field/operations",
        json={"device_id": "tablet", "operations": batch},
        headers={"Idempotency-Key": str(new_id())},
    )
    assert answer.status_code == 200, answer.text
    assert [r["status"] for r in answer.json["results"]] == [
        "accepted",
        "refused",
        "refused",
        "accepted",
    ]
    assert answer.json["results"][1]["field"] == "text"


def test_a_photo_is_kept_once(client: FlaskClient, spot: WorkOrder) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    headers = {"X-Order-Id": str(spot.id), "Content-Type": "image/jpeg"}
    address = f"/api/v1/field/photos/{new_id()}"
    first = client.put(address, data=picture.getvalue(), headers=headers)
    assert first.status_code in (200, 201), first.text
    assert client.put(address, data=picture.getvalue(), headers=headers).status_code in (200, 201)
    broken = client.put(f"/api/v1/field/photos/{new_id()}", data=b"not an image", headers=headers)
    assert broken.status_code == 422


def test_the_shell_of_the_tablet_holds_no_data(client: FlaskClient) -> None:
    page = client.get("/field/")
    assert page.status_code == 200
    assert "PHOTO_ID" in page.text
    assert client.get("/field/service-worker.js").mimetype == "text/javascript"


def test_orders_for_programs(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCHER)
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    key = {"Idempotency-Key": str(new_id())}
    body = {"title": "Purge", "building_id": str(building.id)}
    made = client.post("/api/v1/work-orders", json=body, headers=key)
    assert made.status_code == 201, made.text
    listed = client.get(f"/api/v1/work-orders?building_id={building.id}")
    assert [one["number"] for one in listed.json["items"]] == ["WO-2026-000001"]
    one = f"/api/v1/work-orders/{made.json['id']}"
    assert client.get(one).json["title"] == "Purge"
    seen = {"If-Match": made.headers["ETag"]}
    freed = client.post(f"{one}/assignment", json={"technician_id": None}, headers=seen)
    assert freed.status_code == 200


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("notes", {"text": " "}, "order_note-text"),
        ("awaits-material", {"text": ""}, "order_awaits_material-text"),
        ("hours", {"minutes": "2000"}, "order_hours-minutes"),
        ("material", {"label": "", "quantity": "7"}, "order_material-label"),
        ("follow-on", {"text": "", "urgent": "on"}, "order_follow_on-text"),
    ],
)
def test_what_a_technician_typed_wrongly_is_said_at_its_field(
    client: FlaskClient, spot: WorkOrder, step: str, typed: dict[str, str], field: str
) -> None:
    refused = client.post(f"/field/orders/{spot.id}/{step}", data=typed)
    assert refused.status_code == 422
    assert f'href="#f-field-{field}"' in refused.text
    assert f'id="f-field-{field}"' in refused.text
    assert all(text in refused.text for text in typed.values())


@pytest.mark.parametrize(
    ("step", "field", "said", "more"),
    [
        ("material", "quantity", "Quantity: “%s” is not a number above zero", "100001"),
        ("hours", "minutes", "Minutes: “%s” is not a whole number from 1 to 1440", "1441"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_its_name_and_what_was_typed(
    client: FlaskClient, spot: WorkOrder, step: str, field: str, said: str, more: str
) -> None:
    client.post("/preferences/language", data={"locale": "en"})
    for typed in ("twee", "-1", "0", "1e3", "NaN", "1u30", more):
        data = {"label": "Kraan", field: typed}
        refused = client.post(f"/field/orders/{spot.id}/{step}", data=data)
        assert refused.status_code == 422
        assert said % typed in refused.text
        assert f'value="{typed}"' in refused.text


def test_a_quantity_is_kept_as_one_number_however_it_was_typed(
    client: FlaskClient, spot: WorkOrder
) -> None:
    for typed in ("1,50", "1.50"):
        data = {"label": "Silicone", "quantity": typed, "unit": "tube"}
        done = client.post(f"/field/orders/{spot.id}/material", data=data)
        assert done.status_code == 303
    assert client.get(f"/field/orders/{spot.id}").text.count("Silicone × 1,50 tube") == 2


def test_an_order_tells_what_happened_before_its_files_and_no_step_to_a_reader(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(f"/work-orders/{order.id}").text
    assert page.index("Order created") < page.index(">Files<")
    assert "Next step" in page
    login(client, Role.WORKS_PROJECT_LEAD, locale="en")
    assert "Next step" not in client.get(f"/work-orders/{order.id}").text

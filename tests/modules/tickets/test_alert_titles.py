"""The title of an alert is stored once and read by each in their own language."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.i18n import LOCALES, use_locale
from app.notifications.models import Notification
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file
from app.tabular.service_importer import ServiceImporter
from modules.energy.api import order_of_titles, read_title
from modules.energy.enums import Rule
from modules.interventions.importers import ORDERS
from modules.interventions.models import WorkOrder
from modules.tickets.alerts import open_alert_ticket
from modules.tickets.commands import ChangePriority
from modules.tickets.enums import TicketSource
from modules.tickets.importers import TICKETS
from modules.tickets.models import Ticket
from modules.tickets.services import change_priority
from tests.factories.interventions import DISPATCHER, make_order
from tests.factories.portfolio import make_building
from tests.factories.tickets import PIET, make_ticket
from tests.modules.tickets.test_alerts import opened
from tests.support.web import Login

SCAN = system_actor("Night scan")
READ = {
    "fr": "Compteur muet · Eau, cave",
    "nl": "Stille meter · Eau, cave",
    "en": "Silent meter · Eau, cave",
}


@pytest.fixture
def silent(database: Database, clock: FixedClock) -> Ticket:
    """The ticket of a silent meter, with an order made from it."""
    with database.unit_of_work() as uow:
        event = opened(clock, make_building(uow, clock).id, rule=Rule.SILENT)
        open_alert_ticket(event, SCAN, uow, clock)
        uow.flush()
        ticket = uow.session.scalars(select(Ticket)).one()
        with use_locale("nl"):
            make_order(uow, clock, ticket_ids=(ticket.id,), title=READ["nl"])
    return ticket


@pytest.mark.parametrize("locale", LOCALES)
def test_each_reads_it_in_their_language_and_finds_it_in_both_of_the_office(
    client: FlaskClient, login: Login, silent: Ticket, locale: str
) -> None:
    login(client, Role.DISPATCH_LEADER, locale=locale)
    others = set(READ.values()) - {READ[locale]}
    order = client.get("/api/v1/work-orders").get_json()["items"][0]
    assert order["title"] == READ[locale]
    assert client.get(f"/api/v1/tickets/{silent.id}").get_json()["title"] == READ[locale]
    for address in (
        "/tickets?q=muet",
        "/tickets?q=stille+meter&sort=title",
        "/tickets?format=csv",
        f"/tickets/{silent.id}",
        "/search?q=stille",
        "/work-orders?q=Muet&sort=-title",
        f"/work-orders/{order['id']}",
        f"/work-orders/new?ticket={silent.id}",
        "/work-orders/board",
    ):
        page = client.get(address).get_data(as_text=True)
        assert READ[locale] in page, address
        assert not any(other in page for other in others), address


@pytest.mark.parametrize("importer", [TICKETS, ORDERS], ids=["tickets", "orders"])
def test_a_file_exported_by_a_colleague_of_the_other_language_changes_nothing(
    database: Database, clock: FixedClock, silent: Ticket, tmp_path: Path, importer: ServiceImporter
) -> None:
    path = tmp_path / "file.xlsx"
    with use_locale("nl"), database.reader() as session:
        rows = list(importer.records(SCAN, session))
        write_file(export_file(importer.columns, iter(rows), FileFormat.XLSX, title="t"), path)
    assert [row["title"] for row in rows] == [READ["nl"]]
    with use_locale("fr"):
        source = ImportFile(path, path.name, importer, importer.formats)
        report = check_file(SCAN, source, database, clock)
    assert [one.as_json() for one in report.errors] == []
    assert report.tally.counts[Outcome.UNCHANGED] == 1


def test_news_of_it_reads_in_the_language_of_whoever_is_told(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login, silent: Ticket
) -> None:
    login(client, Role.DISPATCHER, locale="nl")
    with database.unit_of_work() as uow:
        command = ChangePriority("immediate", "gaz")
        change_priority(DISPATCHER, silent.id, command, uow, clock)
    with database.reader() as session:
        told = session.scalars(select(Notification).order_by(Notification.created_at)).all()[-1]
        for locale, title in READ.items():
            with use_locale(locale):
                assert title in told.sentence


def test_what_a_person_wrote_is_read_as_it_stands_and_stands_where_it_reads(
    database: Database, clock: FixedClock, silent: Ticket
) -> None:
    typed = ("Lavabo / wastafel · cuisine", "Een ruit", "Zoemer stuk")
    with database.unit_of_work() as uow:
        for words in typed:
            clock.advance(timedelta(minutes=1))
            caller = {"caller": PIET, "source": TicketSource.EMAIL}
            ticket = make_ticket(uow, clock, title=words, **caller)
            assert (ticket.title, ticket.stored_title) == (words, words)
    with use_locale("nl"), database.reader() as session:
        ordered = select(Ticket.stored_title).order_by(*order_of_titles(Ticket.stored_title))
        read = [read_title(stored) for stored in session.scalars(ordered)]
    assert read == [typed[1], typed[0], READ["nl"], typed[2]]
    with database.reader() as session:
        order = session.scalars(select(WorkOrder)).one()
        assert order.stored_title == silent.stored_title

"""Several people at once in one worker: each gets their own page, language and rights."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.auth.roles import Role
from app.db import Database
from app.reports import render_pdf
from app.search.routes_web import engine
from modules.tickets.models import Ticket
from tests.factories.portfolio import make_building, make_lot
from tests.support.web import Login

HOME = {"fr": "Accueil", "nl": "Startpagina", "en": "Home page"}
LETTER = {
    "organisation": "CPAS de Bruxelles",
    "recipient": "Madame Peeters",
    "place_and_date": "Bruxelles, 2 mars 2026",
    "subject": "Votre chaudière",
    "paragraphs": ["Bonjour,"],
    "signature": "Le service technique",
}
PEOPLE = 6
ROUNDS = 5


def people(app: Flask, login: Login) -> list[tuple[FlaskClient, str, str, Role]]:
    """Sign people in, two of each language, every other one without the right to see accounts."""
    found = []
    for number, locale in enumerate([*HOME, *HOME]):
        client = app.test_client()
        role = Role.ADMINISTRATOR if number % 2 else Role.CALL_CENTRE_AGENT
        name = f"Person number {number}"
        options = {"display_name": name, "locale": locale, "sees_everything": True}
        login(client, role, email=f"person.{number}@example.org", **options)
        found.append((client, name, locale, role))
    return found


def at_once(works: list[Callable[[], None]]) -> None:
    """Do works in threads of their own that begin together; the first fault is raised."""
    start = Barrier(len(works))

    def do(work: Callable[[], None]) -> None:
        start.wait(30)
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(do, work) for work in works]:
            done.result()


def test_pages_asked_at_once_are_each_persons_own(app, login):
    def visit(client: FlaskClient, name: str, locale: str, role: Role) -> None:
        for _round in range(ROUNDS):
            page = client.get("/").get_data(as_text=True)
            assert f'lang="{locale}"' in page
            assert f"<span>{HOME[locale]}</span>" in page
            assert name in page
            allowed = 200 if role is Role.ADMINISTRATOR else 403
            assert client.get("/admin/users").status_code == allowed
            assert client.get("/search/suggestions?q=person").status_code == 200

    at_once([lambda one=one: visit(*one) for one in people(app, login)])


def test_calls_logged_at_once_get_numbers_of_their_own(app, login, database: Database, clock):
    with database.unit_of_work() as uow:
        lot_id = make_lot(uow, clock, make_building(uow, clock)).id
    visitors = people(app, login)

    def call(client: FlaskClient) -> None:
        for number in range(ROUNDS):
            body = {
                "lot_id": str(lot_id),
                "category_key": "home.water.leak",
                "description": "Fuite.",
            }
            body["description"] += f" {number}"
            assert client.post("/api/v1/tickets", json=body).status_code == 201

    at_once([lambda c=client: call(c) for client, *_rest in visitors])
    with database.reader() as session:
        counted, numbers = session.execute(
            select(func.count(), func.count(Ticket.number.distinct()))
        ).one()
    assert counted == numbers == PEOPLE * ROUNDS


def test_the_search_of_a_worker_is_made_once(app):
    made = []

    def ask() -> None:
        with app.app_context():
            made.append(engine())

    at_once([ask] * PEOPLE)
    assert len({id(one) for one in made}) == 1


def test_letters_written_at_once_are_all_whole():
    written: list[bytes] = []
    at_once([lambda: written.append(render_pdf("reports/letter.html", **LETTER))] * 3)
    assert all(pdf.startswith(b"%PDF") and pdf.rstrip().endswith(b"%%EOF") for pdf in written)

"""What a person is given can be read by them: in their language, with days and words of theirs."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.privacy.readable import LABELS, readable
from modules.interventions.commands import CreateOrder
from modules.interventions.models import Visit
from modules.interventions.services import create_order, note_order
from modules.parties.enums import Language
from modules.tickets.commands import Caller
from modules.tickets.services import note_ticket
from tests.factories.interventions import DISPATCHER
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, make_ticket
from tests.support.web import Login


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return FlaskClient(app)


def given(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, language: Language
) -> zipfile.ZipFile:
    """Give a person of a language all that is held, by an officer who works in English."""
    with database.unit_of_work("test") as uow:
        party = make_party(
            uow, clock, "Qwxyzek", "Zoé", language=language, birth_date=date(1986, 6, 8),
            phones=("0470998877",), emails=("zoe@example.be",),
        )  # fmt: skip
        house(uow, clock, party, make_lot(uow, clock, make_building(uow, clock)).id)
        caller = Caller(party_id=party.id, name="Zoé", phone="0470998877", locale="fr")
        ticket = make_ticket(uow, clock, caller=caller)
        note_ticket(AGENT, ticket.id, "noted", uow, clock)
        order = create_order(DISPATCHER, CreateOrder(ticket_ids=(ticket.id,)), uow, clock)
        note_order(DISPATCHER, order.id, "noted", uow, clock)
        uow.session.add(Visit(order_id=order.id, actor_name="N", started_at=clock.now()))
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    answer = client.post(f"/privacy/party/{party.id}/disclosure")
    return zipfile.ZipFile(BytesIO(answer.data))


def keys_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys_in, value.values()))
    return set().union(*map(keys_in, value)) if isinstance(value, list) else set()


def test_every_word_of_the_page_is_in_the_language_of_the_person(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with given(client, login, database, clock, Language.FRENCH) as archive:
        page = archive.read("data.html").decode()
        data = json.loads(archive.read("data.json"))
        assert [name for name in archive.namelist() if name.startswith("data.")] == [
            "data.json", "data.html",
        ]  # fmt: skip
    assert '<html lang="fr">' in page
    for word in ("Date de naissance", "08/06/1986", "Prénom", "02/03/2026", "Autorité"):
        assert word in page
    for raw in ("1986-06-08", "2026-03-02T", "First name", "Birth date", "+00:00"):
        assert raw not in page
    assert keys_in(list(data["data"].values())) - set(LABELS) == set()


def test_who_chose_no_language_gets_both(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with given(client, login, database, clock, Language.UNKNOWN) as archive:
        first, second = (archive.read(name).decode() for name in ("data.html", "data.nl.html"))
    assert '<html lang="fr">' in first
    assert '<html lang="nl">' in second
    assert "Geboortedatum" in second


def test_the_page_says_why_how_long_and_what_may_be_asked(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with given(client, login, database, clock, Language.DUTCH) as archive:
        page = archive.read("data.html").decode()
    for word in ("Gegevensbeschermingsautoriteit", "60 maanden", "Waarom"):
        assert word in page


def test_text_that_only_looks_like_a_day_stays_as_it_was_written() -> None:
    said = {"text": "2026-03-02T10:00:00+00:00 called", "written": "2026-03-02T10:00:00+00:00"}
    assert list(readable(said).values()) == [said["text"], "02/03/2026 11:00"]

"""A disclosure holds the files of a person's own calls and orders, and of nobody else's."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.files.intake import take_in
from app.files.models import Attachment
from app.files.store import LocalFileStore
from app.settings import Settings
from app.subjects import Confidentiality
from modules.interventions.commands import CreateOrder
from modules.interventions.services import create_order
from modules.tickets.commands import Caller
from tests.factories.interventions import DISPATCHER
from tests.factories.parties import make_party
from tests.factories.tickets import AGENT, make_ticket
from tests.support.web import Login

SAME = "letter.pdf"


def hang(uow: UnitOfWork, clock: FixedClock, settings: Settings, where: Any, said: str) -> None:
    """Hang a sensitive letter on a record; each time under the same name."""
    store = LocalFileStore(settings.files_dir)
    stored = take_in(f"%PDF-1.7 {said}".encode(), SAME, store)
    kind, subject_id = where
    uow.session.add(
        Attachment(
            subject_type=kind, subject_id=subject_id, name=SAME, media_type=stored.media_type,
            size_bytes=stored.size_bytes, sha256=stored.sha256, created_at=clock.now(),
            confidentiality=Confidentiality.SENSITIVE, created_by_id=AGENT.user_id,
            created_by_name="N",
        )
    )  # fmt: skip


@pytest.fixture
def person(database: Database, clock: FixedClock, settings: Settings) -> UUID:
    """Somebody who called twice; of their orders, one serves a neighbour's call too."""
    with database.unit_of_work("test") as uow:
        mine, theirs = (make_party(uow, clock, name, "Zoé") for name in ("Qwxyzek", "Vermote"))
        calls = [
            make_ticket(uow, clock, caller=Caller(party_id=one.id, name="Zoé", locale="fr"))
            for one in (mine, mine, theirs)
        ]
        own = create_order(DISPATCHER, CreateOrder(ticket_ids=(calls[0].id,)), uow, clock)
        both = CreateOrder(ticket_ids=(calls[1].id, calls[2].id))
        shared = create_order(DISPATCHER, both, uow, clock)
        hang(uow, clock, settings, ("party", mine.id), "own record")
        hang(uow, clock, settings, ("ticket", calls[0].id), "own call")
        hang(uow, clock, settings, ("ticket", calls[2].id), "call of a neighbour")
        hang(uow, clock, settings, ("work_order", own.id), "own order")
        hang(uow, clock, settings, ("work_order", shared.id), "shared order")
    return mine.id


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return FlaskClient(app)


def opened(client: FlaskClient, person: UUID) -> zipfile.ZipFile:
    answer = client.post(f"/privacy/party/{person}/disclosure")
    assert answer.status_code == 200
    return zipfile.ZipFile(BytesIO(answer.data))


def test_who_watches_over_data_hands_over_the_files_of_a_persons_calls(
    client: FlaskClient, login: Login, person: UUID
) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    assert "It holds 3 files" in client.get(f"/privacy/party/{person}").text
    with opened(client, person) as archive:
        files = [name for name in archive.namelist() if name.startswith("files/")]
        said = sorted(archive.read(name).decode() for name in files)
        data = archive.read("data.json").decode()
    assert len(set(files)) == 3
    assert said == [f"%PDF-1.7 {where}" for where in ("own call", "own order", "own record")]
    # Each is named where it belongs, so that the reader finds it.
    assert all(json.dumps(name) in data for name in files)


def test_that_files_were_given_is_noted_each_sensitive_one_by_itself(
    client: FlaskClient, login: Login, person: UUID, database: Database
) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER)
    opened(client, person).close()
    with database.reader() as session:
        about = select(AuditEntry).where(AuditEntry.subject_id == person)
        noted = session.scalars(about).all()
    given = [one.changes for one in noted if one.action == "house.person.disclosed"]
    assert [one["files"] for one in given] == [[None, 3]]
    read = [one.changes["reason"][1] for one in noted if one.action == "party.consulted"]
    assert read.count(SAME) == 3


def test_the_right_to_disclose_opens_no_call(
    client: FlaskClient, login: Login, person: UUID, database: Database
) -> None:
    with database.reader() as session:
        hung = session.scalars(select(Attachment).where(Attachment.subject_type != "party")).all()
    login(client, Role.DATA_PROTECTION_OFFICER)
    assert len(hung) == 4
    assert {client.get(f"/files/{one.id}").status_code for one in hung} == {404}


def left_of(database: Database) -> list[tuple[str, str]]:
    with database.reader() as session:
        files = session.scalars(select(Attachment)).all()
    return sorted((one.subject_type, one.caption) for one in files)


@pytest.fixture
def pictures(database: Database, clock: FixedClock, settings: Settings, person: UUID) -> UUID:
    """Beside the sensitive letters, a picture of the work on each call and order."""
    with database.unit_of_work("test") as uow:
        for one in uow.session.scalars(select(Attachment)).all():
            if one.subject_type != "party":
                hang(uow, clock, settings, (one.subject_type, one.subject_id), "picture")
        uow.flush()
        for one in uow.session.scalars(select(Attachment)):
            with LocalFileStore(settings.files_dir).open(one.sha256) as kept:
                one.caption = kept.read().decode().removeprefix("%PDF-1.7 ")
            if one.caption == "picture":
                one.confidentiality = Confidentiality.INTERNAL
    return person


OTHERS = [
    ("ticket", "call of a neighbour"),
    ("ticket", "picture"),
    ("work_order", "picture"),
    ("work_order", "shared order"),
]


def test_with_a_person_go_the_files_about_them_and_pictures_of_the_work_stay(
    client: FlaskClient, login: Login, pictures: UUID, database: Database, settings: Settings
) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER)
    address = f"/privacy/party/{pictures}/erasure"
    mistyped = client.post(address, data={"confirm": "Zoé", "with_files": "on"})
    assert (mistyped.status_code, 'name="with_files" checked' in mistyped.text) == (422, True)
    assert client.post(address, data={"confirm": "Zoé Qwxyzek"}).status_code == 303
    own = [("ticket", "picture"), ("work_order", "picture")]
    assert left_of(database) == sorted(OTHERS + own)
    said = {path.read_bytes() for path in settings.files_dir.rglob("*") if path.is_file()}
    assert not {b"%PDF-1.7 own call", b"%PDF-1.7 own order", b"%PDF-1.7 own record"} & said
    assert b"%PDF-1.7 picture" in said


def test_every_file_on_their_calls_goes_when_that_is_asked(
    client: FlaskClient, login: Login, pictures: UUID, database: Database
) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    assert 'name="with_files"' in client.get(f"/privacy/party/{pictures}").text
    asked = {"confirm": "Zoé Qwxyzek", "with_files": True}
    answer = client.post(f"/api/v1/privacy/people/party/{pictures}/erasure", json=asked)
    assert answer.status_code == 200
    assert left_of(database) == OTHERS

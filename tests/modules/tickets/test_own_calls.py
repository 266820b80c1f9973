"""A person's own calls: all that was written is shown to them, and forgets them."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit
from app.audit.sealing import run_sealing, trail_key, verify_chain
from app.auth.actor import Actor, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.comments.models import Comment
from app.db import Base, Database, EventBus, UnitOfWork
from app.files.models import Attachment
from app.jobs import JobRun
from app.mail import Message, queue_mail
from app.privacy import Privacy, services
from app.registry import find_modules, grants_of
from app.search.changes import changes_since, version_of
from app.settings import Settings
from app.subjects import Confidentiality
from app.web.idempotent_calls import CallState, IdempotentCall
from modules.parties.models import Party
from modules.tickets.commands import CallAgain, Caller, CountAffected
from modules.tickets.models import Ticket
from modules.tickets.services import call_again, count_affected, note_ticket
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building
from tests.factories.tickets import AGENT, make_outage, make_ticket
from tests.support.people import ActorMaker
from tests.support.web import Login

PHONE, MAIL = "+32470998877", "zebu@example.be"
FORMS = (
    "qwxyzek", "zébulon", "zebulon", "0470998877", "0470 99 88 77", "0470/99.88.77", "470998877",
    MAIL, "0477 12 12 12",
)  # fmt: skip


@pytest.fixture
def privacy(database: Database, settings: Settings) -> Privacy:
    modules = find_modules()
    database.bus = EventBus(pair for module in modules for pair in module.handlers)
    declared = (item for module in modules for item in module.privacy)
    return Privacy(declared, trail_key(settings))


@pytest.fixture
def officer(actor_with: ActorMaker) -> Actor:
    return actor_with(*grants_of(find_modules())[Role.DATA_PROTECTION_OFFICER])


def hang_on(ticket: Ticket, uow: UnitOfWork, clock: FixedClock) -> None:
    """Write about the caller wherever something can be written about a ticket."""
    about: dict[str, Any] = {"subject_type": "ticket", "subject_id": ticket.id}
    by: dict[str, Any] = about | {"created_at": clock.now()}
    uow.session.add_all(
        (
            Comment(text="M. O’QWXYZEK est fâché", author_id=AGENT.user_id, author_name="N", **by),
            Attachment(
                name="Brief Qwxyzek.txt", caption="0470/99.88.77", media_type="text/plain",
                size_bytes=1, sha256="0" * 64, confidentiality=Confidentiality.INTERNAL,
                created_by_id=AGENT.user_id, created_by_name="N", **by,
            ),
        )
    )  # fmt: skip
    answer = IdempotentCall(
        owner_id=AGENT.user_id, key="k", fingerprint="f", state=CallState.DONE, status=201,
        body=f'{{"id": "{ticket.id}", "title": "chez Qwxyzek"}}'.encode(), created_at=clock.now(),
        locked_until=clock.now(), expires_at=clock.now(),
    )  # fmt: skip
    uow.session.add(answer)
    message = Message(
        "firm@example.be", "Chez Qwxyzek", "0470 99 88 77", about=("ticket", ticket.id)
    )
    queue_mail(message, uow, clock)
    audit.record(
        uow, AGENT, clock, action="comments.comment.posted",
        subject=audit.Subject("ticket", ticket.id, ticket.number),
        changes={"comment": (None, "M. O'Qwxyzek est fâché")},
    )  # fmt: skip


@pytest.fixture
def caller(database: Database, clock: FixedClock, privacy: Privacy) -> tuple[Party, Ticket]:
    with database.unit_of_work("test") as uow:
        party = make_party(uow, clock, "O'Qwxyzek", "Zébulon", phones=(PHONE,), emails=(MAIL,))
        ticket = make_ticket(
            uow, clock,
            caller=Caller(party_id=party.id, name="Zébulon", phone="0477121212", locale="fr"),
            description="Monsieur Qwxyzek dit 0470998877 ou 0477 12 12 12 fuite",
        )  # fmt: skip
        ticket.stored_title = "Fuite chez O'Qwxyzek"
        ticket.place_note, ticket.search_text = "Porte Qwxyzek", "fuite chez o qwxyzek"
        note_ticket(AGENT, ticket.id, "note Qwxyzek tel 0470 99 88 77", uow, clock)
        again = CallAgain(Caller(name="Zebulon", email="z@example.be"), "Zébulon rappelle")
        call_again(AGENT, ticket.id, again, uow, clock)
        hang_on(ticket, uow, clock)
    return party, ticket


def everything_in(database: Database) -> str:
    with database.reader() as session:
        rows = [
            str(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    return "\n".join(rows).lower()


def erase(database: Database, clock: FixedClock, privacy: Privacy, officer: Actor, id_: Any) -> Any:
    with database.unit_of_work("test") as uow:
        return services.erase_person(officer, "party", id_, privacy, uow, clock)


def test_a_person_is_given_what_colleagues_wrote_in_their_calls(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor,
    caller: tuple[Party, Ticket],
) -> None:  # fmt: skip
    with database.unit_of_work("test") as uow:
        found = services.disclose_person(officer, "party", caller[0].id, privacy, uow, clock)
    call = next(part[0] for _label, part in found.parts if "notes" in part[0])
    assert "note Qwxyzek tel 0470 99 88 77" in [note["text"] for note in call["notes"]]
    assert [comment["text"] for comment in call["comments"]] == ["M. O’QWXYZEK est fâché"]
    assert [(file["name"], file["caption"]) for file in call["files"]] == [
        ("Brief Qwxyzek.txt", "0470/99.88.77")
    ]


def test_a_person_is_shown_the_mails_and_failures_of_theirs_and_nobody_else(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor,
    caller: tuple[Party, Ticket],
) -> None:  # fmt: skip
    with database.unit_of_work("test") as uow:
        at_work = Caller(caller[0].id, "Zébulon", email="zeb@work.example", locale="fr")
        ticket = make_ticket(uow, clock, caller=at_work)
        neighbour = Caller(name="Odile Vrbnt", email="odile@example.be", locale="fr")
        call_again(AGENT, ticket.id, CallAgain(neighbour, "Mme Vrbnt attend"), uow, clock)
        outage = make_outage(uow, clock, make_building(uow, clock))
        count_affected(AGENT, outage.id, CountAffected(at_work), uow, clock)
    with database.unit_of_work("test") as uow:
        found = services.disclose_person(officer, "party", caller[0].id, privacy, uow, clock)
    calls = next(part for _label, part in found.parts if "notes" in part[0])
    assert {mail["to"] for mail in calls[1]["mails"]} == {"zeb@work.example"}
    assert "Mme … attend" in [note["text"] for note in calls[1]["notes"]]
    assert calls[2]["email"] == "zeb@work.example"
    for word in ("Vrbnt", "Odile", "odile@example.be"):
        assert word not in str(found.parts)


def test_nothing_in_their_own_calls_names_who_was_forgotten(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor, settings: Settings,
    caller: tuple[Party, Ticket],
) -> None:  # fmt: skip
    job = JobRun(database, clock, system_actor("job"), settings=settings)
    run_sealing(job)
    before = everything_in(database)
    assert [form for form in FORMS if form in before] == list(FORMS)
    with database.reader() as session:
        version = version_of(session, "ticket")
    erase(database, clock, privacy, officer, caller[0].id)
    after = everything_in(database)
    assert [form for form in FORMS if form in after] == []
    with database.reader() as session:
        ticket = session.get_one(Ticket, caller[1].id)
        assert (ticket.title, ticket.description) == ("Fuite chez …", "Monsieur … dit … ou … fuite")
        assert ticket.id in changes_since(session, "ticket", version).document_ids
        assert session.scalars(select(Attachment.name)).all() == ["Brief ….txt"]
    run_sealing(job)
    assert verify_chain(database, settings).holds


def test_no_mail_is_left_to_an_address_that_only_the_call_knew(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor,
    caller: tuple[Party, Ticket],
) -> None:  # fmt: skip
    with database.unit_of_work("test") as uow:
        at_work = Caller(caller[0].id, "Zébulon", email="zeb@work.example", locale="fr")
        make_ticket(uow, clock, caller=at_work)
    assert "zeb@work.example" in everything_in(database)
    erase(database, clock, privacy, officer, caller[0].id)
    after = everything_in(database)
    assert "zeb@work.example" not in after
    # What was written to the firm about the same call is kept, without the person.
    assert "firm@example.be" in after


def test_a_namesake_stays_in_the_calls_of_others(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor,
    caller: tuple[Party, Ticket],
) -> None:  # fmt: skip
    with database.unit_of_work("test") as uow:
        other = make_ticket(uow, clock, description="Rue Qwxyzek, chez Zébulon Dupont")
    erase(database, clock, privacy, officer, caller[0].id)
    with database.reader() as session:
        left = session.get_one(Ticket, other.id).description
    assert left == "Rue Qwxyzek, chez Zébulon Dupont"


def test_the_page_says_that_the_content_of_files_stays(
    client: FlaskClient, login: Login, caller: tuple[Party, Ticket]
) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    page = client.get(f"/privacy/party/{caller[0].id}").text
    assert f"The content of the files on their calls: {caller[1].number}" in page

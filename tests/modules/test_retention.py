"""After five years a call and its orders name nobody any more; what was done stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.clock import FixedClock
from app.comments.models import Comment
from app.db import Base, Database, EventBus, UnitOfWork
from app.files.document_kinds import DocumentKind
from app.files.models import Attachment
from app.ids import new_id
from app.jobs import JobRun
from app.privacy.jobs import run_retention
from app.privacy.models import RetentionChoice
from app.registry import find_modules
from app.settings import Settings
from app.subjects import Confidentiality
from modules.interventions.commands import CreateOrder
from modules.interventions.enums import EntryKind
from modules.interventions.models import OrderEntry, WorkOrder
from modules.interventions.services import add_entry, cancel_order, create_order, note_order
from modules.interventions.services.visits import Entry
from modules.tickets.commands import CallAgain, Caller, OnSite
from modules.tickets.models import Ticket
from modules.tickets.services import call_again, close_ticket, complete_ticket, note_ticket
from tests.factories.interventions import DISPATCHER
from tests.factories.tickets import AGENT, make_ticket

SAID = "Mme Qwxyzek (0470/99.88.77, zebu@example.be) ou M. Vrbnt : fuite"
LEFT = "Mme … (…, …) ou M. … : fuite"
FORMS = ("qwxyzek", "vrbnt", "99.88.77", "470998877", "zebu@example.be", "zlotny")
RULES = ("tickets.closed_callers", "interventions.finished_contacts")


def hang(uow: UnitOfWork, clock: FixedClock, where: tuple[str, UUID], **how: Any) -> None:
    given = {"confidentiality": Confidentiality.INTERNAL, "name": "a.jpg"} | how
    uow.session.add(
        Attachment(
            subject_type=where[0], subject_id=where[1], media_type="image/jpeg", size_bytes=1,
            sha256="0" * 64, created_at=clock.now(), created_by_id=new_id(), created_by_name="N",
            **given,
        )
    )  # fmt: skip


def write_about(uow: UnitOfWork, clock: FixedClock, where: tuple[str, UUID]) -> None:
    """Write about the people wherever something hangs on a record."""
    hang(uow, clock, where, caption="chez Qwxyzek")
    hang(uow, clock, where, name="personal.pdf", confidentiality=Confidentiality.PERSONAL)
    hang(uow, clock, where, name="letter.pdf", document_kind=DocumentKind.LETTER)
    comment = Comment(
        subject_type=where[0], subject_id=where[1], text=SAID, author_id=AGENT.user_id,
        author_name="N", created_at=clock.now(),
    )  # fmt: skip
    uow.session.add(comment)


@pytest.fixture
def job(database: Database, clock: FixedClock, settings: Settings) -> JobRun:
    database.bus = EventBus(pair for module in find_modules() for pair in module.handlers)
    return JobRun(database, clock, system_actor("job"), settings=settings)


@pytest.fixture
def over(database: Database, clock: FixedClock, job: JobRun) -> tuple[UUID, UUID]:
    """A call of somebody nobody keeps a sheet of, and its order: both over."""
    with database.unit_of_work("test") as uow:
        caller = Caller(name="Mme Qwxyzek", phone="0470/99.88.77", email="zebu@example.be")
        ticket = make_ticket(
            uow, clock, caller=caller, description=SAID, on_site=OnSite(name="M. Vrbnt")
        )
        ticket.stored_title = "Chez Qwxyzek"
        note_ticket(AGENT, ticket.id, SAID, uow, clock)
        again = CallAgain(Caller(name="Zlotny", locale="fr"), "Zlotny rappelle")
        call_again(AGENT, ticket.id, again, uow, clock)
        write_about(uow, clock, ("ticket", ticket.id))
        order = create_order(DISPATCHER, CreateOrder(ticket_ids=(ticket.id,)), uow, clock)
        order.work_done = SAID
        note_order(DISPATCHER, order.id, SAID, uow, clock)
        signed = Entry(
            new_id(), EntryKind.SIGNATURE, clock.now(), "Somebody", data={"strokes": [[[1, 2]]]}
        )
        add_entry(DISPATCHER, order.id, signed, uow, clock)
        write_about(uow, clock, ("work_order", order.id))
        cancel_order(DISPATCHER, order.id, "done", uow, clock)
        complete_ticket(AGENT, ticket.id, "", uow, clock)
        close_ticket(AGENT, ticket.id, "", uow, clock)
        for rule in RULES:
            choice = RetentionChoice(
                rule=rule, months=60, is_confirmed=True, changed_by_name="N", changed_at=clock.now()
            )
            uow.session.add(choice)
    run_sealing(job)
    return ticket.id, order.id


def everything_in(database: Database) -> str:
    with database.reader() as session:
        return "\n".join(
            str(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ).lower()


def test_after_five_years_nothing_names_who_called(
    database: Database, clock: FixedClock, job: JobRun, over: tuple[UUID, UUID]
) -> None:
    before = everything_in(database)
    assert [form for form in FORMS if form in before] == list(FORMS)
    clock.advance(timedelta(days=6 * 366))
    run_retention(job)
    after = everything_in(database)
    assert [form for form in FORMS if form in after] == []
    with database.reader() as session:
        ticket, order = session.get_one(Ticket, over[0]), session.get_one(WorkOrder, over[1])
        assert (ticket.description, order.work_done) == (LEFT, LEFT)
    run_sealing(job)
    assert verify_chain(database, job.settings).holds


def test_files_that_are_about_a_person_go_and_pictures_of_the_work_stay(
    database: Database, clock: FixedClock, job: JobRun, over: tuple[UUID, UUID]
) -> None:
    clock.advance(timedelta(days=6 * 366))
    run_retention(job)
    with database.reader() as session:
        left = session.scalars(select(Attachment)).all()
        assert {(file.name, file.caption) for file in left} == {("a.jpg", "chez …")}
        assert len(left) == 2
        signed = session.scalars(
            select(OrderEntry).where(OrderEntry.kind == EntryKind.SIGNATURE)
        ).one()
        assert (signed.text, signed.data["strokes"]) == ("…", [])


def test_before_five_years_nothing_changes_and_afterwards_nothing_twice(
    database: Database, clock: FixedClock, job: JobRun, over: tuple[UUID, UUID]
) -> None:
    def done() -> list[int]:
        with database.reader() as session:
            return [session.get_one(RetentionChoice, rule).last_rows for rule in RULES]

    clock.advance(timedelta(days=4 * 366))
    run_retention(job)
    assert done() == [0, 0]
    with database.reader() as session:
        assert session.get_one(Ticket, over[0]).description == SAID
        assert len(session.scalars(select(Attachment)).all()) == 6
    clock.advance(timedelta(days=2 * 366))
    run_retention(job)
    assert all(done())
    once = everything_in(database).count("house.retention.applied")
    run_retention(job)
    assert everything_in(database).count("house.retention.applied") == once

"""To be shown one's data, to be forgotten, and to be forgotten in time."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select, text, update

from app import audit
from app.audit.chain import REDACTED, Fault
from app.audit.models import AuditEntry
from app.audit.sealing import run_sealing, trail_key, verify_chain
from app.auth.actor import system_actor
from app.auth.models import SignInAttempt
from app.clock import FixedClock
from app.comments.models import Comment
from app.db import JsonDict
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.files.intake import take_in
from app.files.services import AttachFile, attach_file
from app.files.store import LocalFileStore
from app.i18n import lazy as _l
from app.jobs import JobRun
from app.mail import Message, queue_mail
from app.mail.models import OutboxMail
from app.policies import HousePermission
from app.privacy import PersonalData, PersonKind, PersonRef, Privacy, services
from app.privacy.house import HOUSE_DATA, HOUSE_RULES, HOUSE_TEXTS
from app.privacy.jobs import run_retention
from app.privacy.models import RetentionChoice
from app.registry import Module

WORDS = ("Hélène Vandermeulen", "helene@example.org", "+32470112233")


@pytest.fixture
def person(boiler):
    """A person who, in the world of these tests, is a boiler."""
    return PersonRef("boiler", boiler.id, WORDS[0], WORDS, url="/people/1")


@pytest.fixture
def privacy(person, settings):
    erased = []

    def find(actor, _session, id_):
        return person if id_ == person.id and actor.scope.everything else None

    def refuse_once(_person, _actor, _uow, _clock):
        erased.append(True)
        return 1

    owner = PersonalData(
        "tests.people", _l("Name"), lambda p, *_: {"name": p.label}, refuse_once, is_owner=True
    )
    kind = PersonKind("boiler", _l("Person"), find)
    declared = (kind, owner, HOUSE_DATA, *HOUSE_TEXTS, *HOUSE_RULES)
    return Privacy(declared, trail_key(settings))


@pytest.fixture
def officer(actor_with):
    return actor_with(HousePermission.PRIVACY_MANAGE, name="Officer")


@pytest.fixture
def traces(database, settings, clock, boiler, actor_with):
    """Leave traces of a person everywhere the house keeps some."""
    store = LocalFileStore(settings.files_dir)

    def leave():
        stored = take_in(b"%PDF-1.7 " + WORDS[0].encode(), "letter.pdf", store)
        with database.unit_of_work("test") as uow:
            seen = boiler.as_seen()
            attach_file(actor_with(), AttachFile(seen, stored, f"For {WORDS[0]}"), uow, clock)
            for type_, id_ in (("boiler", boiler.id), ("other", boiler.building_id)):
                comment = Comment(
                    subject_type=type_, subject_id=id_, text=f"Call {WORDS[0]}, {WORDS[2]}",
                    author_id=boiler.id, author_name="Jan", created_at=clock.now(),
                )  # fmt: skip
                uow.session.add(comment)
            queue_mail(Message(WORDS[1], "Hello", f"Dear {WORDS[0]}"), uow, clock)
            audit.record(
                uow, actor_with(name="Jan"), clock, action="plant.boiler.relit",
                subject=audit.Subject("ticket", boiler.building_id, "TK-1"),
                changes={"caller": (None, WORDS[0]), "phone": (WORDS[2], None)},
            )  # fmt: skip
            audit.record(
                uow, actor_with(name="Jan"), clock, action="plant.boiler.relit",
                subject=audit.Subject("ticket", boiler.building_id, "TK-2"),
                changes={"caller": (None, "Somebody Else")},
            )  # fmt: skip
        return stored.sha256

    return leave


def everything_in(database) -> str:
    """Return every value of every table as one text."""
    from app.db import Base

    found = []
    with database.reader() as session:
        for table in Base.metadata.sorted_tables:
            found += [str(row) for row in session.execute(select(table))]
    return "\n".join(found)


def test_a_person_is_shown_everything(database, clock, privacy, officer, person, traces):
    traces()
    with database.unit_of_work("test") as uow:
        found = services.disclose_person(officer, "boiler", person.id, privacy, uow, clock)
    parts = dict(found.parts)
    house = next(value for value in parts.values() if "files" in value)
    assert house["files"][0]["name"] == "letter.pdf"
    assert len(house["comments"]) == 1
    assert house["mails"][0]["to"] == WORDS[1]


def test_an_erased_person_leaves_no_word_and_the_chain_holds(
    database, settings, clock, privacy, officer, person, traces
):
    traces()
    job = JobRun(database, clock, system_actor("job"), settings=settings)
    run_sealing(job)
    before = everything_in(database)
    assert all(word in before or word.encode("unicode_escape").decode() in before for word in WORDS)
    with database.unit_of_work("test") as uow:
        touched = services.erase_person(officer, "boiler", person.id, privacy, uow, clock)
    assert touched["tests.people"] == 1
    after = everything_in(database)
    for word in (*WORDS, "Vandermeulen", "letter.pdf"):
        assert word not in after
        assert word.encode("unicode_escape").decode() not in after
    assert "Somebody Else" in after
    run_sealing(job)
    verdict = verify_chain(database, settings)
    assert verdict.holds
    assert verdict.checked > 2


class GoingClock(FixedClock):
    """A clock that goes on while one request works, as the real one does."""

    def now(self):
        self.advance(timedelta(microseconds=1))
        return super().now()


def test_the_chain_holds_also_when_time_passes_while_a_person_is_forgotten(
    database, settings, clock, privacy, officer, person, traces
):
    traces()
    job = JobRun(database, clock, system_actor("job"), settings=settings)
    run_sealing(job)
    with database.unit_of_work("test") as uow:
        going = GoingClock(clock.now())
        services.erase_person(officer, "boiler", person.id, privacy, uow, going)
    run_sealing(job)
    assert verify_chain(database, settings).holds


def test_blanking_without_saying_so_breaks_the_chain(database, settings, clock, traces):
    traces()
    run_sealing(JobRun(database, clock, system_actor("job"), settings=settings))
    with database.unit_of_work("attack") as uow:
        uow.session.execute(text("UPDATE audit_entries SET subject_label = '', changes = '{}'"))
    assert not verify_chain(database, settings).holds


def test_blanking_with_a_forged_word_for_it_breaks_the_chain(database, settings, clock, traces):
    traces()
    job = JobRun(database, clock, system_actor("job"), settings=settings)
    run_sealing(job)
    with database.unit_of_work("attack") as uow:
        entry = uow.session.scalars(select(AuditEntry).where(AuditEntry.changes != {})).first()
        uow.session.execute(
            update(AuditEntry)
            .where(AuditEntry.id == entry.id)
            .values(subject_label="", changes=JsonDict({}))
        )
        changes = {"entries": (None, [entry.id.hex]), "proof": (None, "ab" * 32)}
        about = audit.Subject("audit", entry.id, "")
        audit.record(uow, job.actor, clock, action=REDACTED, subject=about, changes=changes)
    run_sealing(job)
    assert verify_chain(database, settings).fault is Fault.CHANGED


def test_only_who_watches_over_data_may(database, clock, privacy, person, actor_with):
    with database.unit_of_work("test") as uow:
        for act in (services.disclose_person, services.erase_person):
            with pytest.raises(Forbidden):
                act(actor_with(), "boiler", person.id, privacy, uow, clock)


def test_a_stranger_and_an_unknown_kind_are_absent(database, clock, privacy, officer, person):
    with database.unit_of_work("test") as uow:
        for type_, id_ in (("dragon", person.id), ("boiler", officer.user_id)):
            with pytest.raises(NotFound):
                services.erase_person(officer, type_, id_, privacy, uow, clock)


def decide(officer, uow, clock, privacy, **values):
    given = {
        "rule": "house.sent_mails",
        "months": 12,
        "is_confirmed": True,
        "note": "",
        "version": 0,
    }
    return services.decide_retention(
        officer, services.DecideRetention(**{**given, **values}), privacy, uow, clock
    )


def test_a_decision_is_kept_with_who_and_when(uow, clock, privacy, officer):
    choice = decide(officer, uow, clock, privacy, note="Meeting of March")
    assert (choice.months, choice.changed_by_name) == (12, "Officer")
    with pytest.raises(StaleVersion):
        decide(officer, uow, clock, privacy)
    decide(officer, uow, clock, privacy, version=choice.version, months=6)
    for wrong in (0, 601):
        with pytest.raises(Invalid):
            decide(officer, uow, clock, privacy, version=choice.version, months=wrong)
    with pytest.raises(NotFound):
        decide(officer, uow, clock, privacy, rule="tests.none")


def count(database, model) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_the_job_forgets_what_is_technical_or_confirmed(
    database, clock, privacy, officer, settings
):
    with database.unit_of_work("test") as uow:
        queue_mail(Message("a@example.org", "Old", "x"), uow, clock).state = "sent"
        uow.session.add(SignInAttempt(email="x", address="1", attempted_at=clock.now()))
    clock.advance(timedelta(days=900))
    job = JobRun(database, clock, system_actor("job"), settings=settings)
    run_retention(job)
    assert count(database, SignInAttempt) == 0
    assert count(database, OutboxMail) == 1
    with database.unit_of_work("test") as uow:
        decide(officer, uow, clock, privacy)
    run_retention(job)
    assert count(database, OutboxMail) == 0
    with database.reader() as session:
        applied = session.scalars(
            select(AuditEntry.subject_label).where(AuditEntry.action == "house.retention.applied")
        ).all()
        choice = session.get(RetentionChoice, "house.sent_mails")
        assert choice.last_rows == 1
    assert len(applied) == 2


def test_a_limit_is_the_first_of_a_month(clock):
    rule = HOUSE_RULES[0]
    assert services.limit_of(rule, None, clock.now()).isoformat().startswith("2026-02-01")


@pytest.fixture
def officer_client(signed_in, privacy, boiler_kind):
    client = signed_in("data_protection_officer")
    house = client.application.extensions["house"]
    client.application.extensions["house"] = replace_privacy(house, privacy)
    return client


def replace_privacy(house, privacy):
    from dataclasses import replace

    return replace(house, privacy=privacy)


def test_the_retention_page_keeps_decisions(officer_client):
    page = officer_client.get("/privacy").get_data(as_text=True)
    assert "to be confirmed" in page
    sent = {"rule": "house.sent_mails", "months": "36", "is_confirmed": "on", "version": "0"}
    assert officer_client.post("/privacy/retention", data=sent).status_code == 303
    assert 'value="36"' in officer_client.get("/privacy").get_data(as_text=True)
    refused = officer_client.post("/privacy/retention", data={**sent, "months": "x"})
    assert refused.status_code == 422
    assert 'href="#f-house.sent_mails-months"' in refused.text
    assert 'name="months" type="number" value="x"' in refused.text
    # The rules are read; only the one that was refused is open to be decided again.
    assert refused.text.count('<details class="more" open>') == 1
    assert '<details class="more" open>' not in officer_client.get("/privacy").text
    overtaken = officer_client.post("/privacy/retention", data={**sent, "months": "48"})
    assert overtaken.status_code == 412
    assert 'value="48"' not in overtaken.text


def test_the_history_of_a_person_leads_to_their_data(officer_client, person, signed_in):
    page = officer_client.get(f"/history/boiler/{person.id}").get_data(as_text=True)
    assert f"/privacy/boiler/{person.id}" in page


def test_the_file_holds_data_page_and_files(officer_client, person, traces):
    traces()
    answer = officer_client.post(f"/privacy/boiler/{person.id}/disclosure")
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        names = archive.namelist()
        data = json.loads(archive.read("data.json"))
        page = archive.read("data.html").decode()
    assert data["person"] == WORDS[0]
    assert WORDS[0] in page
    assert any(name.startswith("files/") and name.endswith("letter.pdf") for name in names)


def test_a_person_is_forgotten_only_when_their_name_is_typed(
    officer_client, person, traces, settings, database
):
    digest = traces()
    store = LocalFileStore(settings.files_dir)
    assert store.has(digest)
    address = f"/privacy/boiler/{person.id}"
    assert WORDS[0] in officer_client.get(address).get_data(as_text=True)
    assert officer_client.post(f"{address}/erasure", data={"confirm": "x"}).status_code == 422
    done = officer_client.post(f"{address}/erasure", data={"confirm": WORDS[0]})
    assert done.status_code == 303
    assert not store.has(digest)
    assert WORDS[0] not in everything_in(database)


def test_what_forbids_forgetting_is_said(officer_client, person):
    def refuse(*_args):
        raise Conflict("still_housed", _l("The person still lives here."))

    house = officer_client.application.extensions["house"]
    blocked = PersonalData("tests.blocked", _l("Blocked"), lambda *_: None, refuse)
    kinds = tuple(house.privacy.kinds.values())
    officer_client.application.extensions["house"] = replace_privacy(
        house, Privacy((*kinds, blocked))
    )
    answer = officer_client.post(f"/privacy/boiler/{person.id}/erasure", data={"confirm": WORDS[0]})
    assert answer.status_code == 409
    assert "The person still lives here." in answer.get_data(as_text=True)


def test_others_do_not_see_these_pages(signed_in, person):
    client = signed_in("technician")
    for address in ("/privacy", f"/privacy/boiler/{person.id}"):
        assert client.get(address).status_code == 403


def test_modules_declare_what_they_hold():
    module = Module(name="tests", privacy=(HOUSE_DATA, *HOUSE_RULES))
    assert Privacy(module.privacy).rule("house.audit_trail").forget is None

"""Callers are asked by a link that needs no account; the office sees what answers add up to."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.auth.actor import Scope, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.errors import Forbidden, Invalid, NotFound
from app.mail import NullMailer, OutboxMail, deliver_waiting
from app.notifications.models import Notification
from app.privacy import PersonRef
from modules.tickets.commands import Answer, CallAgain, Caller
from modules.tickets.enums import EventKind, OpinionChannel
from modules.tickets.errors import NotYetDone
from modules.tickets.models import Opinion, Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.privacy import disclose, erase, forget_old_callers
from modules.tickets.queries.opinions import Counts, count_satisfaction, opinion_of
from modules.tickets.services import (
    call_again,
    close_ticket,
    complete_ticket,
    mark_duplicate,
    record_answer,
    reopen_ticket,
    return_ticket,
    set_asking,
)
from modules.tickets.services.opinions import LINK_LIVES, answer_question, find_question
from modules.tickets.services.recording import events_of
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building
from tests.factories.tickets import AGENT, LEA, PIET, make_ticket
from tests.support.people import ActorMaker
from tests.support.web import Login

LEADER = system_actor("Leader")


def finished(uow: UnitOfWork, clock: FixedClock, **facts: Any) -> Ticket:
    ticket = make_ticket(uow, clock, **facts)
    return complete_ticket(AGENT, ticket.id, "fait", uow, clock)


def asking_mail(uow: UnitOfWork, ticket: Ticket) -> str:
    """Return the latest mail about a ticket that asks for an opinion."""
    uow.flush()
    query = select(OutboxMail.text).where(OutboxMail.subject_id == ticket.id)
    query = query.where(OutboxMail.text.contains("your-opinion"))
    return uow.session.scalars(query.order_by(OutboxMail.created_at.desc())).first() or ""


def secret_of(uow: UnitOfWork, ticket: Ticket) -> str:
    found = re.search(r"intendant:/your-opinion/(\S+)", asking_mail(uow, ticket))
    return found.group(1) if found else ""


def kept(session: Session, ticket: Ticket) -> Opinion:
    opinion = opinion_of(session, ticket.id)
    assert opinion is not None
    return opinion


def test_the_mail_that_says_it_is_done_asks_and_leads_to_this_house(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        asked = finished(uow, clock, caller=PIET)
        assert "Hoe tevreden bent u?" in asking_mail(uow, asked)
        told = [one.text for one in events_of(uow.session, asked.id)]
        secret = secret_of(uow, asked)
        assert secret
        assert not any(secret in text for text in told)  # colleagues do not see the link
        opinion = kept(uow.session, asked)
        assert (opinion.score, opinion.asked_at) == (None, clock.now())
        nobody = finished(uow, clock, caller=Caller(name="Sans adresse"))
        assert opinion_of(uow.session, nobody.id) is None
        set_asking(LEADER, uow, clock, is_asking=False)
        assert asking_mail(uow, finished(uow, clock)) == ""
    mailer = NullMailer()
    deliver_waiting(database, mailer, "a@example.org", clock, "https://intendant.example.org")
    sent = [mail.get_content() for mail in mailer.sent]
    link = f"https://intendant.example.org/your-opinion/{secret}"
    assert sum(link in one.replace("=\n", "") for one in sent) == 1
    assert not any("intendant:/" in one for one in sent)


def test_an_answer_is_kept_changed_told_to_holders_and_said_in_the_story(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        ticket = finished(uow, clock, caller=PIET)
        secret = secret_of(uow, ticket)
    leader = login(client.application.test_client(), Role.DISPATCH_LEADER)
    address = f"/your-opinion/{secret}"
    page = client.get(address)
    text = page.get_data(as_text=True)
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert all(one in text for one in ('lang="nl"', ticket.number, "Waterlek"))
    for personal in (PIET.name, PIET.email, PIET.phone, ticket.description):
        assert personal not in text
    assert client.post(address, data={"score": "2"}).status_code == 303
    clock.advance(timedelta(days=1))
    client.post(address, data={"score": "1", "words": "Nog altijd nat"})
    client.post(address, data={"score": "1", "words": "Nog altijd nat"})
    assert "U antwoordde: Zeer ontevreden." in client.get(address).get_data(as_text=True)
    for wrong in ("0", "6", "goed", ""):
        assert client.post(address, data={"score": wrong}).status_code == 422
    with database.reader() as session:
        opinion = kept(session, ticket)
        answer = (opinion.score, opinion.words, opinion.channel, opinion.answered_at)
        assert answer == (1, "Nog altijd nat", OpinionChannel.LINK, clock.now())
        said = [one for one in events_of(session, ticket.id) if one.kind is EventKind.ANSWERED]
        assert [one.data["score"] for one in said] == [2, 1]
        assert not any("nat" in one.text for one in said)
    login(client, Role.DISPATCH_LEADER, locale="fr", email="second@example.org")
    sheet = client.get(f"/tickets/{ticket.id}").get_data(as_text=True)
    for said_there in ("Nog altijd nat", "Très insatisfait", "Lien d’un e-mail"):
        assert said_there in sheet
    history = client.get(f"/history/ticket/{ticket.id}").get_data(as_text=True)
    assert "Très insatisfait" in history
    with database.unit_of_work() as uow:
        record_answer(AGENT, ticket.id, Answer(4, "Réparé depuis"), uow, clock)
        record_answer(AGENT, ticket.id, Answer(2), uow, clock)
    with database.reader() as session:
        told = select(Notification).where(Notification.kind == "tickets.dissatisfied")
        mine = session.scalars(told.where(Notification.user_id == leader.id)).all()
    assert len(mine) == 1  # once, however often the caller changes their mind


def test_who_reported_the_same_in_another_ticket_is_asked_about_theirs_once_a_person(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        ann = make_party(uow, clock, "Ann")
        original = make_ticket(uow, clock, caller=LEA)
        anns = Caller(party_id=ann.id, name="Ann", email="ann@example.org", locale="nl")
        work = replace(anns, email="ann@work.example.org")
        hers, again, same, piets, silent = (
            make_ticket(uow, clock, caller=caller)
            for caller in (anns, work, LEA, PIET, Caller(name="Sans adresse"))
        )
        everybody = (hers, again, same, piets, silent)
        for one in everybody:
            mark_duplicate(AGENT, one.id, original.id, uow, clock)
        reopen_ticket(AGENT, piets.id, "une autre fuite", uow, clock)
        with pytest.raises(NotYetDone):
            record_answer(AGENT, silent.id, Answer(3), uow, clock)
        with_link = CallAgain(caller=Caller(name="Bo", email="bo@example.org"))
        call_again(AGENT, original.id, with_link, uow, clock)
        complete_ticket(AGENT, original.id, "fait", uow, clock)
        uow.flush()
        asked = uow.session.scalars(select(Opinion.ticket_id)).all()
        assert set(asked) == {original.id, hers.id}
        query = select(OutboxMail).where(OutboxMail.text.contains("your-opinion"))
        mails = {one.to_address: one.text for one in uow.session.scalars(query)}
        assert set(mails) == {LEA.email, "ann@example.org"}
        assert "Hoe tevreden bent u?" in mails["ann@example.org"]
        secret = mails["ann@example.org"].rpartition("your-opinion/")[2].split()[0]
        record_answer(AGENT, silent.id, Answer(4), uow, clock)
        hers_id, number = hers.id, hers.number
    assert number in client.get(f"/your-opinion/{secret}").get_data(as_text=True)
    assert client.post(f"/your-opinion/{secret}", data={"score": "5"}).status_code == 303
    with database.reader() as session:
        assert kept(session, session.get_one(Ticket, hers_id)).score == 5
        assert kept(session, session.get_one(Ticket, original.id)).score is None
        counts = count_satisfaction(LEADER, session, clock.today(), clock.today()).total
        assert (counts.asked, counts.answers, counts.satisfied) == (3, 2, 2)
    login(client, Role.DISPATCH_LEADER, locale="en")
    sheet = client.get(f"/tickets/{again.id}").get_data(as_text=True)
    assert "Told by phone…" in sheet


def test_taps_at_the_same_time_are_one_answer(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        ticket = finished(uow, clock)
        secret = secret_of(uow, ticket)

    def tap(number: int) -> None:
        with database.unit_of_work() as unit:
            if number % 2:
                answer_question(secret, Answer(2), unit, clock)
            else:
                record_answer(AGENT, ticket.id, Answer(2), unit, clock)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(tap, range(8))) == [None] * 8
    with database.reader() as session:
        story = events_of(session, ticket.id)
        assert [one.data["score"] for one in story if one.kind is EventKind.ANSWERED] == [2]
        assert kept(session, ticket).score == 2


def test_words_typed_before_another_tap_or_a_mistake_are_not_lost(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        ticket = finished(uow, clock)
        secret = secret_of(uow, ticket)
    address = f"/your-opinion/{secret}"
    assert "<textarea" not in client.get(address).get_data(as_text=True)
    client.post(address, data={"score": "4"})
    page = client.get(address).get_data(as_text=True)
    (form,) = (one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if "score" in one)
    assert re.findall(r'<(\w+)[^>]* name="(\w+)"', form)[-7:] == [
        ("textarea", "words"), *[("button", "score")] * 5, ("input", "score")
    ]  # fmt: skip
    # As a browser sends it: what was tapped stands before the answer given earlier.
    client.post(address, data={"words": "Toujours froid", "score": ["3", "4"]})
    with database.reader() as session:
        assert (kept(session, ticket).score, kept(session, ticket).words) == (3, "Toujours froid")
    too_long = {"score": "5", "words": "trop " * 500}
    refused = client.post(address, data=too_long)
    page = refused.get_data(as_text=True)
    assert (refused.status_code, 'name="score" value="5">' in page) == (422, True)
    assert too_long["words"].strip() in page
    assert "Très insatisfait" in page

    login(client, Role.DISPATCH_LEADER, locale="en")
    step = f"/tickets/{ticket.id}/steps/opinion"
    sheet = client.post(step, data=too_long).get_data(as_text=True)
    assert re.search(r'value="5" checked', sheet)
    assert re.search(r"<details open><summary>Told by phone", sheet)
    with database.unit_of_work() as uow:
        fresh = make_ticket(uow, clock)
    sheet = client.post(f"/tickets/{fresh.id}/steps/opinion", data={"score": "5", "words": "Bien"})
    assert sheet.status_code == 409


def test_a_link_that_is_old_replaced_or_invented_says_nothing_of_a_ticket(
    database: Database, clock: FixedClock, client: FlaskClient
) -> None:
    with database.unit_of_work() as uow:
        ticket = finished(uow, clock)
        first = secret_of(uow, ticket)
        clock.advance(timedelta(days=1))
        return_ticket(AGENT, ticket.id, "encore", uow, clock)
        complete_ticket(AGENT, ticket.id, "refait", uow, clock)
        second = secret_of(uow, ticket)
        assert find_question(second, uow.session, clock)[1].id == ticket.id
        assert kept(uow.session, ticket).asked_at == clock.now() - timedelta(days=1)
    clock.advance(LINK_LIVES - timedelta(seconds=1))
    assert client.get(f"/your-opinion/{second}").status_code == 200
    clock.advance(timedelta(seconds=1))
    for secret in (first, second, "x" * 43, "é%"):
        for answer in (client.get, client.post):
            page = answer(f"/your-opinion/{secret}")
            assert page.status_code == 404
            assert "TK-" not in page.get_data(as_text=True)
            assert page.headers["X-Robots-Tag"].startswith("noindex")
    with database.unit_of_work() as uow, pytest.raises(NotFound):
        answer_question(second, Answer(5), uow, clock)


def test_an_agent_writes_down_what_was_told_once_there_is_work_to_judge(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    ticket = make_ticket(uow, clock, caller=Caller(name="Sans adresse"))
    with pytest.raises(NotYetDone):
        record_answer(AGENT, ticket.id, Answer(5), uow, clock)
    complete_ticket(AGENT, ticket.id, "fait", uow, clock)
    for score in (0, 6):
        with pytest.raises(Invalid):
            record_answer(AGENT, ticket.id, Answer(score), uow, clock)
    record_answer(AGENT, ticket.id, Answer(5, " merci "), uow, clock)
    opinion = kept(uow.session, ticket)
    assert (opinion.score, opinion.words, opinion.link_hash) == (5, "merci", None)
    assert opinion.channel is OpinionChannel.PHONE
    with pytest.raises(Forbidden):
        record_answer(actor_with(TicketPermission.READ), ticket.id, Answer(1), uow, clock)
    with pytest.raises(Forbidden):
        set_asking(actor_with(TicketPermission.HANDLE), uow, clock, is_asking=False)
    afar = actor_with(TicketPermission.READ, TicketPermission.SATISFACTION_RECORD, scope=Scope())
    with pytest.raises(NotFound):
        record_answer(afar, ticket.id, Answer(1), uow, clock)


def test_words_leave_with_the_person_and_the_answer_stays_in_the_figures(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    party = make_party(uow, clock)
    ticket = finished(uow, clock, caller=replace(LEA, party_id=party.id))
    answer_question(secret_of(uow, ticket), Answer(2, "Rappelez Léa au 0470"), uow, clock)
    person = PersonRef("party", party.id, "Léa Dubois")
    shown = disclose(person, LEADER, uow, clock)[0]
    assert (shown["satisfaction"], shown["satisfaction_words"]) == (2, "Rappelez Léa au 0470")
    secret = secret_of(uow, ticket)
    erase(person, LEADER, uow, clock)
    uow.flush()
    uow.session.expire_all()
    opinion = kept(uow.session, ticket)
    assert (opinion.score, opinion.words) == (2, "")
    with pytest.raises(NotFound):
        find_question(secret, uow.session, clock)


def test_what_an_unnamed_caller_said_goes_in_time(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket = finished(uow, clock, caller=Caller())
    record_answer(AGENT, ticket.id, Answer(1, "Demandez Jean"), uow, clock)
    close_ticket(AGENT, ticket.id, "", uow, clock)
    assert forget_old_callers(clock.now(), uow, clock) == 0
    clock.advance(timedelta(days=1))
    assert [forget_old_callers(clock.now(), uow, clock) for _ in range(2)] == [1, 0]
    uow.session.expire_all()
    assert (kept(uow.session, ticket).score, kept(uow.session, ticket).words) == (1, "")


def test_the_figures_are_those_of_the_rows_by_month_problem_and_scope(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    """Compare the SQL with a count of the same story by hand, over the turn of a year."""
    near, far = make_building(uow, clock), make_building(uow, clock)
    begin = clock.today()
    expected: dict[tuple[Any, str], Counts] = {}
    story = [(near, 5, 0), (near, 2, 1), (near, None, 0), (far, 4, 2), (far, 1, 0), (near, 3, 1)]
    for number, (place, score, returns) in enumerate(story):
        clock.advance(timedelta(days=20))
        category = ("home.water.leak", "common.light")[number % 2]
        ticket = finished(uow, clock, place=place, category_key=category)
        asked = clock.today().replace(day=1)
        secret = secret_of(uow, ticket)
        if score is not None:
            answer_question(secret, Answer(score), uow, clock)
        for _ in range(returns):
            clock.advance(timedelta(days=9))
            return_ticket(AGENT, ticket.id, "encore", uow, clock)
            complete_ticket(AGENT, ticket.id, "refait", uow, clock)
        close_ticket(AGENT, ticket.id, "", uow, clock)
        closed = clock.today().replace(day=1)
        if place is near:
            said = Counts(1, score is not None, (score or 0) >= 4)
            over = Counts(closed=1, returned=returns > 0)
            for key, counts in (((asked, category), said), ((closed, category), over)):
                expected[key] = expected.get(key, Counts()) + counts
    uow.flush()
    reader = actor_with(
        TicketPermission.SATISFACTION,
        scope=Scope(building_ids=frozenset({near.id})),
    )
    counted = count_satisfaction(reader, uow.session, begin, clock.today())
    for month, counts in counted.by_month.items():
        of_month = [one for (when, _), one in expected.items() if when == month]
        assert counts == sum(of_month, Counts())
    for category, counts in counted.by_category.items():
        of_kind = [one for (_, key), one in expected.items() if key == category]
        assert counts == sum(of_kind, Counts())
    assert counted.total == Counts(asked=4, answers=3, satisfied=1, closed=4, returned=2)
    assert counted.total.satisfied_share == pytest.approx(1 / 3)
    assert (counted.total.response_rate, counted.total.returned_share) == (0.75, 0.5)
    before = begin - timedelta(days=60)
    empty = count_satisfaction(reader, uow.session, before, begin - timedelta(days=1)).total
    assert (empty, empty.satisfied_share, empty.response_rate) == (Counts(), None, None)
    with pytest.raises(Forbidden):
        count_satisfaction(actor_with(TicketPermission.READ), uow.session, begin, begin)


def test_the_page_shows_figures_leads_to_the_rows_and_asks_twice_whatever_there_is(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        for score in (5, 4, 1):
            ticket = finished(uow, clock)
            answer_question(secret_of(uow, ticket), Answer(score, "=cmd()"), uow, clock)
        finished(uow, clock)
    login(client, Role.DISPATCH_LEADER, locale="nl")
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
    page = client.get("/satisfaction").get_data(as_text=True)
    assert all(one in page for one in ("67\u202f%", "75\u202f%", "maart 2026"))
    assert sum("ticket_opinions" in one and "GROUP BY" in one for one in statements) == 1
    curve = client.get("/satisfaction/curve.json").get_json()
    assert curve["series"][0]["values"][-1] == pytest.approx(66.7)
    rows = client.get("/satisfaction/answers?satisfied=yes&format=csv").get_data(as_text=True)
    assert (rows.count("TK-2026-"), rows.count("Zeer tevreden"), rows.count(";=cmd")) == (2, 1, 0)
    assert "Zeer ontevreden" in client.get("/satisfaction/answers?score=1").get_data(as_text=True)
    assert client.get("/satisfaction?from=2026-03-02&to=2026-03-01").status_code == 422
    assert client.get("/satisfaction?from=gisteren").status_code == 422
    assert client.get("/satisfaction/curve.json?from=1900-01-01").status_code == 422
    for days in ("from=9999-12-01&to=9999-12-31", "from=0001-01-01&to=0001-02-01"):
        for address in ("/satisfaction", "/satisfaction/curve.json"):
            refused = client.get(f"{address}?{days}")
            assert (refused.status_code, "1900" in refused.get_data(as_text=True)) == (422, True)
        listed = client.get(f"/satisfaction/answers?asked_{days.replace('&', '&asked_')}")
        assert listed.status_code == 200
    listed = client.get("/api/v1/opinions?answered=true").get_json()
    assert sorted(one["score"] for one in listed["items"]) == [1, 4, 5]
    first = listed["items"][0]["ticket_id"]
    told = client.post(f"/api/v1/tickets/{first}/opinion", json={"score": 3, "words": "bof"})
    assert told.status_code == 200
    share = client.get("/satisfaction").get_data(as_text=True)
    unsatisfied = client.get("/satisfaction/answers?satisfied=no&format=csv").get_data(as_text=True)
    assert unsatisfied.count("TK-2026-") + int(re.search(r'satisfied=yes">(\d)', share)[1]) == 3
    assert client.get(f"/api/v1/tickets/{first}/opinion").get_json()["score"] == 3
    assert client.post(f"/api/v1/tickets/{first}/opinion", json={"score": 9}).status_code == 422
    assert client.post("/satisfaction/asking", data={"is_asking": "no"}).status_code == 303
    assert "Niemand wordt bevraagd" in client.get("/satisfaction").get_data(as_text=True)
    form = {"score": "5", "words": "Toch goed"}
    assert client.post(f"/tickets/{first}/steps/opinion", data=form).status_code == 303
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.get("/satisfaction").status_code == 403
    assert client.get("/api/v1/opinions").status_code == 403


def test_closed_and_returned_lead_to_their_tickets(
    database: Database, clock: FixedClock, client: FlaskClient, login: Login
) -> None:
    with database.unit_of_work() as uow:
        for returns in (0, 1, 2):
            ticket = finished(
                uow, clock, category_key=("home.water.leak", "common.light")[returns > 0]
            )
            for _ in range(returns):
                return_ticket(AGENT, ticket.id, "encore", uow, clock)
                complete_ticket(AGENT, ticket.id, "refait", uow, clock)
            close_ticket(AGENT, ticket.id, "", uow, clock)
        return_ticket(AGENT, finished(uow, clock).id, "encore", uow, clock)
    login(client, Role.DISPATCH_LEADER, locale="en")
    page = client.get("/satisfaction").get_data(as_text=True)
    links = re.findall(r'href="(/tickets\?[^"]+)">(\d+)', page)
    assert len(links) == 5  # the month; one problem with returns, one without
    for link, count in links:
        rows = client.get(unescape(link) + "&format=csv").get_data(as_text=True)
        assert rows.count("TK-2026-") == int(count), link

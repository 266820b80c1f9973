"""An order at a contractor: given, told by mail with the order, answered, reported, moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth.roles import Role
from app.db import EventBus, UnitOfWork
from app.errors import Conflict, Forbidden
from app.i18n import use_locale
from app.mail import Enclosures, MailState, NullMailer, OutboxMail, deliver_waiting
from app.tabular.bulk import refuse_dependents
from modules.interventions.commands import (
    NOBODY,
    Assignee,
    BoardFilter,
    ReportNoAccess,
    ReportWork,
    ScheduleOrder,
)
from modules.interventions.enums import NoAccessReason, OrderEventKind, OrderStatus, Outcome
from modules.interventions.errors import (
    DoneBeforeOrdered,
    NoContractor,
    NotAtContractor,
    OneAssignee,
    OrderStepNotPossible,
    ReportedAhead,
    VisitBeforeOrdered,
)
from modules.interventions.lifecycle import derive_state, visit_called_off
from modules.interventions.models import ABOUT, Visit, WorkOrder
from modules.interventions.printed import ENCLOSURE
from modules.interventions.privacy import disclose, erase
from modules.interventions.queries.board import read_board
from modules.interventions.queries.contractors import (
    describe_contractor,
    list_contractors,
    list_orders_of_contractor,
)
from modules.interventions.queries.day import list_day
from modules.interventions.queries.orders import list_events
from modules.interventions.queries.papers import write_papers
from modules.interventions.services import (
    accept_order,
    assign_order,
    cancel_order,
    hold_order,
    refuse_order,
    reopen_order,
    report_no_access,
    report_work,
    schedule_order,
)
from modules.parties.api import Language, PartyKind, contact_of
from modules.parties.commands import AllowChannel, MergeParties
from modules.parties.enums import Channel
from modules.parties.models import Party, PartyEmail, PartyPhone
from modules.parties.privacy import find_person
from modules.parties.services import allow_channel, merge_parties, undo_merge
from modules.tickets.enums import TicketStatus, WaitingReason
from modules.tickets.models import Ticket
from tests.factories.interventions import (
    DISPATCHER,
    make_order,
    make_technician,
    technician_actor,
)
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building
from tests.factories.tickets import make_ticket


def make_firm(uow, clock, name="Ascenseurs Duval", language=Language.FRENCH, **facts):
    given = {"kind": PartyKind.ORGANISATION, "first_name": "", "language": language} | facts
    given.setdefault("emails", ("service@duval.example",))
    return make_party(uow, clock, name, phones=("02 555 12 34",), **given)


@pytest.fixture
def firm(uow, clock):
    return make_firm(uow, clock)


@pytest.fixture
def dispatcher(client, login):
    login(client, Role.DISPATCHER, locale="en")
    return client


@pytest.fixture
def order(uow, clock):
    return make_order(uow, clock, title="Lift stuck", planner_note="Code 1234B")


def give(order, party, uow, clock) -> WorkOrder:
    return assign_order(DISPATCHER, order.id, Assignee(contractor_id=party.id), uow, clock)


def mails(uow: UnitOfWork) -> list[OutboxMail]:
    uow.flush()
    query = select(OutboxMail).where(OutboxMail.subject_type == ABOUT).order_by(OutboxMail.id)
    return list(uow.session.scalars(query))


def test_an_order_goes_to_a_contractor_to_a_technician_and_back(uow, clock, firm, order):
    give(order, firm, uow, clock)
    assert (order.status, order.contractor_id) == (OrderStatus.ASSIGNED, firm.id)
    assert (order.technician_id, order.is_given) == (None, True)
    given = list_events(uow.session, order.id)[-1]
    assert (given.kind, given.text) == (OrderEventKind.ASSIGNED, "Ascenseurs Duval")
    give(order, firm, uow, clock)
    assert list_events(uow.session, order.id)[-1] is given, "the same again changes nothing"

    ilse = make_technician(uow, clock)
    assign_order(DISPATCHER, order.id, Assignee(ilse.id), uow, clock)
    assert (order.technician_id, order.contractor_id) == (ilse.id, None)
    herself = technician_actor(ilse)
    assert [one.id for one in list_day(herself, uow.session, clock.now(), 3)[1]] == [order.id]

    give(order, firm, uow, clock)
    assert (order.technician_id, order.contractor_id) == (None, firm.id)
    assert list_day(herself, uow.session, clock.now(), 3)[1] == [], "their tablet loses it"

    assign_order(DISPATCHER, order.id, NOBODY, uow, clock)
    assert (order.status, order.contractor_id) == (OrderStatus.OPEN, None)


def test_only_one_living_organisation_gets_an_order(uow, clock, firm, order, actor_with):
    ilse = make_technician(uow, clock)
    with pytest.raises(OneAssignee):
        assign_order(DISPATCHER, order.id, Assignee(ilse.id, firm.id), uow, clock)
    with pytest.raises(NoContractor):
        give(order, make_party(uow, clock), uow, clock)
    gone = make_firm(uow, clock, "Lift Dubois")
    merge_parties(DISPATCHER, MergeParties(firm.id, gone.id), uow, clock)
    with pytest.raises(NoContractor):
        give(order, gone, uow, clock)
    with pytest.raises(Forbidden):
        assign_order(actor_with(), order.id, Assignee(contractor_id=firm.id), uow, clock)
    assert order.contractor_id is None


def test_the_contractor_is_told_of_each_change_in_their_language(uow, clock, firm, order):
    dutch = make_firm(uow, clock, "Liften Maes", Language.DUTCH, emails=("dienst@maes.example",))
    give(order, firm, uow, clock)
    start = clock.now() + timedelta(days=1)
    visit = ScheduleOrder(start, start + timedelta(hours=2))
    schedule_order(DISPATCHER, order.id, visit, uow, clock)
    hold_order(DISPATCHER, order.id, "clé absente", uow, clock)
    give(order, dutch, uow, clock)
    cancel_order(DISPATCHER, order.id, "vendu", uow, clock)
    reopen_order(DISPATCHER, order.id, "pas vendu", uow, clock)
    told = [(one.to_address, bool(one.enclosure)) for one in mails(uow)]
    to_french, to_dutch = "service@duval.example", "dienst@maes.example"
    assert told == [
        (to_french, True),
        (to_french, True),
        (to_french, False),
        (to_dutch, True),
        (to_french, False),
        (to_dutch, False),
        (to_dutch, True),
    ]
    first, *_rest, withdrawn, _cancelled, _again = mails(uow)
    assert first.subject == f"Bon de travail {order.number}: Lift stuck"
    assert f"Nous vous demandons d’exécuter le bon {order.number}" in first.text
    assert f"Nous retirons le bon {order.number}" in withdrawn.text
    said = "".join(one.text + one.subject for one in mails(uow))
    assert not [reason for reason in ("clé absente", "vendu") if reason in said]
    assert "est en attente. Merci d’attendre" in mails(uow)[2].text
    assert "is geannuleerd. Gelieve hem niet uit te voeren" in mails(uow)[5].text
    assert "Wij vragen u hem uit te voeren" in mails(uow)[6].text
    assert "Code 1234B" not in "".join(one.text for one in mails(uow))
    assert "Wij vragen u" in mails(uow)[3].text


def test_the_caller_hears_which_firm_comes(uow, clock, firm, order):
    give(order, firm, uow, clock)
    start = clock.now() + timedelta(hours=2)
    schedule_order(
        DISPATCHER, order.id, ScheduleOrder(start, start + timedelta(hours=1)), uow, clock
    )
    uow.flush()
    to_caller = select(OutboxMail.text).where(OutboxMail.subject_type == "ticket")
    told = uow.session.scalars(to_caller).all()
    assert any("Ascenseurs Duval passera pour notre compte le" in text for text in told)


def test_the_order_leaves_as_a_pdf_for_whoever_has_it_still(dispatcher, database, clock):
    with database.unit_of_work() as uow:
        first = make_firm(uow, clock, language=Language.UNKNOWN)
        order = make_order(uow, clock, title="Lift stuck", planner_note="Code 1234B")
        give(order, first, uow, clock)
    mailer, enclosures = NullMailer(), Enclosures([ENCLOSURE], "CPAS")
    deliver_waiting(database, mailer, "office@example.org", clock, enclosures=enclosures)
    (sent,) = [mail for mail in mailer.sent if "duval" in mail["To"]]
    files = {part.get_filename(): part for part in sent.iter_attachments()}
    assert list(files) == [f"{order.number}-fr.pdf", f"{order.number}-nl.pdf"]
    assert all(part.get_content().startswith(b"%PDF") for part in files.values())
    assert "Wij vragen u" in sent.get_body(("plain",)).get_content()

    with database.unit_of_work() as uow:
        other = make_firm(uow, clock, "Liften Maes", emails=("dienst@maes.example",))
        for party in (other, first):  # the first one's is written, and delayed until it lost it
            give(order, party, uow, clock)
        give(order, other, uow, clock)
        cancelled = make_order(uow, clock, title="Roof")
        give(cancelled, other, uow, clock)
        cancel_order(DISPATCHER, cancelled.id, "sold", uow, clock)
    mailer.sent.clear()
    deliver_waiting(database, mailer, "office@example.org", clock, enclosures=enclosures)
    texts = {mail: mail.get_body(("plain",)).get_content() for mail in mailer.sent}
    promised = [mail for mail, text in texts.items() if "en annexe" in text or "joint" in text]
    assert promised, "the firm that has it gets its paper"
    assert all(list(mail.iter_attachments()) for mail in promised)
    with database.unit_of_work() as uow:
        told = [(one.to_name, one.state) for one in mails(uow)]
    assert [state for name, state in told if name == "Ascenseurs Duval"] == [
        MailState.SENT, MailState.SENT, MailState.OUTDATED, MailState.SENT
    ]  # fmt: skip
    assert [state for name, state in told if name == "Liften Maes"] == [
        MailState.SENT, MailState.SENT, MailState.SENT, MailState.OUTDATED, MailState.SENT
    ]  # fmt: skip
    assert "Not sent: no longer true" in dispatcher.get(f"/work-orders/{cancelled.id}").text


def test_the_paper_tells_what_to_do_and_no_secret(uow, clock, firm):
    ticket = make_ticket(uow, clock, title="Fuite")
    order = make_order(uow, clock, ticket_ids=(ticket.id,), planner_note="Code 1234B")
    give(order, firm, uow, clock)
    (paper,) = write_papers(uow.session, order, contact_of(uow.session, firm.id), clock)
    said = dict(paper.facts)
    assert (paper.locale, paper.number, paper.title) == ("fr", order.number, "Fuite")
    assert said["Référence à mettre sur votre facture"] == order.number
    assert "Léa Dubois" in said["Contact sur place"]
    assert "1234B" not in repr(paper)


def test_a_place_with_a_name_has_its_address_too(uow, clock, firm):
    building = make_building(uow, clock, name="Magnolia")
    order = make_order(uow, clock, building_id=building.id, title="Roof")
    give(order, firm, uow, clock)
    (paper,) = write_papers(uow.session, order, contact_of(uow.session, firm.id), clock)
    address = building.address.label("fr")
    assert "Magnolia" in dict(paper.facts)["Lieu"]
    assert dict(paper.facts)["Lieu"].endswith(address)
    assert address in mails(uow)[0].text


def test_a_firm_without_mail_or_that_refuses_it_is_called(uow, clock, order, firm):
    silent = make_firm(uow, clock, "Toitures Lenoir", emails=())
    give(order, silent, uow, clock)
    assert mails(uow) == []
    assert describe_contractor(uow.session, order).needs_call
    no_mail = AllowChannel(firm.id, Channel.EMAIL, is_allowed=False)
    allow_channel(DISPATCHER, no_mail, uow, clock)
    give(order, firm, uow, clock)
    assert mails(uow) == []
    assert describe_contractor(uow.session, order).needs_call


def test_they_accept_or_refuse(uow, clock, order, firm):
    with pytest.raises(NotAtContractor):
        accept_order(DISPATCHER, order.id, "", uow, clock)
    give(order, firm, uow, clock)
    accept_order(DISPATCHER, order.id, "tomorrow morning", uow, clock)
    assert order.status is OrderStatus.ASSIGNED
    assert describe_contractor(uow.session, order).has_accepted
    refuse_order(DISPATCHER, order.id, "no lift fitter", uow, clock)
    assert (order.status, order.contractor_id) == (OrderStatus.OPEN, None)
    assert describe_contractor(uow.session, order) is None
    give(order, firm, uow, clock)
    assert not describe_contractor(uow.session, order).has_accepted, "they are asked anew"
    cancel_order(DISPATCHER, order.id, "sold", uow, clock)
    with pytest.raises(NotAtContractor):
        refuse_order(DISPATCHER, order.id, "", uow, clock)


def test_a_refusal_takes_the_visit_away_and_says_who_must_hear_it(dispatcher, database, clock):
    with database.unit_of_work() as uow:
        firm, other = make_firm(uow, clock), make_firm(uow, clock, "Liften Maes")
        order = give(make_order(uow, clock), firm, uow, clock)
    sheet, off = f"/work-orders/{order.id}", "the visit of 03/03/2026 10:00 is off"
    dropped = "The visit that is planned is off then"
    assert dropped not in dispatcher.get(sheet).text
    plan = {"start": "2026-03-03T10:00", "end": "2026-03-03T12:00"}
    for step, sent in (("schedule", plan), ("refuse", {"text": "full"})):
        assert off not in dispatcher.get(sheet).text
        assert dispatcher.post(f"{sheet}/{step}", data=sent).status_code == 303
        assert (dropped in dispatcher.get(sheet).text) is (step == "schedule")
    assert off in dispatcher.get(sheet).text
    with database.unit_of_work() as uow:
        refused = uow.session.get_one(WorkOrder, order.id)
        assert refused.status is OrderStatus.OPEN
        assert (refused.planned_start_at, refused.planned_end_at) == (None, None)
        give(refused, other, uow, clock)
        assert refused.status is OrderStatus.ASSIGNED, "and not planned by somebody else's visit"
        (paper,) = write_papers(uow.session, refused, contact_of(uow.session, other.id), clock)
        assert "Visite" not in dict(paper.facts)
        hold_order(DISPATCHER, order.id, "wait", uow, clock)
        assert refused.planned_start_at is None, "what happens later does not bring it back"
    assert off in dispatcher.get(sheet).text, "nobody told the caller yet"
    dispatcher.post(f"{sheet}/schedule", data=plan | {"end": "2026-03-03T11:00"})
    assert off not in dispatcher.get(sheet).text
    with database.reader() as session:
        assert session.get_one(WorkOrder, order.id).status is OrderStatus.SCHEDULED
    assert "The contractor is told by e-mail, without the reason." in dispatcher.get(sheet).text


def test_the_office_writes_down_what_was_done_and_the_ticket_follows(uow, clock, order, firm):
    give(order, firm, uow, clock)
    clock.advance(timedelta(hours=12))
    too_early = ReportWork("Door contact replaced", "", order.created_at - timedelta(minutes=1))
    with pytest.raises(DoneBeforeOrdered) as refused:
        report_work(DISPATCHER, order.id, too_early, uow, clock)
    assert "02/03/2026 10:00" in str(refused.value.message)
    assert order.status is OrderStatus.ASSIGNED
    last_night = clock.now() - timedelta(hours=9)
    report = ReportWork("Door contact replaced", "Contact worn", last_night)
    report_work(DISPATCHER, order.id, report, uow, clock)
    assert (order.status, order.completed_at) == (OrderStatus.COMPLETE, last_night)
    assert (order.work_done, order.diagnosis) == ("Door contact replaced", "Contact worn")
    visit = uow.session.scalars(select(Visit)).one()
    assert (visit.actor_name, visit.technician_id) == ("Ascenseurs Duval", None)
    assert uow.session.scalars(select(Ticket.status)).one() is TicketStatus.COMPLETED
    with pytest.raises(OrderStepNotPossible):
        report_work(DISPATCHER, order.id, report, uow, clock)
    older = give(make_order(uow, clock, external_ref="B-17"), firm, uow, clock)
    report_work(DISPATCHER, older.id, report, uow, clock)
    assert older.completed_at == last_night, "it was made before it was taken over"


def test_a_closed_door_is_written_down_for_the_firm_and_planned_again(uow, clock, order, firm):
    nobody_in = ReportNoAccess(NoAccessReason.NOBODY, card_left=True, text="sonné deux fois")
    with pytest.raises(NotAtContractor):
        report_no_access(DISPATCHER, order.id, nobody_in, uow, clock)
    give(order, firm, uow, clock)
    start = clock.now() + timedelta(hours=2)
    visit = ScheduleOrder(start, start + timedelta(hours=1))
    schedule_order(DISPATCHER, order.id, visit, uow, clock)
    clock.advance(timedelta(hours=5))
    too_early = replace(nobody_in, visited_at=order.created_at - timedelta(minutes=1))
    with pytest.raises(VisitBeforeOrdered):
        report_no_access(DISPATCHER, order.id, too_early, uow, clock)
    came = replace(nobody_in, visited_at=start)
    report_no_access(DISPATCHER, order.id, came, uow, clock)
    assert (order.status, order.contractor_id) == (OrderStatus.NO_ACCESS, firm.id)
    assert (order.planned_start_at, order.planned_end_at) == (None, None), "to be planned again"
    assert order.reason == "Personne à la maison. sonné deux fois"
    assert visit_called_off(list_events(uow.session, order.id)) is None, "it took place"
    there = uow.session.scalars(select(Visit)).one()
    assert (there.actor_name, there.technician_id) == ("Ascenseurs Duval", None)
    assert (there.started_at, there.outcome) == (start, Outcome.NO_ACCESS)
    assert (there.no_access_reason, there.report) == (NoAccessReason.NOBODY, "sonné deux fois")
    ticket = uow.session.scalars(select(Ticket)).one()
    assert (ticket.status, ticket.waiting_reason) == (TicketStatus.WAITING, WaitingReason.ACCESS)
    assert ticket.due_at is None, "the clock stands still"
    to_caller = select(OutboxMail.text).where(OutboxMail.subject_type == "ticket")
    assert "l’accès au logement" in uow.session.scalars(to_caller.order_by(OutboxMail.id)).all()[-1]
    again = ScheduleOrder(start, clock.now() + timedelta(hours=1))
    schedule_order(DISPATCHER, order.id, again, uow, clock)
    assert order.status is OrderStatus.SCHEDULED
    report_work(DISPATCHER, order.id, ReportWork("done"), uow, clock)
    assert ticket.status is TicketStatus.COMPLETED
    with pytest.raises(NotAtContractor):
        report_no_access(DISPATCHER, order.id, nobody_in, uow, clock)


def test_a_visit_agreed_on_for_later_outlives_a_closed_door(uow, clock, order, firm):
    give(order, firm, uow, clock)
    clock.advance(timedelta(hours=3))
    friday = clock.now() + timedelta(days=4)
    again = ScheduleOrder(friday, friday + timedelta(hours=1))
    schedule_order(DISPATCHER, order.id, again, uow, clock)
    noted = ReportNoAccess(NoAccessReason.NOBODY, visited_at=clock.now() - timedelta(hours=1))
    report_no_access(DISPATCHER, order.id, noted, uow, clock)
    assert (order.status, order.planned_start_at) == (OrderStatus.NO_ACCESS, friday)
    assert order.planned_end_at == again.end


@pytest.mark.parametrize("agreed", ["before they came", "after they came"])
def test_who_came_early_came_for_the_visit_of_that_day(client, login, database, clock, agreed):
    with database.unit_of_work() as uow:
        order = give(make_order(uow, clock), make_firm(uow, clock), uow, clock)
        clock.advance(timedelta(hours=1))
        came = clock.now()
        if agreed == "after they came":
            clock.advance(timedelta(minutes=2))
        soon = clock.now() + timedelta(minutes=10)
        visit = ScheduleOrder(soon, soon + timedelta(hours=1))
        schedule_order(DISPATCHER, order.id, visit, uow, clock)
        noted = ReportNoAccess(NoAccessReason.NOBODY, visited_at=came)
        report_no_access(DISPATCHER, order.id, noted, uow, clock)
        assert order.planned_start_at == (None if agreed == "before they came" else soon)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(f"/work-orders/{order.id}").text
    assert ("plan another visit" in page, "stays planned" in page) == (
        agreed == "before they came", agreed == "after they came",
    )  # fmt: skip


def test_what_is_still_to_come_is_not_reported(uow, clock, order, firm):
    give(order, firm, uow, clock)
    friday = clock.now() + timedelta(days=4)
    with pytest.raises(ReportedAhead) as refused:
        report_no_access(
            DISPATCHER,
            order.id,
            ReportNoAccess(NoAccessReason.NOBODY, visited_at=friday),
            uow,
            clock,
        )
    assert refused.value.field == "visited_at"
    with pytest.raises(ReportedAhead):
        report_work(DISPATCHER, order.id, ReportWork("done", "", friday), uow, clock)
    assert order.status is OrderStatus.ASSIGNED
    report_work(DISPATCHER, order.id, ReportWork("done", "", clock.now()), uow, clock)
    assert order.status is OrderStatus.COMPLETE


def by_program(client, order, reason):
    address = f"/api/v1/work-orders/{order.id}"
    now = {"If-Match": client.get(address).headers["ETag"]}
    return client.post(f"{address}/no-access", json={"reason": reason}, headers=now)


def test_the_office_notes_a_closed_door_on_the_sheet_and_programs_too(
    dispatcher, client, login, database, clock
):
    with database.unit_of_work() as uow:
        firm, ilse = make_firm(uow, clock), make_technician(uow, clock)
        order = give(make_order(uow, clock), firm, uow, clock)
        own = make_order(uow, clock, ilse)
    sheet = f"/work-orders/{order.id}"
    assert "They found nobody in" in dispatcher.get(sheet).text
    assert "They found nobody in" not in dispatcher.get(f"/work-orders/{own.id}").text
    refused = dispatcher.post(
        f"{sheet}/no-access",
        data={"reason": "nobody", "visited_at": "2026-03-02T09:59", "note": "rang twice"},
    )
    assert refused.status_code == 422
    assert "nobody can have come before" in refused.text
    for typed in ('value="2026-03-02T09:59"', "rang twice</textarea>", 'value="nobody" selected'):
        assert typed in refused.text
    assert dispatcher.post(f"{sheet}/no-access", data={"reason": ""}).status_code == 422
    noted = {"reason": "nobody", "visited_at": "", "note": "rang twice", "card_left": "on"}
    assert dispatcher.post(f"{sheet}/no-access", data=noted).status_code == 303
    page = dispatcher.get(sheet).text
    assert "Nobody home. rang twice" in page
    assert "No access to the place: Nobody home" in page
    sent = by_program(dispatcher, order, "wrong_code").get_json()
    assert (sent["status"], sent["reason"]) == ("no_access", "Key or code did not work.")
    assert by_program(dispatcher, own, "other").status_code == 409
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    assert client.post(f"{sheet}/no-access", data=noted).status_code == 403


def test_the_sheet_asks_whether_it_was_done_before_the_visit(dispatcher, database, clock):
    with database.unit_of_work() as uow:
        order = give(make_order(uow, clock), make_firm(uow, clock), uow, clock)
        friday = clock.now() + timedelta(days=4)
        visit = ScheduleOrder(friday, friday + timedelta(hours=1))
        schedule_order(DISPATCHER, order.id, visit, uow, clock)
    report, done = f"/work-orders/{order.id}/report", {"work_done": "Cable replaced"}
    asked = dispatcher.post(report, data=done)
    assert asked.status_code == 409
    assert "The visit is planned for" in asked.text
    assert "Cable replaced</textarea>" in asked.text
    assert 'name="is_confirmed"' in asked.text
    assert dispatcher.post(report, data=done | {"is_confirmed": "on"}).status_code == 303


def test_merged_firms_share_their_orders_and_part_again(uow, clock, order, firm):
    from modules.interventions.module import module

    twin, ilse = make_firm(uow, clock, "Duval Ascenseurs"), make_technician(uow, clock)
    uow.bus = EventBus(module.handlers)
    moved_on, taken_back = (make_order(uow, clock, title="Door") for _ in range(2))
    for one in (order, moved_on, taken_back):
        give(one, twin, uow, clock)
    merge = merge_parties(DISPATCHER, MergeParties(firm.id, twin.id), uow, clock)
    uow.session.expire_all()
    assert order.contractor_id == firm.id
    hold_order(DISPATCHER, order.id, "wait", uow, clock)
    assert order.contractor_id == firm.id, "a later event does not bring the merged one back"
    assign_order(DISPATCHER, moved_on.id, Assignee(ilse.id), uow, clock)
    assign_order(DISPATCHER, taken_back.id, NOBODY, uow, clock)
    undo_merge(DISPATCHER, merge.id, uow, clock)
    uow.session.expire_all()
    assert order.contractor_id == twin.id
    assert (moved_on.technician_id, moved_on.contractor_id) == (ilse.id, None)
    assert (taken_back.status, taken_back.contractor_id) == (OrderStatus.OPEN, None)


def test_what_keeps_a_firm_from_going_is_said_in_words(uow, clock, order, firm):
    give(order, firm, uow, clock)
    own = [model.__table__ for model in (PartyPhone, PartyEmail)]
    with pytest.raises(Conflict) as refused:
        refuse_dependents(uow.session, Party.__table__, [firm.id], but=own)
    with use_locale("nl"):
        assert "“Werkbonnen”" in str(refused.value.message)


def test_what_is_held_of_a_firm_names_its_orders_and_is_forgotten(uow, clock, order, firm):
    give(order, firm, uow, clock)
    person = find_person(DISPATCHER, uow.session, firm.id)
    (held,) = disclose(person, DISPATCHER, uow, clock)
    assert (held["number"], held["contractor"]) == (order.number, True)
    report_work(DISPATCHER, order.id, ReportWork("done"), uow, clock)
    erase(person, DISPATCHER, uow, clock)
    uow.session.expire_all()
    assert uow.session.scalars(select(Visit.actor_name)).one() == "…"
    assert order.contractor_id == firm.id, "the reference stays"


def test_the_board_and_the_sheet_of_the_firm_show_what_is_late(uow, clock, firm):
    building = make_building(uow, clock)
    facts = {"building_id": building.id, "title": "Roof"}
    late, soon, done = (
        make_order(uow, clock, due_at=clock.now() + timedelta(hours=hours), **facts)
        for hours in (-1, 48, 1)
    )
    for one in (late, soon, done):
        give(one, firm, uow, clock)
    report_work(DISPATCHER, done.id, ReportWork("ok"), uow, clock)
    uow.flush()
    board = read_board(DISPATCHER, uow.session, clock.now())
    (lane,) = board.firms
    assert (lane.name, len(lane.cards)) == ("Ascenseurs Duval", 2)
    assert board.unassigned == ()
    assert [(card.order.id, card.firm) for card in board.pressing] == [
        (late.id, "Ascenseurs Duval")
    ]
    ilse = make_technician(uow, clock)
    only_hers = BoardFilter(technician_id=ilse.id)
    assert read_board(DISPATCHER, uow.session, clock.now(), only_hers).firms == ()
    shown = list_orders_of_contractor(DISPATCHER, uow.session, firm.id)
    assert [one.id for one in shown] == [late.id, soon.id, done.id]
    assert list_contractors(uow.session) == [(firm.id, "Ascenseurs Duval")]


def test_events_written_before_contractors_still_add_up(uow, clock):
    ilse = make_technician(uow, clock)
    order = make_order(uow, clock, ilse)
    for event in list_events(uow.session, order.id):
        event.data = {key: value for key, value in event.data.items() if key != "contractor_id"}
    state = derive_state(list_events(uow.session, order.id))
    assert (state.technician_id, state.contractor_id) == (ilse.id, None)


def test_the_pages_of_an_order_at_a_contractor(dispatcher, database, clock):
    with database.unit_of_work() as uow:
        firm = make_firm(uow, clock)
        silent = make_firm(uow, clock, "Toitures Lenoir", Language.DUTCH, emails=())
        person = make_party(uow, clock, "Duvalier")
        order = make_order(uow, clock, due_at=clock.now() - timedelta(hours=1))
    sheet = f"/work-orders/{order.id}"
    found = dispatcher.get("/parties/options.json?q=duval&kind=organisation").json
    assert [one["value"] for one in found] == [str(firm.id)]
    assert "Give to the contractor" in dispatcher.get(sheet).text
    for_nobody = dispatcher.get(f"{sheet}/paper")
    assert f"{order.number}-en.pdf" in for_nobody.headers["Content-Disposition"]
    for wrong in ({}, {"contractor": str(person.id)}):
        refused = dispatcher.post(f"{sheet}/contractor", data=wrong)
        assert refused.status_code == 422
        assert "error-summary" in refused.text

    given = dispatcher.post(f"{sheet}/contractor", data={"contractor": str(firm.id)})
    assert given.status_code == 303
    page = dispatcher.get(sheet).text
    assert "Ascenseurs Duval" in page
    assert "To be sent" in page
    assert "No mail reaches this contractor" not in page
    paper = dispatcher.get(f"{sheet}/paper")
    assert paper.data.startswith(b"%PDF")
    assert f"{order.number}-fr.pdf" in paper.headers["Content-Disposition"]
    board = dispatcher.get("/work-orders/board").text
    assert board.count("Ascenseurs Duval") >= 1
    listed = dispatcher.get(f"/work-orders?contractor={firm.id}").text
    assert order.number in listed
    assert order.number not in dispatcher.get(f"/work-orders?contractor={silent.id}").text
    assert "Ascenseurs Duval" in dispatcher.get(f"/work-orders/panels/lots/{order.lot_id}").text
    panel = f"/work-orders/panels/organisations/{firm.id}"
    assert panel in dispatcher.get(f"/parties/{firm.id}").text
    assert "/panels/organisations" not in dispatcher.get(f"/parties/{person.id}").text
    assert "too late" in dispatcher.get(panel).text

    assert dispatcher.post(f"{sheet}/accept", data={"text": ""}).status_code == 303
    assert "They refuse" not in dispatcher.get(sheet).text
    dispatcher.post(f"{sheet}/contractor", data={"contractor": str(silent.id)})
    assert "No mail reaches this contractor" in dispatcher.get(sheet).text
    assert dispatcher.post(f"{sheet}/refuse", data={"text": "full"}).status_code == 303
    dispatcher.post(f"{sheet}/contractor", data={"contractor": str(firm.id)})
    moment = {"done_at": "2026-03-02T10:00"}
    for wrong in ({"work_done": ""}, {"work_done": "Contact", "done_at": "2026-03-02T09:59"}):
        refused = dispatcher.post(f"{sheet}/report", data=moment | wrong)
        assert refused.status_code == 422
        typed = (moment | wrong)["done_at"]
        assert f'value="{typed}"' in refused.text
    assert "This order was made on 02/03/2026 10:00" in refused.text
    done = moment | {"work_done": "Contact replaced"}
    assert dispatcher.post(f"{sheet}/report", data=done).status_code == 303
    assert "Contact replaced" in dispatcher.get(sheet).text


def test_a_new_order_is_given_at_once(dispatcher, client, login, database, clock):
    with database.unit_of_work() as uow:
        firm, ilse = make_firm(uow, clock), make_technician(uow, clock)
        building = make_building(uow, clock)
    page = dispatcher.get(f"/work-orders/new?building={building.id}").text
    assert "Or a contractor" in page
    new = {"building": str(building.id), "title": "Roof", "contractor": str(firm.id)}
    refused = dispatcher.post("/work-orders", data=new | {"technician": str(ilse.id)})
    assert refused.status_code == 422
    assert f'<option value="{firm.id}" selected>Ascenseurs Duval</option>' in refused.text
    sheet = dispatcher.post("/work-orders", data=new).location
    assert "Ascenseurs Duval" in dispatcher.get(sheet).text
    with database.reader() as session:
        assert len(session.scalars(select(WorkOrder)).all()) == 1, "the refused one was not made"
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    assert "Or a contractor" not in client.get(f"/work-orders/new?building={building.id}").text
    assert client.post("/work-orders", data=new).status_code == 403


def test_a_description_emptied_on_purpose_stays_with_us(dispatcher, database, clock):
    with database.unit_of_work() as uow:
        firm, ilse = make_firm(uow, clock), make_technician(uow, clock)
        ticket = make_ticket(uow, clock, title="Leak", description="His wife has left him")
    page = dispatcher.get(f"/work-orders/new?ticket={ticket.id}").text
    assert 'rows="4">His wife has left him</textarea>' in page
    new = {"ticket": str(ticket.id), "title": "Leak", "contractor": str(firm.id)}
    emptied = new | {"description": " "}
    refused = dispatcher.post("/work-orders", data=emptied | {"technician": str(ilse.id)})
    assert refused.status_code == 422
    assert 'rows="4">His wife' not in refused.text, "nor does it come back beside an error"
    for given in (emptied, new):
        assert dispatcher.post("/work-orders", data=given).status_code == 303
    for said in ({"description": ""}, {}):
        body = said | {"ticket_ids": [str(ticket.id)]}
        assert dispatcher.post("/api/v1/work-orders", json=body).status_code == 201
    with database.reader() as session:
        orders = session.scalars(select(WorkOrder).order_by(WorkOrder.number)).all()
        told = [one.description for one in orders]
        (paper,) = write_papers(session, orders[0], contact_of(session, firm.id), clock)
    assert told == ["", "His wife has left him"] * 2
    assert "wife" not in repr(paper)


def test_the_list_is_sorted_by_the_name_it_shows_and_nobody_is_a_taking_back(
    dispatcher, database, clock
):
    with database.unit_of_work() as uow:
        firms = [make_firm(uow, clock, name) for name in ("Cuisines Petit", "Ascenseurs Duval")]
        people = [make_technician(uow, clock, name) for name in ("Dirk Claes", "Bea Maes")]
        orders = [make_order(uow, clock, one) for one in people]
        orders += [give(make_order(uow, clock), firm, uow, clock) for firm in firms]
    names = ["Ascenseurs Duval", "Bea Maes", "Cuisines Petit", "Dirk Claes"]
    for sort, wanted in (("given", names), ("-given", names[::-1])):
        rows = dispatcher.get(f"/work-orders?sort={sort}&format=csv&cols=number&cols=given").text
        assert [next(n for n in names if n in row) for row in rows.splitlines()[1:]] == wanted
    sheet = f"/work-orders/{orders[-1].id}"
    assert "Order taken back" not in dispatcher.get(sheet).text
    dispatcher.post(f"{sheet}/assign", data={"technician": ""})
    history = f"/history/work_order/{orders[-1].id}"
    for page in (sheet, history):
        text = dispatcher.get(page).text
        assert (text.count("Order taken back"), text.count("Order given to")) == (1, 1)


def test_the_list_finds_an_order_by_who_has_it(dispatcher, client, login, database, clock):
    with database.unit_of_work() as uow:
        bea, dirk = (make_technician(uow, clock, name) for name in ("Bea Maes", "Dirk 100%"))
        duval = make_firm(uow, clock, "Électricité Duval-Maes")
        lenoir = make_firm(uow, clock, "Toitures Lenoir")
        hers, his = (make_order(uow, clock, one, title="Tap") for one in (bea, dirk))
        theirs = give(make_order(uow, clock, title="Door"), duval, uow, clock)
        roof = give(make_order(uow, clock, title="Lenoir"), lenoir, uow, clock)
        nobody = make_order(uow, clock, title="Sink")
        make_party(uow, clock, "Sinka", "")
    by_words = {
        "maes": {hers, theirs},
        "electricite": {theirs},
        "électricité duval": {theirs},
        "LENOIR": {roof},
        "dirk": {his},
        "100%": {his},
        "0_": set(),
        "%": {his},
        "sink": {nobody},
        "tap": {hers, his},
        nobody.number: {nobody},
    }
    for words, wanted in by_words.items():
        answer = dispatcher.get(
            "/work-orders", query_string={"q": words, "format": "csv", "cols": "number"}
        )
        assert set(answer.text.split()[1:]) == {one.number for one in wanted}, words
        page = dispatcher.get("/work-orders", query_string={"q": words}).text
        assert page.count('href="/work-orders/0') == len(wanted), words
    assert "technician or contractor" in dispatcher.get("/work-orders").text


def test_who_does_not_assign_sees_who_has_it_and_nothing_to_press(client, login, database, clock):
    with database.unit_of_work() as uow:
        order = give(make_order(uow, clock), make_firm(uow, clock), uow, clock)
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    sheet = f"/work-orders/{order.id}"
    page = client.get(sheet).text
    assert "Ascenseurs Duval" in page
    assert "Print the order" not in page
    for step in ("contractor", "accept", "refuse", "report"):
        assert client.post(f"{sheet}/{step}").status_code == 403
    assert client.get(f"{sheet}/paper").status_code == 403

"""Ask callers what they think of the work, and take their answers down."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor, system_actor
from app.auth.keys import hash_secret, make_secret
from app.auth.policy import require
from app.auth.who import MAIL_LINK
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, NotFound
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.mail import OUR_PAGES
from app.notifications import News, Notice, NotificationKind
from modules.portfolio.api import scope_places
from modules.tickets.commands import Answer
from modules.tickets.enums import (
    DISSATISFIED_TO,
    SCORE_LABELS,
    EventKind,
    OpinionChannel,
)
from modules.tickets.errors import NotYetDone
from modules.tickets.models import THE_QUESTION, Opinion, OpinionSetting, Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.opinions import is_asking, may_be_judged, opinion_of
from modules.tickets.queries.tickets import get_ticket
from modules.tickets.services.recording import Happening, add_event, events_of

LINK_LIVES = timedelta(days=30)
# Who answers by the link has no account, and their name would outlive them in the trail.
CALLER = system_actor(MAIL_LINK)
DISSATISFIED = NotificationKind(
    "tickets.dissatisfied",
    _l("A caller is dissatisfied with the work"),
    by_mail=False,
    permission=TicketPermission.HANDLE,
)


def invite(ticket: Ticket, uow: UnitOfWork, clock: Clock) -> str:
    """Return the line of a mail that asks its caller, in the present language; empty when not.

    A second mail about the same ticket replaces the link; the answer given before stays until it is
    changed.
    """
    if not is_asking(uow.session):
        return ""
    opinion = _opinion(ticket, uow, clock)
    secret = make_secret()
    opinion.link_hash = hash_secret(secret)
    opinion.expires_at = clock.now() + LINK_LIVES
    link = f"{OUR_PAGES}your-opinion/{secret}"
    return _("How satisfied are you? Choose your answer here: %(link)s", link=link)


def find_question(secret: str, session: Session, clock: Clock) -> tuple[Opinion, Ticket]:
    """Return what a link asks about; NotFound, in the same words, when it is too old or unknown."""
    query = (
        select(Opinion, Ticket)
        .join(Ticket, Opinion.ticket_id == Ticket.id)
        .where(Opinion.link_hash == hash_secret(secret))
    )
    found = session.execute(query).one_or_none()
    if found is None or found[0].expires_at is None or found[0].expires_at <= clock.now():
        raise NotFound
    return found[0], found[1]


def answer_question(secret: str, answer: Answer, uow: UnitOfWork, clock: Clock) -> None:
    """Take down what a caller says by the link of a mail; until it expires, it can be changed."""
    opinion, ticket = find_question(secret, uow.session, clock)
    _hold(uow, ticket, opinion)
    _take_down(opinion, ticket, answer, OpinionChannel.LINK, CALLER, uow, clock)


def record_answer(
    actor: Actor, ticket_id: UUID, answer: Answer, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Take down what a caller says by phone; NotYetDone while nothing was done about the ticket."""
    require(actor, TicketPermission.SATISFACTION_RECORD)
    ticket = get_ticket(actor, uow.session, ticket_id)
    if not may_be_judged(uow.session, ticket):
        raise NotYetDone
    _hold(uow, ticket)
    opinion = _opinion(ticket, uow, clock)
    _take_down(opinion, ticket, answer, OpinionChannel.PHONE, actor, uow, clock)
    return ticket


def set_asking(actor: Actor, uow: UnitOfWork, clock: Clock, *, is_asking: bool) -> None:
    """Say whether callers are asked from now on; links sent before go on working."""
    require(actor, TicketPermission.RULES)
    setting = uow.session.get(OpinionSetting, THE_QUESTION)
    was = setting is None or setting.is_asking
    if was == is_asking:
        return
    now = clock.now()
    if setting is None:
        setting = OpinionSetting(id=THE_QUESTION, created_at=now)
        uow.session.add(setting)
    setting.is_asking, setting.updated_at = is_asking, now
    uow.flush()
    record(
        uow,
        actor,
        clock,
        action="tickets.opinion_setting.change",
        subject=Subject("opinion_setting", THE_QUESTION, "Satisfaction"),
        changes={"is_asking": (was, is_asking)},
    )


def _hold(uow: UnitOfWork, *rows: Ticket | Opinion) -> None:
    """Take one answer about a ticket at a time: a second tap meets what the first one left."""
    for row in rows:
        uow.session.refresh(row, with_for_update={"key_share": True})


def _opinion(ticket: Ticket, uow: UnitOfWork, clock: Clock) -> Opinion:
    opinion = opinion_of(uow.session, ticket.id)
    if opinion is None:
        opinion = Opinion(ticket_id=ticket.id, asked_at=clock.now(), words="")
        uow.session.add(opinion)
    return opinion


def _take_down(
    opinion: Opinion,
    ticket: Ticket,
    answer: Answer,
    channel: OpinionChannel,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    """Keep an answer; the same again changes nothing. Words stand here alone, to be erased."""
    if answer.score not in SCORE_LABELS:
        raise Invalid("unknown_score", _l("Choose one of the five answers."), field="score")
    was, words = opinion.score, answer.words.strip()
    if (was, opinion.words) == (answer.score, words):
        return
    opinion.score, opinion.words = answer.score, words
    opinion.answered_at, opinion.channel = clock.now(), channel
    is_news = answer.score <= DISSATISFIED_TO and not _was_told(ticket, uow)
    if was != answer.score:
        data = {"score": answer.score, "channel": channel.value}
        add_event(ticket, Happening(EventKind.ANSWERED, data=data), actor, uow, clock)
    if is_news:
        _tell_holders(ticket, answer.score, actor, uow, clock)


def _was_told(ticket: Ticket, uow: UnitOfWork) -> bool:
    """Say whether this caller was dissatisfied before: who changes their mind is told of once."""
    return any(
        one.kind is EventKind.ANSWERED and one.data["score"] <= DISSATISFIED_TO
        for one in events_of(uow.session, ticket.id)
    )


def _tell_holders(ticket: Ticket, score: int, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    message = _l("%(number)s: the caller says “%(answer)s”", number=ticket.number,
                 answer=SCORE_LABELS[score])  # fmt: skip
    notice = Notice(DISSATISFIED, message, f"/tickets/{ticket.id}", ("ticket", ticket.id))
    places = scope_places(uow.session, ticket.building_id)
    uow.publish(News(notice, TicketPermission.HANDLE, places), actor, clock)

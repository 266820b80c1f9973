"""What the caller is told at each step: in the caller's language, by mail, kept with the ticket."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import format_date, format_time, use_locale
from app.i18n import gettext as _
from app.mail import Message, queue_mail
from modules.energy.api import title_to_read
from modules.tickets.commands import Caller
from modules.tickets.enums import IMMEDIATE, WAITING_LABELS, EventKind, Trade
from modules.tickets.events import DangerReported, GivenToTeam
from modules.tickets.models import ABOUT, Outage, OutageCall, Ticket
from modules.tickets.services.opinions import invite
from modules.tickets.services.recording import Happening, add_event, events_of


def tell_caller(
    ticket: Ticket, kind: EventKind, actor: Actor, uow: UnitOfWork, clock: Clock
) -> bool:
    """Queue the mail of a step, if the caller has an address and the step is worth one.

    Returns whether something will be sent; what was said is added to the ticket's events.
    """
    if kind is EventKind.COMPLETED:
        _tell_the_others(ticket, kind, uow, clock)
    with use_locale(ticket.caller_locale):
        sentence = sentence_of(ticket, kind)
        if not sentence or not ticket.caller_email:
            return False
        asked = invite(ticket, uow, clock) if kind is EventKind.COMPLETED else ""
        message = _message(ticket, _joined(sentence, asked), _caller_of(ticket))
    queue_mail(message, uow, clock)
    add_event(
        ticket,
        Happening(EventKind.TOLD, text=sentence, data={"channel": "email", "step": kind.value}),
        actor,
        uow,
        clock,
    )
    return True


def tell_of_danger(ticket: Ticket, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Say to whoever sends somebody that a ticket is immediate; nothing for any other."""
    if ticket.priority_key == IMMEDIATE and ticket.building_id is not None:
        title = title_to_read(ticket.stored_title)
        danger = DangerReported(ticket.id, ticket.number, title, ticket.building_id)
        uow.publish(danger, actor, clock)


def tell_team(
    ticket: Ticket, before: Trade | None, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    """Say to those of a trade that a ticket is theirs now; nothing when it was theirs before.

    `before` is None for a ticket that is new.
    """
    if ticket.trade is not before:
        title = title_to_read(ticket.stored_title)
        facts = (ticket.id, ticket.number, title, ticket.trade, ticket.building_id)
        uow.publish(GivenToTeam(*facts, is_new=before is None), actor, clock)


def sentence_of(ticket: Ticket, kind: EventKind) -> str:
    """Return the sentence of a step in the present language; empty when nobody is told."""
    if kind is EventKind.OPENED:
        return _opened(ticket, ticket.number)
    if kind is EventKind.WAITED and ticket.waiting_reason is not None:
        reason = str(WAITING_LABELS[ticket.waiting_reason])
        return _("Your report is on hold: we are waiting for %(reason)s.", reason=reason)
    sentences = {
        EventKind.STARTED: _("A technician is working on your report."),
        EventKind.COMPLETED: _(
            "The work is done. If the problem is not solved, reply or call us: we reopen your "
            "report at once."
        ),
        EventKind.RETURNED: _("We have noted that the problem is not solved. We are coming back."),
        EventKind.CANCELLED: _("Your report was cancelled. Call us if this is a mistake."),
    }
    return sentences.get(kind, "")


def spoken_sentence(ticket: Ticket) -> str:
    """Return what the agent reads aloud once the ticket is saved, in the present language."""
    return _opened(ticket, say_number(ticket.number))


def _opened(ticket: Ticket, number: str) -> str:
    if ticket.due_at is None:
        return _(
            "Your report has the number %(number)s. We will keep you informed.",
            number=number,
        )
    return _(
        "Your report has the number %(number)s. We will have it solved by %(moment)s at the "
        "latest and keep you informed.",
        number=number,
        moment=_(
            "%(day)s at %(hour)s",
            day=format_date(ticket.due_at, "full"),
            hour=format_time(ticket.due_at),
        ),
    )


def say_number(number: str) -> str:
    """Shorten a number for the ear: the zeros in front of the last part are not read.

    >>> say_number("TK-2026-000123")
    'TK-2026-123'
    """
    head, _dash, tail = number.rpartition("-")
    return f"{head}-{int(tail)}" if tail.isdigit() else number


def tell_visit(ticket: Ticket, sentence: str, actor: Actor, uow: UnitOfWork, clock: Clock) -> bool:
    """Queue a mail with a sentence another module wrote in the caller's language (a visit)."""
    if not ticket.caller_email:
        return False
    with use_locale(ticket.caller_locale):
        message = _message(ticket, sentence, _caller_of(ticket))
    queue_mail(message, uow, clock)
    data = {"channel": "email", "step": "visit"}
    add_event(ticket, Happening(EventKind.TOLD, text=sentence, data=data), actor, uow, clock)
    return True


def tell_outage_over(call: OutageCall, outage: Outage, uow: UnitOfWork, clock: Clock) -> None:
    """Queue the mail that a known failure is over."""
    if not call.caller_email:
        return
    with use_locale(call.caller_locale):
        title = outage.title.text(call.caller_locale)
        message = Message(
            to_address=call.caller_email,
            to_name=call.caller_name,
            subject=_("Solved: %(title)s", title=title),
            text=_(
                "%(greeting)s\n\nThe failure you called about is solved: %(title)s.\n\n"
                "Call us again if you still notice something.",
                greeting=_greeting(call.caller_name),
                title=title,
            ),
            locale=call.caller_locale,
            about=("outage", outage.id),
        )
    queue_mail(message, uow, clock)


def _tell_the_others(ticket: Ticket, kind: EventKind, uow: UnitOfWork, clock: Clock) -> None:
    """Tell every other household that reported the same thing, each once."""
    known, asked = {ticket.caller_email}, {ticket.caller_id}
    duplicates = select(Ticket).where(Ticket.duplicate_of_id == ticket.id)
    repeats = {one.number: one for one in uow.session.scalars(duplicates)}
    # Whose ticket turned out to be no duplicate is told of that ticket.
    own = {None, *repeats}
    for event in events_of(uow.session, ticket.id):
        email = event.data.get("email", "")
        # Of an address that was forgotten a mark is left, and nobody to write to.
        if event.kind is not EventKind.CALLED_AGAIN or "@" not in email or email in known:
            continue
        if event.data.get("ticket") not in own:
            continue
        known.add(email)
        caller = Caller(name=event.data["name"], email=email, locale=event.data["locale"])
        with use_locale(caller.locale):
            repeat = repeats.get(event.data.get("ticket") or "")
            question = _question(repeat, asked, uow, clock)
            said = _joined(sentence_of(ticket, kind), question)
            queue_mail(_message(ticket, said, caller), uow, clock)


def _question(repeat: Ticket | None, asked: set[UUID | None], uow: UnitOfWork, clock: Clock) -> str:
    """Ask whoever reported it in a ticket of their own, each person once.

    Of somebody who only called again no more than an event is kept, and nothing to answer about.
    """
    if repeat is None or (repeat.caller_id is not None and repeat.caller_id in asked):
        return ""
    asked.add(repeat.caller_id)
    return invite(repeat, uow, clock)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _caller_of(ticket: Ticket) -> Caller:
    return Caller(name=ticket.caller_name, email=ticket.caller_email, locale=ticket.caller_locale)


def _greeting(name: str) -> str:
    return _("Hello %(name)s,", name=name) if name else _("Hello,")


def _message(ticket: Ticket, sentence: str, caller: Caller) -> Message:
    return Message(
        to_address=caller.email,
        to_name=caller.name,
        subject=_("Your report %(number)s", number=ticket.number),
        text=_(
            "%(greeting)s\n\n%(sentence)s\n\nYour report: %(title)s\nNumber: %(number)s\n\n"
            "Please quote this number when you call us.",
            greeting=_greeting(caller.name),
            sentence=sentence,
            title=ticket.title,
            number=ticket.number,
        ),
        locale=caller.locale,
        about=(ABOUT, ticket.id),
    )

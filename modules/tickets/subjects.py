"""Tickets as records that take files, comments and a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.calendar.models import ClosingDay, OfficeWeek
from app.calendar.service import COVERAGE_LABELS, read_hours
from app.errors import NotFound
from app.i18n import format_date, format_quantity
from app.i18n import lazy as _l
from app.subjects import Subject, SubjectKind
from modules.tickets.enums import (
    CHANNEL_LABELS,
    EVENT_LABELS,
    LINK_LABELS,
    NEARNESS_LABELS,
    RULE_KIND_LABELS,
    SCORE_LABELS,
    TRADE_LABELS,
    WAITING_LABELS,
    WEEKDAY_LABELS,
)
from modules.tickets.models import OpinionSetting, Ticket, TicketRule
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.outages import get_outage
from modules.tickets.queries.tickets import visible_tickets
from modules.tickets.rules import rule_of
from modules.tickets.schemas_rules import show_openings


def find_ticket_subject(actor: Actor, session: Session, ticket_id: UUID) -> Subject | None:
    """Return a ticket as an actor sees it, None outside their scope or rights."""
    if not actor.can(TicketPermission.READ):
        return None
    found = visible_tickets(actor, select(Ticket).where(Ticket.id == ticket_id))
    ticket = session.scalars(found).one_or_none()
    if ticket is None:
        return None
    return Subject(
        type="ticket",
        id=ticket.id,
        label=ticket.number,
        url=f"/tickets/{ticket.id}",
        building_id=ticket.building_id,
        can_write=actor.can(TicketPermission.NOTE),
        can_comment=actor.can(TicketPermission.NOTE),
    )


def _week(kept: Mapping[str, Sequence[Sequence[int]]]) -> str:
    days = sorted(read_hours(kept).items())
    return "; ".join(f"{WEEKDAY_LABELS[day]} {show_openings(hours)}" for day, hours in days)


def _hours(minutes: int) -> str:
    return format_quantity(minutes / 60, "h")


TICKET = SubjectKind(
    type="ticket",
    label=_l("Ticket"),
    find=find_ticket_subject,
    right=TicketPermission.READ,
    actions={f"tickets.ticket.{kind.value}": label for kind, label in EVENT_LABELS.items()}
    | {"tickets.ticket.uncounted": _l("A duplicate left with its import")},
    fields={
        "affected_count": _l("Households affected"),
        "category": _l("Category"),
        "channel": _l("Channel"),
        "score": _l("Satisfaction"),
        "coverage": _l("Counted"),
        "target_minutes": _l("Time allowed"),
        "step": _l("Step"),
        "alert": _l("Alert"),
        "is_new_household": _l("Another household"),
        "link": _l("Link"),
        "number": _l("Ticket"),
        "priority": _l("Priority"),
        "reason": _l("Reason"),
        "text": _l("Text"),
        "ticket": _l("Ticket"),
        "trade": _l("Trade"),
        "until": _l("Until"),
    },
    values={
        "channel": {"email": _l("E-mail"), "letter": _l("By letter"), **CHANNEL_LABELS},
        "score": SCORE_LABELS,
        "coverage": COVERAGE_LABELS,
        "link": LINK_LABELS,
        "reason": WAITING_LABELS,
        "step": {**EVENT_LABELS, "visit": _l("Visit")},
        "target_minutes": _hours,
        "trade": TRADE_LABELS,
    },
)


def find_outage_subject(actor: Actor, session: Session, outage_id: UUID) -> Subject | None:
    """Return a known failure as an actor sees it, None outside their scope or rights."""
    if not actor.can(TicketPermission.READ):
        return None
    try:
        outage = get_outage(actor, session, outage_id)
    except NotFound:
        return None
    return Subject(
        type="outage",
        id=outage.id,
        label=str(outage.title),
        url="/outages",
        building_id=outage.building_id,
        can_comment=False,
    )


OUTAGE = SubjectKind(
    type="outage",
    label=_l("Known outage"),
    find=find_outage_subject,
    actions={
        "tickets.outage.open": _l("Outage announced"),
        "tickets.outage.end": _l("Outage over"),
        "tickets.outage.count": _l("One more household counted"),
        "tickets.outage.change": _l("Outage changed"),
    },
    fields={
        "affected_count": _l("Households"),
        "title": _l("Title"),
        "sentence": _l("Sentence to say"),
        "category_key": _l("Kind"),
        "expected_end_at": _l("Expected end"),
    },
)


def find_rule_subject(actor: Actor, session: Session, version_id: UUID) -> Subject | None:
    """Return a version of a rule, for those who change the rules."""
    version = session.get(TicketRule, version_id)
    if version is None or not actor.can(TicketPermission.RULES):
        return None
    url = f"/ticket-rules/{version.kind.value}/{version.key}"
    label = f"{RULE_KIND_LABELS[version.kind]}: {rule_of(version).name}"
    return Subject("ticket_rule", version.id, label, url=url, can_comment=False)


def find_week_subject(actor: Actor, session: Session, week_id: UUID) -> Subject | None:
    """Return a week of opening hours, for those who change the rules."""
    week = session.get(OfficeWeek, week_id)
    if week is None or not actor.can(TicketPermission.RULES):
        return None
    label = format_date(week.valid_from)
    return Subject("office_week", week.id, label, url="/office-hours", can_comment=False)


def find_closing_subject(actor: Actor, session: Session, day_id: UUID) -> Subject | None:
    """Return a closing day, for those who change the rules."""
    day = session.get(ClosingDay, day_id)
    if day is None or not actor.can(TicketPermission.RULES):
        return None
    return Subject("closing_day", day.id, str(day.name), url="/office-hours", can_comment=False)


TICKET_RULE = SubjectKind(
    type="ticket_rule",
    label=_l("Rule"),
    find=find_rule_subject,
    actions={
        "tickets.rule.change": _l("Rule changed"),
        "tickets.rule.retire": _l("Rule not used any more"),
        "tickets.rule.archive": _l("Change of a rule taken back"),
        "tickets.rule.restore": _l("Change of a rule put back"),
    },
    fields={
        "valid_from": _l("From"),
        "target_minutes": _l("Time allowed"),
        "coverage": _l("Counted"),
        "nearness": _l("Shared with"),
        "words": _l("Other words"),
        "instruction": _l("Read aloud when yes"),
        "priority_key": _l("Priority"),
        "question": _l("Question asked first"),
        "rank": _l("Rank"),
        "safety_key": _l("Question asked first"),
        "stops": _l("A yes makes the ticket immediate"),
        "trade": _l("Trade"),
    },
    values={
        "coverage": COVERAGE_LABELS,
        "nearness": NEARNESS_LABELS,
        "target_minutes": _hours,
        "trade": TRADE_LABELS,
    },
)
OFFICE_WEEK = SubjectKind(
    type="office_week",
    label=_l("Opening hours"),
    find=find_week_subject,
    fields={"hours": _l("Opening hours")},
    values={"hours": _week},
)
CLOSING_DAY = SubjectKind(type="closing_day", label=_l("Closing day"), find=find_closing_subject)


def find_setting_subject(actor: Actor, session: Session, setting_id: UUID) -> Subject | None:
    """Return whether callers are asked, for those who change the rules."""
    setting = session.get(OpinionSetting, setting_id)
    if setting is None or not actor.can(TicketPermission.RULES):
        return None
    label = str(OPINION_SETTING.label)
    return Subject("opinion_setting", setting.id, label, url="/satisfaction", can_comment=False)


OPINION_SETTING = SubjectKind(
    type="opinion_setting",
    label=_l("Satisfaction of callers"),
    find=find_setting_subject,
    actions={"tickets.opinion_setting.change": _l("Asking callers switched on or off")},
    fields={"is_asking": _l("Callers are asked")},
)
SUBJECTS = (TICKET, OUTAGE, TICKET_RULE, OFFICE_WEEK, CLOSING_DAY, OPINION_SETTING)

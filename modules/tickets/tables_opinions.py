"""The list of questions put to callers, with their answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.i18n import get_locale
from app.i18n import lazy as _l
from app.lists import Choice, Column, DateRange, EmptyState, ListSource, TableSpec, Text, YesNo
from modules.portfolio.api import building_label_sql
from modules.tickets.enums import (
    CHANNEL_LABELS,
    SATISFIED_FROM,
    SCORE_LABELS,
    SCORE_TONES,
)
from modules.tickets.models import Opinion, Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.opinions import visible_opinions
from modules.tickets.rulebook import Rules
from modules.tickets.rules import load_rules


def select_opinions(actor: Actor) -> Select[Any]:
    """Return what the list shows of each opinion the actor may see."""
    columns: Any = select(
        Opinion.id,
        Opinion.asked_at,
        Opinion.answered_at,
        Opinion.score,
        Opinion.words,
        Opinion.channel,
        Ticket.id.label("ticket_id"),
        Ticket.number,
        Ticket.category_key,
        Ticket.returned_count,
        building_label_sql(Ticket.building_id).label("building"),
    )
    statement: Select[Any] = visible_opinions(actor, columns)
    return statement


def opinion_table_now(session: Session, clock: Clock) -> TableSpec:
    """Declare the list with the problems of this moment."""
    return opinion_table(load_rules(session, clock.today(BRUSSELS)))


def opinion_table(rules: Rules) -> TableSpec:
    """Declare the list."""
    problems = {
        key: rules.label_of(key, get_locale())
        for key, one in rules.categories.items()
        if one.priority_key
    }
    return TableSpec(
        name="tickets.opinions",
        title=_l("Answers of callers"),
        key=Opinion.id,
        permission=TicketPermission.SATISFACTION,
        columns=_columns(problems),
        filters=_filters(problems),
        default_sort=("-asked",),
        empty=EmptyState(
            _l("Nobody was asked yet"),
            _l("Callers with an e-mail address are asked once the work is done."),
            icon="mood-smile",
        ),
    )


def _columns(problems: dict[str, str]) -> tuple[Column, ...]:
    return (
        Column(
            "number",
            _l("Ticket"),
            sort=Ticket.number,
            link=lambda row: f"/tickets/{row.ticket_id}",
        ),
        Column(
            "problem",
            _l("Problem"),
            lambda row: row.category_key,
            sort=Ticket.category_key,
            labels=problems,
        ),
        Column("building", _l("Building")),
        Column(
            "score",
            _l("Satisfaction"),
            sort=Opinion.score,
            labels=SCORE_LABELS,
            tones=SCORE_TONES,
            format="badge",
        ),
        Column("words", _l("In the caller's words")),
        Column(
            "asked", _l("Asked"), lambda row: row.asked_at, sort=Opinion.asked_at, format="datetime"
        ),
        Column(
            "answered",
            _l("Answered"),
            lambda row: row.answered_at,
            sort=Opinion.answered_at,
            format="datetime",
        ),
        Column("channel", _l("How"), labels=CHANNEL_LABELS, is_default=False),
        Column(
            "returned",
            _l("Times returned"),
            lambda row: row.returned_count,
            sort=Ticket.returned_count,
            format="integer",
            is_default=False,
        ),
    )


def _filters(problems: dict[str, str]) -> tuple[Any, ...]:
    scores = {str(score): label for score, label in SCORE_LABELS.items()}
    return (
        Text("q", _l("Search"), columns=(Ticket.number, Opinion.words)),
        YesNo("is_answered", _l("Answered"), condition=_is_answered),
        YesNo("satisfied", _l("Satisfied"), condition=_is_satisfied),
        Choice("score", _l("Satisfaction"), Opinion.score, options=scores),
        Choice("problem", _l("Problem"), Ticket.category_key, options=problems),
        DateRange("asked", _l("Asked"), Opinion.asked_at),
    )


def _is_answered(wanted: Any) -> ColumnElement[bool]:
    return Opinion.score.is_not(None) if wanted else Opinion.score.is_(None)


def _is_satisfied(wanted: Any) -> ColumnElement[bool]:
    return Opinion.score >= SATISFIED_FROM if wanted else Opinion.score < SATISFIED_FROM


LISTS = (ListSource("tickets.opinions", opinion_table_now, select_opinions),)

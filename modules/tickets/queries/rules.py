"""The rules as the office sees them: those in force, what changes when, every version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.calendar.models import ClosingDay, OfficeWeek
from app.errors import NotFound
from modules.tickets.enums import RuleKind
from modules.tickets.models import TicketRule
from modules.tickets.policies import TicketPermission
from modules.tickets.rulebook import AnyRule, Category, Rules
from modules.tickets.rules import load_rules, proposed_rules, rule_of


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule of the list, and the day on which it changes or begins."""

    rule: AnyRule
    changes_on: date | None = None

    @property
    def depth(self) -> int:
        """Return how far a category stands below its place; 0 for everything else."""
        return self.rule.key.count(".") if isinstance(self.rule, Category) else 0


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """A rule today, every version the office stated (latest first), and the house's proposal."""

    rule: AnyRule
    versions: Sequence[TicketRule]
    proposal: AnyRule | None


def list_rule_lines(
    actor: Actor, session: Session, kind: RuleKind, on: date
) -> tuple[Rules, list[RuleLine]]:
    """Return the rules of a day, and the lines of a kind in the order people read them."""
    require(actor, TicketPermission.RULES)
    rules = load_rules(session, on)
    ahead = _first_ahead(session, kind, on)
    known = rules.of_kind(kind)
    lines = [
        RuleLine(rule, ahead[key].valid_from if key in ahead else None)
        for key, rule in known.items()
    ]
    lines += [
        RuleLine(rule_of(version), version.valid_from)
        for key, version in ahead.items()
        if key not in known
    ]
    return rules, _by_place(lines) if kind is RuleKind.CATEGORY else lines


def describe_rule(
    actor: Actor, session: Session, kind: RuleKind, key: str, on: date
) -> RuleHistory:
    """Return a rule with its versions; NotFound for a key nobody ever stated."""
    require(actor, TicketPermission.RULES)
    versions = session.scalars(
        select(TicketRule)
        .where(TicketRule.kind == kind, TicketRule.key == key)
        .order_by(TicketRule.valid_from.desc(), TicketRule.created_at.desc(), TicketRule.id.desc())
    ).all()
    proposal = proposed_rules().of_kind(kind).get(key)
    rule = load_rules(session, on).of_kind(kind).get(key)
    if rule is None and not versions:
        raise NotFound
    return RuleHistory(rule or rule_of(versions[0]), versions, proposal)


def list_office_weeks(actor: Actor, session: Session) -> Sequence[OfficeWeek]:
    """Return every week of hours the office stated, the latest first."""
    require(actor, TicketPermission.RULES)
    latest = (OfficeWeek.valid_from.desc(), OfficeWeek.created_at.desc(), OfficeWeek.id.desc())
    return session.scalars(select(OfficeWeek).order_by(*latest)).all()


def list_closing_days(actor: Actor, session: Session, since: date) -> Sequence[ClosingDay]:
    """Return the closing days from a day on, the archived ones too."""
    require(actor, TicketPermission.RULES)
    found = select(ClosingDay).where(ClosingDay.day >= since)
    return session.scalars(found.order_by(ClosingDay.day, ClosingDay.created_at)).all()


def _first_ahead(session: Session, kind: RuleKind, on: date) -> dict[str, TicketRule]:
    ahead = select(TicketRule).where(
        TicketRule.kind == kind, TicketRule.valid_from > on, TicketRule.archived_at.is_(None)
    )
    found: dict[str, TicketRule] = {}
    for version in session.scalars(ahead.order_by(TicketRule.valid_from, TicketRule.id)):
        found.setdefault(version.key, version)
    return found


def _by_place(lines: Sequence[RuleLine]) -> list[RuleLine]:
    """Put each category below its heading, in the order in which they were stated."""
    positions = {line.rule.key: position for position, line in enumerate(lines)}

    def path(line: RuleLine) -> list[int]:
        parts = line.rule.key.split(".")
        keys = (".".join(parts[: depth + 1]) for depth in range(len(parts)))
        return [positions.get(key, len(lines)) for key in keys]

    return sorted(lines, key=path)

"""Change the rules: versions with a day and a source, archived and put back, never overwritten."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.ids import new_id
from modules.tickets.commands import RetireRule, SetRule
from modules.tickets.enums import RuleKind
from modules.tickets.models import TicketRule
from modules.tickets.policies import TicketPermission
from modules.tickets.rulebook import AnyRule, kind_of
from modules.tickets.rules import load_rules, rule_of
from modules.tickets.services.rule_checks import (
    check_day,
    check_references,
    check_source,
    check_texts,
    new_key,
    refuse_if_needed,
)


def set_rule(actor: Actor, command: SetRule, uow: UnitOfWork, clock: Clock) -> TicketRule:
    """State a rule from a day on; a version of the same day is replaced, earlier ones stay.

    Raises DayGone, SourceNeeded, ThreeLanguagesNeeded, KeyTaken, UnknownCategory, UnknownPriority,
    UnknownSentence, and NotFound for a key that does not exist.
    """
    require(actor, TicketPermission.RULES)
    rule, kind = command.rule, kind_of(command.rule)
    check_day(rule.valid_from, clock)
    check_texts(rule)
    rules = load_rules(uow.session, rule.valid_from)
    before = rules.of_kind(kind).get(rule.key)
    if rule.key and before is None:
        raise NotFound
    key = rule.key or new_key(rule, command.parent_key, rules)
    check_references(rule, key, rules)
    return _add(key, rule, before, actor, uow, clock)


def retire_rule(actor: Actor, command: RetireRule, uow: UnitOfWork, clock: Clock) -> TicketRule:
    """Stop using a rule from a day on; what bears its name keeps it.

    Raises RuleNeeded when the house or another rule needs it, NotFound, DayGone, SourceNeeded.
    """
    require(actor, TicketPermission.RULES)
    check_day(command.on, clock)
    rules = load_rules(uow.session, command.on)
    rule = rules.of_kind(command.kind).get(command.key)
    if rule is None or rule.is_retired:
        raise NotFound
    refuse_if_needed(command.kind, rule, rules)
    last = type(rule).read(
        rule.facts, key=rule.key, valid_from=command.on, source=command.reason, is_retired=True
    )
    return _add(rule.key, last, rule, actor, uow, clock)


def archive_version(actor: Actor, version_id: UUID, uow: UnitOfWork, clock: Clock) -> TicketRule:
    """Take a version back: what held before it holds again; doing it twice is once."""
    version = _version(actor, version_id, uow)
    if version.archived_at is None:
        version.archive(actor.user_id, clock.now())
        _record("archive", version, rule_of(version), None, actor, uow, clock)
    return version


def restore_version(actor: Actor, version_id: UUID, uow: UnitOfWork, clock: Clock) -> TicketRule:
    """Put a version back that was archived; it takes the place of one of the same day."""
    version = _version(actor, version_id, uow)
    if version.archived_at is not None:
        _replace_same_day(version.kind, version.key, version.valid_from, actor, uow, clock)
        version.restore()
        _record("restore", version, None, rule_of(version), actor, uow, clock)
    return version


def _version(actor: Actor, version_id: UUID, uow: UnitOfWork) -> TicketRule:
    require(actor, TicketPermission.RULES)
    version = uow.session.get(TicketRule, version_id)
    if version is None:
        raise NotFound
    return version


def _add(
    key: str, rule: AnyRule, before: AnyRule | None, actor: Actor, uow: UnitOfWork, clock: Clock
) -> TicketRule:
    version = TicketRule(
        id=new_id(),
        kind=kind_of(rule),
        key=key,
        facts=rule.facts,
        valid_from=rule.valid_from,
        is_retired=rule.is_retired,
        source=check_source(rule.source),
        created_at=clock.now(),
        created_by_name=actor.display_name,
    )
    _replace_same_day(version.kind, key, rule.valid_from, actor, uow, clock)
    uow.session.add(version)
    verb = "retire" if rule.is_retired else "change"
    _record(verb, version, before, rule, actor, uow, clock)
    uow.flush()
    return version


def _replace_same_day(
    kind: RuleKind, key: str, day: date, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    same = select(TicketRule).where(
        TicketRule.kind == kind,
        TicketRule.key == key,
        TicketRule.valid_from == day,
        TicketRule.archived_at.is_(None),
    )
    for version in uow.session.scalars(same):
        version.archive(actor.user_id, clock.now())


def _record(
    verb: str,
    version: TicketRule,
    before: AnyRule | None,
    after: AnyRule | None,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    """Audit what a version changed, one line a fact that differs."""
    old, new = (rule.facts if rule else {} for rule in (before, after))
    changes = {
        name: (old.get(name), new.get(name))
        for name in new or old
        if old.get(name) != new.get(name)
    }
    common = {"valid_from": (None, version.valid_from), "source": (None, version.source)}
    record(
        uow,
        actor,
        clock,
        action=f"tickets.rule.{verb}",
        subject=Subject("ticket_rule", version.id, rule_of(version).name.text("en")),
        changes=changes | common,
    )

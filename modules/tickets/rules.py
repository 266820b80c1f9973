"""Where rules come from: proposals of the house, replaced key by key by what the office decided.

Each version has the day from which it holds and its source. What a ticket was promised is frozen
in its events, so a new rule never moves an old deadline.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.i18n import LOCALES
from modules.tickets.enums import Nearness, RuleKind
from modules.tickets.models import TicketRule
from modules.tickets.rulebook import (
    SHAPES,
    AnyRule,
    Category,
    Priority,
    Rules,
    SafetyQuestion,
    kind_of,
)

DATA = Path(__file__).parent / "data"
_VERSIONS = (
    select(TicketRule)
    .where(TicketRule.valid_from <= bindparam("on"), TicketRule.archived_at.is_(None))
    .order_by(TicketRule.valid_from, TicketRule.id)
)


def load_rules(session: Session, on: date) -> Rules:
    """Return the rules in force on a day: the proposals, replaced by the office's by key."""
    versions = session.scalars(_VERSIONS, {"on": on}).all()
    if not versions:
        return proposed_rules()
    return _gather([*_proposals(), *(rule_of(version) for version in versions)])


@cache
def proposed_rules() -> Rules:
    """Return the proposals of the house alone."""
    return _gather(_proposals())


def rule_of(version: TicketRule) -> AnyRule:
    """Return the rule a version of the office states."""
    return SHAPES[version.kind].read(
        version.facts,
        key=version.key,
        valid_from=version.valid_from,
        source=version.source,
        is_retired=version.is_retired,
    )


def _gather(rules: Iterable[AnyRule]) -> Rules:
    """Sort rules by kind and key; a later one of the same key replaces the earlier."""
    found: dict[RuleKind, dict[str, Any]] = {kind: {} for kind in RuleKind}
    for rule in rules:
        found[kind_of(rule)][rule.key] = rule
    priorities = sorted(found[RuleKind.PRIORITY].values(), key=lambda one: (one.rank, one.key))
    return Rules(
        {one.key: cast("Priority", one) for one in priorities},
        found[RuleKind.CATEGORY],
        found[RuleKind.SAFETY],
    )


@cache
def _proposals() -> tuple[AnyRule, ...]:
    return (
        *(Priority.read(_priority_facts(row), **_common(row)) for row in _read("priorities")),
        *(Category.read(_category_facts(row), **_common(row)) for row in _read("categories")),
        *(SafetyQuestion.read(_safety_facts(row), **_common(row)) for row in _read("safety")),
    )


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _common(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": row["key"],
        "valid_from": date.fromisoformat(row["valid_from"]),
        "source": row["source"],
        "is_proposal": True,
    }


def _texts(row: Mapping[str, str], suffix: str = "") -> dict[str, str]:
    return {language: row[f"{language}{suffix}"] for language in LOCALES}


def _priority_facts(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": _texts(row),
        "rank": int(row["rank"]),
        "target_minutes": int(row["target_minutes"]),
        "coverage": row["coverage"],
    }


def _category_facts(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": _texts(row),
        "priority_key": row["priority"],
        "trade": row["trade"],
        "nearness": row["nearness"] or Nearness.LOT.value,
        "safety_key": row["safety"],
        "words": row["words"],
    }


def _safety_facts(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "question": _texts(row, "_question"),
        "instruction": _texts(row, "_instruction"),
        "stops": row["stops"] == "yes",
    }

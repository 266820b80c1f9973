"""What a rule must satisfy before the office may state or retire it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from app.clock import BRUSSELS, Clock
from app.db import TranslatedText
from app.i18n import LOCALES
from app.search.normalise import normalise
from modules.tickets.enums import IMMEDIATE, RuleKind
from modules.tickets.errors import (
    DayGone,
    KeyTaken,
    RuleNeeded,
    SourceNeeded,
    ThreeLanguagesNeeded,
    UnknownCategory,
    UnknownPriority,
    UnknownSentence,
)
from modules.tickets.rulebook import AnyRule, Category, Rules, SafetyQuestion, kind_of

# What the house itself gives: a danger reported by phone, an energy alert.
NEEDED = {
    (RuleKind.PRIORITY, IMMEDIATE),
    (RuleKind.PRIORITY, "breakdown"),
    (RuleKind.CATEGORY, "plant.energy"),
}
DEEPEST = 3
LONGEST_WORD = 36
# Three levels and their dots fit what a key may hold.
LONGEST_OF_A_LEVEL = 19


def check_day(day: date, clock: Clock) -> None:
    """Refuse a day that is over: what held then is history."""
    if day < clock.today(BRUSSELS):
        raise DayGone


def check_source(source: str) -> str:
    """Return the source without spaces around; SourceNeeded when there is none."""
    if not source.strip():
        raise SourceNeeded
    return source.strip()


def check_texts(rule: AnyRule) -> None:
    """Refuse a rule that is not written in the three languages."""
    if isinstance(rule, SafetyQuestion):
        need_three([("question", rule.question), ("instruction", rule.instruction)])
    else:
        need_three([("name", rule.name)])


def need_three(texts: Iterable[tuple[str, TranslatedText]]) -> None:
    """Refuse texts that lack a language, naming the field `<text>_<language>`."""
    for field, text in texts:
        for language in LOCALES:
            if not text.get(language, "").strip():
                raise ThreeLanguagesNeeded(f"{field}_{language}")


def new_key(rule: AnyRule, parent_key: str, rules: Rules) -> str:
    """Make a stable key of the English name: `home.water.low-pressure`."""
    name = rule.name.text("en")
    longest = LONGEST_OF_A_LEVEL if isinstance(rule, Category) else LONGEST_WORD
    word = re.sub(r"[^a-z0-9]+", "-", normalise(name)).strip("-")[:longest].rstrip("-")
    if isinstance(rule, Category) and parent_key:
        parent = rules.categories.get(parent_key)
        if parent is None or not may_hold(parent):
            raise UnknownCategory(parent_key)
        word = f"{parent_key}.{word}"
    if not word or word in rules.of_kind(kind_of(rule)):
        raise KeyTaken(name)
    return word


def may_hold(category: Category) -> bool:
    """Say whether other categories may stand below: a heading, in use, not at the last level."""
    is_heading = not category.priority_key and not category.is_retired
    return is_heading and category.key.count(".") + 1 < DEEPEST


def check_references(rule: AnyRule, key: str, rules: Rules) -> None:
    """Refuse a category whose priority or question does not exist any more."""
    if not isinstance(rule, Category):
        return
    if rule.priority_key or key.count(".") + 1 == DEEPEST:
        priority = rules.priorities.get(rule.priority_key)
        if priority is None or priority.is_retired:
            raise UnknownPriority(rule.priority_key)
    if rule.safety_key:
        question = rules.safety.get(rule.safety_key)
        if question is None or question.is_retired:
            raise UnknownSentence(rule.safety_key)


def refuse_if_needed(kind: RuleKind, rule: AnyRule, rules: Rules) -> None:
    """Refuse to retire what the house or a category in use stands on, and name it."""
    if (kind, rule.key) in NEEDED:
        raise RuleNeeded(str(rule.name))
    for category in rules.categories.values():
        stands_on = {
            RuleKind.PRIORITY: category.priority_key == rule.key,
            RuleKind.CATEGORY: category.key.startswith(f"{rule.key}."),
            RuleKind.SAFETY: category.safety_key == rule.key,
        }
        if stands_on[kind] and not category.is_retired:
            raise RuleNeeded(str(category.name))

"""Priorities, categories and safety questions: proposals of the house, replaced by the office's.

Each row has the day from which it holds and its source. What a ticket was promised is frozen in
its events, so a new rule never moves an old deadline.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendar.service import Coverage
from app.db import TranslatedText
from app.search.normalise import normalise
from modules.tickets.enums import Nearness, Trade
from modules.tickets.models import CategoryRule, PriorityRule

DATA = Path(__file__).parent / "data"
LANGUAGES = ("fr", "nl", "en")


@dataclass(frozen=True, slots=True)
class Priority:
    """How fast the office promises to solve a problem; rank 1 is the most urgent."""

    key: str
    rank: int
    target_minutes: int
    coverage: Coverage
    name: TranslatedText
    source: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of problem in the callers' words; only a category with a priority can be chosen."""

    key: str
    name: TranslatedText
    priority_key: str = ""
    trade: Trade | None = None
    nearness: Nearness = Nearness.LOT
    safety_key: str = ""
    words: str = ""
    source: str = ""

    @property
    def is_choice(self) -> bool:
        """Say whether a ticket can carry it, or it is only a heading."""
        return bool(self.priority_key)

    @property
    def family(self) -> str:
        """Return the first two levels: what makes two problems the same kind of complaint."""
        return ".".join(self.key.split(".")[:2])


@dataclass(frozen=True, slots=True)
class SafetyQuestion:
    """What to ask first, and what to say when the answer is yes; `stops` asks for 112."""

    key: str
    stops: bool
    question: TranslatedText
    instruction: TranslatedText


@dataclass(frozen=True)
class Rules:
    """The rules in force on a day."""

    priorities: Mapping[str, Priority]
    categories: Mapping[str, Category]
    safety: Mapping[str, SafetyQuestion]

    def path_of(self, key: str) -> tuple[Category, ...]:
        """Return place, category and problem of a key."""
        parts = key.split(".")
        keys = (".".join(parts[: depth + 1]) for depth in range(len(parts)))
        return tuple(self.categories[k] for k in keys if k in self.categories)

    def label_of(self, key: str, locale: str) -> str:
        """Write a category as people read it: place › category › problem."""
        return " › ".join(c.name.text(locale) for c in self.path_of(key)) or key

    def priority_of(self, key: str) -> str:
        """Return the name of a priority in the present language; its key when unknown."""
        return str(self.priorities[key].name) if key in self.priorities else key

    def search_categories(self, text: str, limit: int = 8) -> list[Category]:
        """Find categories by any words typed, in any language, headings included in the match.

        A word of the problem's own name counts most, then the other words callers use for it.
        """
        wanted = normalise(text).split()
        scored = []
        for category in self.categories.values():
            if not category.is_choice:
                continue
            own, all_words = self._words_of(category)
            if all(any(w.startswith(part) for w in all_words) for part in wanted):
                named = set(normalise(" ".join(category.name.values())).split())
                hits = [
                    sum(any(w.startswith(p) for w in ws) for p in wanted) for ws in (named, own)
                ]
                rank = self.priorities[category.priority_key].rank
                scored.append((-hits[0], -hits[1], rank, category))
        scored.sort(key=lambda entry: entry[:3])
        return [category for *_, category in scored[:limit]]

    def _words_of(self, category: Category) -> tuple[set[str], set[str]]:
        own = _words(category)
        everything = set(own)
        for parent in self.path_of(category.key):
            everything |= _words(parent)
        return own, everything


def load_rules(session: Session, on: date) -> Rules:
    """Return the rules in force on a day: the proposals, replaced by the office's rows by key."""
    priorities = dict(_proposed_priorities())
    for row in _in_force(session.scalars(select(PriorityRule)), on):
        priorities[row.key] = Priority(
            row.key, row.rank, row.target_minutes, row.coverage, row.name, row.source
        )
    categories = dict(_proposed_categories())
    for rule in _in_force(session.scalars(select(CategoryRule)), on):
        categories[rule.key] = Category(
            key=rule.key,
            name=rule.name,
            priority_key=rule.priority_key,
            trade=rule.trade,
            nearness=rule.nearness,
            safety_key=rule.safety_key,
            words=rule.words,
            source=rule.source,
        )
    ordered = dict(sorted(priorities.items(), key=lambda pair: pair[1].rank))
    return Rules(ordered, categories, _safety_questions())


def proposed_rules() -> Rules:
    """Return the proposals of the house alone, for demo data and documents."""
    return Rules(dict(_proposed_priorities()), dict(_proposed_categories()), _safety_questions())


Row = TypeVar("Row", PriorityRule, CategoryRule)


def _in_force(rows: Iterable[Row], on: date) -> Iterator[Row]:
    for row in sorted(rows, key=lambda one: one.valid_from):
        if row.valid_from <= on and (row.valid_until is None or on < row.valid_until):
            yield row


def _words(category: Category) -> set[str]:
    return set(normalise(" ".join([*category.name.values(), category.words])).split())


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _texts(row: Mapping[str, str], suffix: str = "") -> TranslatedText:
    return TranslatedText({language: row[f"{language}{suffix}"] for language in LANGUAGES})


@cache
def _proposed_priorities() -> Mapping[str, Priority]:
    return {
        row["key"]: Priority(
            key=row["key"],
            rank=int(row["rank"]),
            target_minutes=int(row["target_minutes"]),
            coverage=Coverage(row["coverage"]),
            name=_texts(row),
            source=row["source"],
        )
        for row in _read("priorities")
    }


@cache
def _proposed_categories() -> Mapping[str, Category]:
    return {
        row["key"]: Category(
            key=row["key"],
            name=_texts(row),
            priority_key=row["priority"],
            trade=Trade(row["trade"]) if row["trade"] else None,
            nearness=Nearness(row["nearness"] or Nearness.LOT),
            safety_key=row["safety"],
            words=row["words"],
            source=row["source"],
        )
        for row in _read("categories")
    }


@cache
def _safety_questions() -> Mapping[str, SafetyQuestion]:
    return {
        row["key"]: SafetyQuestion(
            key=row["key"],
            stops=row["stops"] == "yes",
            question=_texts(row, "_question"),
            instruction=_texts(row, "_instruction"),
        )
        for row in _read("safety")
    }

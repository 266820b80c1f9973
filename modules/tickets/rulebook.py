"""The rules of the call centre on a day: priorities, categories and the sentences read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from app.calendar.service import Coverage
from app.db import JsonDict, TranslatedText
from app.search.normalise import normalise
from modules.tickets.enums import Nearness, RuleKind, Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has: a stable key, the day from which it holds, and who says so."""

    key: str = ""
    valid_from: date = date.min
    source: str = ""
    # Proposed by the house, not decided by the office.
    is_proposal: bool = False
    # A retired rule cannot be chosen any more; what was named after it keeps its name.
    is_retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority(Rule):
    """How fast the office promises to solve a problem; rank 1 is the most urgent."""

    name: TranslatedText
    rank: int
    target_minutes: int
    coverage: Coverage

    @property
    def facts(self) -> JsonDict:
        """Return what is kept of it, as plain values."""
        return JsonDict(
            {
                "name": dict(self.name),
                "rank": self.rank,
                "target_minutes": self.target_minutes,
                "coverage": self.coverage.value,
            }
        )

    @classmethod
    def read(cls, facts: Mapping[str, Any], **common: Any) -> Self:
        """Make one from what was kept."""
        return cls(
            name=TranslatedText(facts["name"]),
            rank=facts["rank"],
            target_minutes=facts["target_minutes"],
            coverage=Coverage(facts["coverage"]),
            **common,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Rule):
    """A kind of problem in the callers' words; only a category with a priority can be chosen."""

    name: TranslatedText
    priority_key: str = ""
    trade: Trade | None = None
    nearness: Nearness = Nearness.LOT
    safety_key: str = ""
    # Other words callers use, in any language, for the typed search.
    words: str = ""

    @property
    def is_choice(self) -> bool:
        """Say whether a ticket can carry it, or it is only a heading."""
        return bool(self.priority_key) and not self.is_retired

    @property
    def family(self) -> str:
        """Return the first two levels: what makes two problems the same kind of complaint."""
        return ".".join(self.key.split(".")[:2])

    @property
    def facts(self) -> JsonDict:
        """Return what is kept of it, as plain values."""
        return JsonDict(
            {
                "name": dict(self.name),
                "priority_key": self.priority_key,
                "trade": self.trade.value if self.trade else None,
                "nearness": self.nearness.value,
                "safety_key": self.safety_key,
                "words": self.words,
            }
        )

    @classmethod
    def read(cls, facts: Mapping[str, Any], **common: Any) -> Self:
        """Make one from what was kept."""
        return cls(
            name=TranslatedText(facts["name"]),
            priority_key=facts["priority_key"],
            trade=Trade(facts["trade"]) if facts["trade"] else None,
            nearness=Nearness(facts["nearness"]),
            safety_key=facts["safety_key"],
            words=facts["words"],
            **common,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyQuestion(Rule):
    """What to ask first, and what to say when the answer is yes; `stops` asks for 112."""

    question: TranslatedText
    instruction: TranslatedText
    stops: bool

    @property
    def name(self) -> TranslatedText:
        """Return what lists call it: the question itself."""
        return self.question

    @property
    def facts(self) -> JsonDict:
        """Return what is kept of it, as plain values."""
        return JsonDict(
            {
                "question": dict(self.question),
                "instruction": dict(self.instruction),
                "stops": self.stops,
            }
        )

    @classmethod
    def read(cls, facts: Mapping[str, Any], **common: Any) -> Self:
        """Make one from what was kept."""
        return cls(
            question=TranslatedText(facts["question"]),
            instruction=TranslatedText(facts["instruction"]),
            stops=facts["stops"],
            **common,
        )


AnyRule = Priority | Category | SafetyQuestion
SHAPES: Mapping[RuleKind, type[Priority | Category | SafetyQuestion]] = {
    RuleKind.PRIORITY: Priority,
    RuleKind.CATEGORY: Category,
    RuleKind.SAFETY: SafetyQuestion,
}


def kind_of(rule: AnyRule) -> RuleKind:
    """Return the kind of a rule."""
    return next(kind for kind, shape in SHAPES.items() if isinstance(rule, shape))


@dataclass(frozen=True)
class Rules:
    """The rules in force on a day, retired ones included: old tickets still bear their names."""

    priorities: Mapping[str, Priority]
    categories: Mapping[str, Category]
    safety: Mapping[str, SafetyQuestion] = field(default_factory=dict)

    def of_kind(self, kind: RuleKind) -> Mapping[str, AnyRule]:
        """Return the rules of a kind by key."""
        found: Mapping[RuleKind, Mapping[str, AnyRule]] = {
            RuleKind.PRIORITY: self.priorities,
            RuleKind.CATEGORY: self.categories,
            RuleKind.SAFETY: self.safety,
        }
        return found[kind]

    @property
    def priority_choices(self) -> list[tuple[str, str]]:
        """Return key and name of the priorities that can be given, the most urgent first."""
        return [(key, str(one.name)) for key, one in self.priorities.items() if not one.is_retired]

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


def _words(category: Category) -> set[str]:
    return set(normalise(" ".join([*category.name.values(), category.words])).split())

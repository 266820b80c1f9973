"""The rules of the call centre on a day: priorities, categories and the sentences read aloud."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from app.calendar.service import Coverage
from app.db import JsonDict, TranslatedText
from app.search.normalise import normalise
from modules.tickets.enums import Nearness, RuleKind, Trade

# Up to this rank a problem waits for nothing: danger, breakdown, urgent.
URGENT_RANK = 3
# From so many letters on a word says something; an ending has at most so many.
_WORD, _ENDING = 3, 3
# The tone of a badge by rank, the most urgent first; what comes after is as the last.
RANK_TONES = ("critical", "danger", "warning", "info", "neutral", "quiet")


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

    @property
    def urgent_keys(self) -> list[str]:
        """Return the keys of the priorities that cannot wait, retired ones too."""
        return [key for key, one in self.priorities.items() if one.rank <= URGENT_RANK]

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

    def tone_of(self, key: str) -> str:
        """Return the tone of a priority's badge, another for each of the first ranks."""
        rank = self.priorities[key].rank if key in self.priorities else len(RANK_TONES)
        return RANK_TONES[min(rank, len(RANK_TONES)) - 1]

    def search_categories(self, text: str, limit: int = 8) -> list[Category]:
        """Find categories by any words typed, in any language, headings included in the match.

        A word of the problem's own name counts most, then the other words callers use for it. When
        none has all the words, those with most of the longer ones: people speak in sentences.
        """
        wanted = normalise(text).split()
        if found := self._by_words(wanted, len(wanted), _begins):
            return found[:limit]
        longer = [word for word in wanted if len(word) >= _WORD]
        return self._by_words(longer, 1, _is_like)[:limit]

    def _by_words(
        self, wanted: list[str], least: int, fits: Callable[[str, str], bool]
    ) -> list[Category]:
        """Return the choices with at least so many of the words, most of them first."""
        scored: list[tuple[tuple[int, ...], Category]] = []
        for category in self.categories.values():
            if not category.is_choice:
                continue
            own, everything = self._words_of(category)
            named = set(normalise(" ".join(category.name.values())).split())
            counts = [_count(wanted, words, fits) for words in (everything, named, own)]
            if counts[0] >= least:
                rank = self.priorities[category.priority_key].rank
                scored.append(((*(-count for count in counts), rank), category))
        scored.sort(key=lambda entry: entry[0])
        return [category for _order, category in scored]

    def _words_of(self, category: Category) -> tuple[set[str], set[str]]:
        own = _words(category)
        everything = set(own)
        for parent in self.path_of(category.key):
            everything |= _words(parent)
        return own, everything


def _count(wanted: Iterable[str], words: Collection[str], fits: Callable[[str, str], bool]) -> int:
    return sum(any(fits(part, word) for word in words) for part in wanted)


def _begins(typed: str, word: str) -> bool:
    return word.startswith(typed)


def _is_like(typed: str, word: str) -> bool:
    """Say whether what is typed begins a word, or is a longer form of it (lek, lekt)."""
    longer = len(typed) - len(word)
    return word.startswith(typed) or (
        len(word) >= _WORD and 0 < longer <= _ENDING and typed.startswith(word)
    )


def _words(category: Category) -> set[str]:
    return set(normalise(" ".join([*category.name.values(), category.words])).split())

"""Count rows and collect what is to be told about them; the report is written from this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.tabular.columns import Column
from app.tabular.importer import Change, Outcome
from app.tabular.problems import Problem, Severity
from app.tabular.said import say_key
from app.tabular.typed import TypedBlock

_KEPT_DIFFERENCES = 500


@dataclass(slots=True)
class Tally:
    """Every source row in exactly one of new, changed, unchanged, refused."""

    counts: Counter[str] = field(default_factory=Counter)
    changed_fields: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    warnings: int = 0
    blank: int = 0
    omitted: int = 0
    max_problems: int = 50_000

    def mark(self) -> tuple[Any, ...]:
        """Remember where the tally stands, for a transaction that may be given up."""
        lengths = (len(self.differences), len(self.problems), self.warnings, self.omitted)
        return Counter(self.counts), Counter(self.changed_fields), lengths

    def back_to(self, mark: tuple[Any, ...]) -> None:
        """Forget the changes added since `mark` was taken."""
        self.counts, self.changed_fields = Counter(mark[0]), Counter(mark[1])
        differences, problems, self.warnings, self.omitted = mark[2]
        del self.differences[differences:]
        del self.problems[problems:]

    @property
    def rows(self) -> int:
        """Return the number of source rows."""
        return sum(self.counts[outcome] for outcome in Outcome)

    @property
    def refused(self) -> int:
        """Return the number of refused rows."""
        return self.counts[Outcome.REFUSED]

    @property
    def errors(self) -> list[Problem]:
        """Return the problems that refuse a row or the file."""
        return [p for p in self.problems if p.severity is Severity.ERROR]

    def add_block(self, block: TypedBlock) -> None:
        """Count the rows a block refused, and its empty ones."""
        self.counts[Outcome.REFUSED] += len(block.refused)
        self.blank += block.blank
        self.add_problems(block.problems)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Keep problems up to the limit, and count the rest."""
        for problem in problems:
            self.warnings += problem.severity is Severity.WARNING and not problem.is_notice
            if len(self.problems) < self.max_problems:
                self.problems.append(problem)
            else:
                self.omitted += 1

    def refuse(self, problem: Problem) -> None:
        """Count one more refused row."""
        self.counts[Outcome.REFUSED] += 1
        self.add_problems((problem,))

    def add_changes(self, changes: Iterable[Change], columns: Sequence[Column]) -> None:
        """Count what becomes of rows; the first differences are kept in words."""
        for change in changes:
            self.counts[change.outcome] += 1
            if change.outcome is not Outcome.CHANGED:
                continue
            self.changed_fields.update(change.differences.keys())
            if len(self.differences) < _KEPT_DIFFERENCES:
                self.differences.append(_in_words(change, columns))


def _in_words(change: Change, columns: Sequence[Column]) -> dict[str, Any]:
    fields = {name: [plain(old), plain(new)] for name, (old, new) in change.differences.items()}
    return {"row": change.row.number, "key": say_key(change.key, columns), "fields": fields}


def plain(value: Any) -> Any:
    """Write a value as plain JSON; what JSON lacks becomes text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple | list):
        return " / ".join(str(part) for part in value if part not in (None, ""))
    return str(value)

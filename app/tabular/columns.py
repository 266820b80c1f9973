"""What the columns of a file mean: specifications, and how headings are matched to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from app.i18n import LOCALES, LazyText, use_locale
from app.i18n import lazy as _l
from app.tabular.kinds import Kind, Lookup, Text, plain_text
from app.tabular.normalise import normalise
from app.tabular.problems import Problem, Severity, shown

HEADER_SEARCH_ROWS = 30
# What we put in front of a file given back with its errors; nobody is told that it is not read.
NOTES = (_l("Errors"), _l("To confirm"))


@dataclass(frozen=True, slots=True)
class Check:
    """A rule on one value: `holds` says whether it is respected; a soft one only warns."""

    code: str
    message: LazyText
    holds: Callable[[Any], bool]
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record: how it is called, which kind of value it holds, whether it must be.

    `required` refuses a row without a value; `must_exist` refuses a file without the column
    (by default a required column must exist).
    """

    name: str
    title: LazyText
    kind: Kind
    required: bool = False
    must_exist: bool | None = None
    aliases: tuple[str, ...] = ()
    help: LazyText | None = None
    checks: tuple[Check, ...] = ()
    example: str = ""

    @property
    def is_indispensable(self) -> bool:
        """Tell whether a file without this column is refused."""
        return self.required if self.must_exist is None else self.must_exist

    def headings(self) -> set[str]:
        """Return every heading that means this column, normalised, in the three languages."""
        found = {normalise(alias) for alias in (self.name, *self.aliases)}
        for locale in LOCALES:
            with use_locale(locale):
                found.add(normalise(str(self.title)))
        return found


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the file: its place, its text, and the column it was matched to."""

    index: int
    text: str
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The heading row of a file, matched to columns."""

    row: int
    headings: tuple[Heading, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def width(self) -> int:
        """Return the number of cells a row of this file has."""
        return len(self.headings)

    @property
    def matched(self) -> tuple[Heading, ...]:
        """Return the headings that mean something."""
        return tuple(h for h in self.headings if h.column is not None)

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of the columns that are in the file."""
        return frozenset(h.column.name for h in self.headings if h.column)

    def placed(self, problem: Problem) -> Problem:
        """Name the cell of a problem that an importer found in a field, and what it may hold."""
        if problem.column is not None or not problem.field:
            return problem
        for heading in self.matched:
            if heading.column is not None and heading.column.name == problem.field:
                is_link = isinstance(heading.column.kind, Lookup)
                expected = problem.expected or (heading.column.kind.expected if is_link else "")
                return replace(
                    problem, column=heading.index, header=heading.text, expected=expected
                )
        return problem

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Return the problems that prevent any row from being imported."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True)
class HeadingMatcher:
    """Finds the columns of an importer in a heading row.

    `mapping` (heading of the file → column name, empty name to leave it out) comes from a saved
    profile and wins over what the headings themselves say.
    """

    columns: Sequence[Column]
    mapping: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> dict[str, Column | None]:
        """Return every accepted heading, normalised, with its column."""
        accepted: dict[str, Column | None] = {}
        for column in self.columns:
            for heading in column.headings():
                accepted.setdefault(heading, column)
        by_name = {column.name: column for column in self.columns}
        chosen = {normalise(h): by_name.get(name) for h, name in self.mapping.items()}
        return accepted | chosen

    def find_header(self, rows: Sequence[tuple[int, Sequence[Any]]]) -> int | None:
        """Return the position in `rows` of the row with most known headings, or None.

        Titles above the headings are common; the first of equals wins.
        """
        known = self.known()
        best, best_score = None, 0
        for position, (_, cells) in enumerate(rows[:HEADER_SEARCH_ROWS]):
            names = {normalise(plain_text(cell)) for cell in cells if isinstance(cell, str)}
            score = sum(1 for name in names if known.get(name) is not None)
            if score > best_score:
                best, best_score = position, score
        return best

    def match(self, row: int, cells: Sequence[Any]) -> Header:
        """Match the cells of the heading row; problems say what is missing, double or unknown."""
        known = self.known()
        texts = [plain_text(cell) for cell in cells]
        headings = tuple(
            Heading(i, text, known.get(normalise(text)) if text else None)
            for i, text in enumerate(texts)
        )
        return Header(row, headings, tuple(self._problems(row, headings)))

    def _problems(self, row: int, headings: tuple[Heading, ...]) -> list[Problem]:
        problems = []
        first: dict[str, Heading] = {}
        for heading in headings:
            problem = _heading_problem(row, heading, first)
            if problem:
                problems.append(problem)
        missing = (c for c in self.columns if c.is_indispensable and c.name not in first)
        problems.extend(
            Problem(
                "missing_column",
                row=row,
                field=column.name,
                expected=column.title,
                params={"column": column.title},
            )
            for column in missing
        )
        return problems


@cache
def _notes_headings() -> frozenset[str]:
    return frozenset(
        heading for title in NOTES for heading in Column("", title, Text()).headings() if heading
    )


def _heading_problem(row: int, heading: Heading, first: dict[str, Heading]) -> Problem | None:
    column = heading.column
    if column is None:
        if heading.index < len(NOTES) and normalise(heading.text) in _notes_headings():
            return None
        code = "ignored_column" if heading.text else "missing_heading"
        return Problem(
            code, row, heading.index, heading.text, "", shown(heading.text),
            severity=Severity.WARNING,
        )  # fmt: skip
    if column.name in first:
        return Problem(
            "duplicate_header",
            row,
            heading.index,
            heading.text,
            column.name,
            shown(heading.text),
            params={"column": column.title},
        )
    first[column.name] = heading
    return None

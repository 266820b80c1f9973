"""What the import pages show of a batch: problems by row, differences with names and not keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.tabular.annotate import describe
from app.tabular.columns import Column
from app.tabular.formats import DecimalSign
from app.tabular.importer import BatchKind
from app.tabular.models import BatchState, ImportBatch
from app.tabular.problems import Problem, Severity
from app.tabular.said import say

SHOWN_ROWS = 100
SHOWN_DIFFERENCES = 50

TONES = {
    BatchState.DRAFT: "neutral",
    BatchState.CHECKED: "info",
    BatchState.RUNNING: "info",
    BatchState.DONE: "success",
    BatchState.CANCELLED: "warning",
    BatchState.FAILED: "danger",
    BatchState.UNDONE: "neutral",
}
DECIMALS = [
    (DecimalSign.AUTO, _l("found out from each number")),
    (DecimalSign.COMMA, _l("a comma: 1.234,56")),
    (DecimalSign.POINT, _l("a point: 1,234.56")),
]
ENCODING_CHOICES = [
    ("", _l("found out from the file")),
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows (1252)"),
    ("latin-1", "Latin-1"),
    ("cp850", "DOS (850)"),
    ("utf-16", "UTF-16"),
]
SEPARATOR_CHOICES = [
    ("", _l("found out from the file")),
    (";", _l("semicolon")),
    (",", _l("comma")),
    ("tab", _l("tab")),
    ("|", _l("vertical bar")),
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful in a row: the column, its value, what to do."""

    column: str
    value: str
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class RowProblems:
    """What is wrong with one row of the file."""

    row: int | None
    errors: tuple[Finding, ...]
    doubts: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RowDifferences:
    """What would change, or changed, in one record: (field, old, new)."""

    row: int
    key: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a result page shows beside the counts."""

    file_problems: tuple[str, ...]
    refused: tuple[RowProblems, ...]
    doubtful: tuple[RowProblems, ...]
    more_refused: int
    more_doubtful: int
    differences: tuple[RowDifferences, ...]
    more_differences: int
    changed_fields: tuple[str, ...]
    blank: int


def result_of(
    batch: ImportBatch, problems: Sequence[Problem], importer: BatchKind | None
) -> Result:
    """Group what was found by row, up to what a page can hold.

    Whoever may not import records of this kind has no importer, and sees none of their rows.
    """
    if importer is None:
        return Result((), (), (), 0, 0, (), 0, (), 0)
    columns = {c.name: c for c in importer.columns}
    rows = _by_row(problems)
    refused = [row for row in rows if row.errors]
    doubtful = [row for row in rows if row.doubts and not row.errors]
    differences = _differences(batch.report.get("differences", []), columns)
    changed = batch.report.get("changed_fields", {})
    return Result(
        _about_the_file(problems),
        tuple(refused[:SHOWN_ROWS]),
        tuple(doubtful[:SHOWN_ROWS]),
        max(len(refused) - SHOWN_ROWS, 0),
        max(len(doubtful) - SHOWN_ROWS, 0),
        differences,
        max(batch.rows_changed - len(differences), 0),
        tuple(
            _("%(label)s: %(value)s", label=_title(columns.get(f), f), value=n)
            for f, n in sorted(changed.items(), key=lambda i: -i[1])
        ),
        int(batch.report.get("blank", 0)),
    )


def _about_the_file(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Say what concerns the file as a whole; the columns that are not read in one sentence."""
    left = [p.header or p.letter for p in problems if p.is_notice]
    own = [describe(p) for p in problems if not p.is_notice and _is_about_file(p)]
    if left:
        own.append(_("Columns that are not read: %(names)s", names=", ".join(left)))
    return tuple(own)


def _is_about_file(problem: Problem) -> bool:
    return problem.row is None or _is_about_headings(problem)


def _is_about_headings(problem: Problem) -> bool:
    return problem.code in {
        "missing_column", "duplicate_header", "ignored_column", "missing_heading", "no_header",
        "other_sheet_fits",
    }  # fmt: skip


def _by_row(problems: Sequence[Problem]) -> list[RowProblems]:
    found: dict[int, dict[Severity, list[Finding]]] = {}
    for problem in problems:
        if problem.row is not None and not _is_about_headings(problem):
            texts = found.setdefault(problem.row, {Severity.ERROR: [], Severity.WARNING: []})
            texts[problem.severity].append(_finding(problem))
    return [
        RowProblems(row, tuple(texts[Severity.ERROR]), tuple(texts[Severity.WARNING]))
        for row, texts in sorted(found.items())
    ]


def _finding(problem: Problem) -> Finding:
    column = " — ".join(part for part in (problem.letter, problem.header) if part)
    return Finding(column, problem.value, problem.message, str(problem.expected))


def _differences(
    stored: Sequence[Mapping[str, Any]], columns: Mapping[str, Column]
) -> tuple[RowDifferences, ...]:
    return tuple(
        RowDifferences(
            int(one["row"]),
            str(one["key"] or ""),
            tuple(
                _difference(columns.get(name), name, old, new)
                for name, (old, new) in one["fields"].items()
            ),
        )
        for one in stored[:SHOWN_DIFFERENCES]
    )


def _difference(column: Column | None, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    kind = column.kind if column else None
    return _title(column, name), say(old, kind), say(new, kind)


def _title(column: Column | None, name: str) -> str:
    return str(column.title) if column else name

"""The report of a check or an import: for machines (JSON), and stored for the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.i18n import LazyText
from app.tabular.importer import Outcome
from app.tabular.problems import Problem, Severity
from app.tabular.tally import Tally, plain

# More would make a page and a database row of unreasonable size; the counts stay exact.
STORED_PROBLEMS = 20_000


@dataclass(slots=True)
class Report:
    """What became of a file. `rows` is new + changed + unchanged + refused, always."""

    profile: str
    file: str
    sha256: str
    tally: Tally = field(default_factory=Tally)
    batch_id: str | None = None
    is_dry_run: bool = True
    # A problem of the file as a whole that ended the reading.
    failure: Problem | None = None
    # What the batch itself counted as written; a resumed run adds to an earlier one.
    state: str = ""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was refused, file and rows alike."""
        return self.failure is None and not self.tally.refused and not self.tally.errors

    @property
    def errors(self) -> list[Problem]:
        """Return what was refused and why, the file first."""
        own = [self.failure] if self.failure else []
        return own + self.tally.errors

    def as_json(self) -> dict[str, Any]:
        """Write the report, sentences in the present language."""
        tally = self.tally
        doubts = [p for p in tally.problems if p.severity is Severity.WARNING]
        notices = [p for p in doubts if p.is_notice]
        return {
            "profile": self.profile,
            "file": self.file,
            "sha256": self.sha256,
            "dry_run": self.is_dry_run,
            "batch": self.batch_id,
            "state": self.state,
            "rows": tally.rows,
            "new": tally.counts[Outcome.NEW],
            "changed": tally.counts[Outcome.CHANGED],
            "unchanged": tally.counts[Outcome.UNCHANGED],
            "refused": tally.refused,
            "blank": tally.blank,
            "warnings": tally.warnings,
            "errors": [problem.as_json() for problem in self.errors],
            "to_confirm": [problem.as_json() for problem in doubts if not problem.is_notice],
            "notices": [problem.as_json() for problem in notices],
            "omitted_problems": tally.omitted,
            "changed_fields": dict(tally.changed_fields.most_common()),
            "differences": tally.differences,
        }

    def as_stored(self) -> dict[str, Any]:
        """Write what the screen needs later, in whatever language."""
        problems = [self.failure] if self.failure else []
        problems += self.tally.problems
        return {
            "problems": [store_problem(problem) for problem in problems[:STORED_PROBLEMS]],
            "omitted": max(len(problems) - STORED_PROBLEMS, 0) + self.tally.omitted,
            "blank": self.tally.blank,
            "changed_fields": dict(self.tally.changed_fields),
            "differences": self.tally.differences,
        }


def store_problem(problem: Problem) -> dict[str, Any]:
    """Write a problem so that it can be shown in another language later."""
    return {
        "code": problem.code,
        "row": problem.row,
        "column": problem.column,
        "header": problem.header,
        "field": problem.field,
        "value": problem.value,
        "expected": _store_text(problem.expected),
        "severity": problem.severity.value,
        "params": {key: _store_text(value) for key, value in problem.params.items()},
        "text": _store_text(problem.text),
    }


def restore_problem(data: Mapping[str, Any]) -> Problem:
    """Read a stored problem."""
    return Problem(
        data["code"],
        data["row"],
        data["column"],
        data["header"],
        data["field"],
        data["value"],
        _restore_text(data["expected"]) or "",
        Severity(data["severity"]),
        {key: _restore_text(value) for key, value in data["params"].items()},
        _restore_text(data["text"]),
    )


def _store_text(value: Any) -> Any:
    if isinstance(value, LazyText):
        params = {key: _store_text(inner) for key, inner in value.params.items()}
        return {"message": value.message, "params": params}
    return plain(value)


def _restore_text(value: Any) -> Any:
    if isinstance(value, dict):
        params = {key: _restore_text(inner) for key, inner in value["params"].items()}
        return LazyText(value["message"], params)
    return value

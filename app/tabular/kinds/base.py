"""What a kind of value is: how its text is read, and how it is written back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.formats import Formats

Cell = str | int | float | bool | datetime | date | time | timedelta | None


class BadValue(Exception):
    """The cell cannot be this kind of value; `code` is one of `problems.MESSAGES`."""

    def __init__(self, code: str, **params: Any) -> None:
        """Keep the code and what its sentence needs."""
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A value that can be read, with something a person should confirm."""

    value: Any
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of value. `read` is given a cell that is not empty; text arrives stripped."""

    @property
    def expected(self) -> LazyText:
        """Say which form is expected, with an example."""
        return _l("text")

    @property
    def name(self) -> str:
        """Name the kind for templates and documentation."""
        return type(self).__name__.lower()

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the value, or a `Doubtful` one; raises BadValue."""
        raise NotImplementedError

    def write(self, value: Any) -> Cell:
        """Write a value as `read` understands it; None stays an empty cell."""
        return None if value is None else str(value)


def plain_text(cell: Cell) -> str:
    """Write a cell as a person would have typed it: 1000.0 is `1000`, dates are ISO."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)

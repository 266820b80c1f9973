"""What a list can be filtered by: how a filter reads the address, narrows the query, and speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from app.clock import BRUSSELS
from app.db import UtcDateTime
from app.i18n import LazyText, format_date, format_number
from app.i18n import gettext as _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.auth.actor import Actor

Args = Mapping[str, Sequence[str]]
Condition = ColumnElement[bool]
Option = tuple[str, Any]
Options = Mapping[Any, Any] | Sequence[Option] | Callable[["Actor", "Session"], Iterable[Option]]

# A text longer than this is no search; a list of values longer than this is no choice.
MAX_TEXT = 200
MAX_CHOICES = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """The common part: `key` names the filter in the address, `label` on the screen.

    `expression` is what is compared. When comparing is not enough, `condition` makes the SQL
    condition from the value read, e.g. an EXISTS on another table.
    """

    key: str
    label: LazyText
    expression: Any = None
    condition: Callable[[Any], Condition] | None = None
    # Shown above the list at once, or only under "More filters".
    is_prominent: bool = True
    # What is kept when the address says nothing; such a value is never said.
    unsaid: Any = None

    kind = "text"

    @property
    def names(self) -> tuple[str, ...]:
        """Name the parameters of the address this filter reads."""
        return (self.key,)

    def read(self, args: Args) -> Any:
        """Return the value in the address, or None when there is none that makes sense."""
        raise NotImplementedError

    def write(self, value: Any) -> list[tuple[str, str]]:
        """Return the parameters that say this value in the address."""
        raise NotImplementedError

    def where(self, value: Any) -> Condition:
        """Return the condition that keeps the rows wanted."""
        return self.condition(value) if self.condition else self._compare(value)

    def _compare(self, value: Any) -> Condition:
        raise NotImplementedError

    def says(self, value: Any, options: Sequence[Option] = ()) -> list[tuple[str, Any]]:
        """Return chips as (text, value that remains when the chip is removed)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(Filter):
    """Words looked for in one column or several; upper and lower case are equal."""

    columns: tuple[Any, ...] = ()
    placeholder: LazyText | str = ""

    def read(self, args: Args) -> str | None:
        """Read the words."""
        return _first(args, self.key)[:MAX_TEXT] or None

    def write(self, value: str) -> list[tuple[str, str]]:
        """Write the words."""
        return [(self.key, value)]

    def _compare(self, value: str) -> Condition:
        columns = self.columns or (self.expression,)
        return or_(*(column.icontains(value, autoescape=True) for column in columns))

    def says(self, value: str, _options: Sequence[Option] = ()) -> list[tuple[str, Any]]:
        """Quote the words."""
        return [(_("%(label)s: “%(value)s”", label=self.label, value=value), None)]


@dataclass(frozen=True, slots=True)
class Choice(Filter):
    """One or several values of a list.

    `options` is a mapping such as an enumeration's LABELS, a sequence of (value, label), or a
    function (actor, session) -> pairs for choices kept in the database (one query).
    """

    options: Options = ()

    kind = "choice"

    def read(self, args: Args) -> tuple[str, ...] | None:
        """Read the values, each once; unknown ones are dropped when the options are fixed."""
        values = dict.fromkeys(v.strip() for v in args.get(self.key, ()) if v.strip())
        if not callable(self.options):
            known = {value for value, _label in self.pairs()}
            values = {v: None for v in values if v in known}
        return tuple(values)[:MAX_CHOICES] or None

    def write(self, value: Sequence[str]) -> list[tuple[str, str]]:
        """Write one parameter for each value."""
        return [(self.key, str(v)) for v in value]

    def pairs(self, actor: Actor | None = None, session: Session | None = None) -> list[Option]:
        """Return the options as (value as text, label)."""
        options: Any = self.options
        if callable(options):
            options = options(actor, session) if session is not None else ()
        if isinstance(options, Mapping):
            options = options.items()
        return [(str(getattr(v, "value", v)), label) for v, label in options]

    def _compare(self, value: Sequence[str]) -> Condition:
        kind = getattr(self.expression.type, "python_type", str)
        wanted = _only_valid(kind, value) if kind in {int, UUID} else value
        condition: Condition = self.expression.in_(wanted)
        return condition

    def says(self, value: Sequence[str], options: Sequence[Option] = ()) -> list[tuple[str, Any]]:
        """Give one chip for each value."""
        labels = dict(options)
        return [
            (
                _("%(label)s: %(value)s", label=self.label, value=str(labels.get(v, v))),
                tuple(other for other in value if other != v) or None,
            )
            for v in value
        ]


@dataclass(frozen=True, slots=True)
class YesNo(Filter):
    """Yes, no, or no matter; `expression` is a boolean, or `condition` takes True or False."""

    kind = "yes_no"

    def read(self, args: Args) -> bool | None:
        """Read `yes` or `no`."""
        found = {"yes": True, "no": False}.get(_first(args, self.key))
        return None if found is self.unsaid else found

    def write(self, value: bool) -> list[tuple[str, str]]:  # noqa: FBT001  it is the value
        """Write `yes` or `no`."""
        return [(self.key, "yes" if value else "no")]

    def _compare(self, value: bool) -> Condition:  # noqa: FBT001  it is the value
        condition: Condition = self.expression.is_(value)
        return condition

    def says(self, value: bool, _options: Sequence[Option] = ()) -> list[tuple[str, Any]]:  # noqa: FBT001
        """Say yes or no."""
        answer = _("yes") if value else _("no")
        return [(_("%(label)s: %(value)s", label=self.label, value=answer), None)]


Range = tuple[Any, Any]
# The very first and last day of the calendar have no midnight before or after them to compare with.
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class _Between(Filter):
    """From, to, or both; both ends belong to the range."""

    @property
    def names(self) -> tuple[str, ...]:
        """Name both ends."""
        return (f"{self.key}_from", f"{self.key}_to")

    def read(self, args: Args) -> Range | None:
        """Read both ends; an end that cannot be read is as absent."""
        low, high = (self._parse(_first(args, name)) for name in self.names)
        return None if low is None and high is None else (low, high)

    def write(self, value: Range) -> list[tuple[str, str]]:
        """Write the ends that are set."""
        pairs = zip(self.names, value, strict=True)
        return [(name, str(end)) for name, end in pairs if end is not None]

    def _parse(self, text: str) -> Any:
        raise NotImplementedError

    def _show(self, value: Any) -> str:
        raise NotImplementedError

    def _compare(self, value: Range) -> Condition:
        raise NotImplementedError

    def says(self, value: Range, _options: Sequence[Option] = ()) -> list[tuple[str, Any]]:
        """Say from, until or both, in one chip."""
        low, high = value
        names = {"label": self.label, "low": self._show(low), "high": self._show(high)}
        if high is None:
            return [(_("%(label)s: from %(low)s", **names), None)]
        if low is None:
            return [(_("%(label)s: up to %(high)s", **names), None)]
        return [(_("%(label)s: %(low)s to %(high)s", **names), None)]


@dataclass(frozen=True, slots=True)
class DateRange(_Between):
    """Days; on an instant the days are those of Brussels."""

    kind = "date_range"

    def _parse(self, text: str) -> date | None:
        for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007  a civil day
            except ValueError:
                continue
        return None

    def _show(self, value: Any) -> str:
        return format_date(value)

    def _compare(self, value: Range) -> Condition:
        low, high = value
        after: Any = None if low is None else max(low, _EARLIEST)
        before: Any = None if high is None else min(high, _LATEST) + timedelta(days=1)
        if isinstance(self.expression.type, UtcDateTime):
            after, before = _midnight(after), _midnight(before)
        return _within(self.expression, after, before)


@dataclass(frozen=True, slots=True)
class NumberRange(_Between):
    """Numbers; `scale` multiplies what people type into what is stored (100 for cents)."""

    unit: str = ""
    scale: int = 1

    kind = "number_range"

    def _parse(self, text: str) -> Decimal | None:
        try:
            number = Decimal(text.replace(" ", "").replace("\u202f", "").replace(",", "."))
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) < 10**12 else None

    def _show(self, value: Any) -> str:
        return f"{format_number(value)}\u202f{self.unit}".strip()

    def _compare(self, value: Range) -> Condition:
        low, high = (None if end is None else self._stored(end) for end in value)
        ends = [] if low is None else [self.expression >= low]
        ends += [] if high is None else [self.expression <= high]
        return and_(*ends)

    def _stored(self, number: Decimal) -> Any:
        """Give integers to integer columns, so that both databases compare alike."""
        scaled = number * self.scale
        return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)


def _first(args: Args, name: str) -> str:
    values = args.get(name) or ("",)
    return values[0].strip()


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), BRUSSELS)


def _within(expression: Any, after: Any, before: Any) -> Condition:
    ends = [] if after is None else [expression >= after]
    ends += [] if before is None else [expression < before]
    return and_(*ends)


def _only_valid(kind: Callable[[str], Any], values: Iterable[str]) -> list[Any]:
    valid = []
    for value in values:
        try:
            valid.append(kind(value))
        except ValueError:
            continue
    return valid

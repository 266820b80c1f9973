"""Free text and text with a fixed form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.formats import Formats
from app.tabular.kinds.base import BadValue, Cell, Doubtful, Kind, plain_text
from app.tabular.neutralise import restore

_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]")
_MOJIBAKE = re.compile("[ÃÂ][\x80-\xbf\u0152-\u2122]|\N{REPLACEMENT CHARACTER}|ï»¿")
_SPREADSHEET_ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!"}
)


def refuse_formula_error(text: str) -> None:
    """Raise BadValue for what a spreadsheet writes when a formula fails, such as `#REF!`."""
    if text.startswith("#") and text.upper() in _SPREADSHEET_ERRORS:
        raise BadValue("formula_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Kind):
    """Text of at most `max_length` characters; `pattern` must match the whole of it."""

    max_length: int = 200
    multiline: bool = False
    pattern: str = ""
    example: LazyText | None = None
    upper: bool = False

    @property
    def expected(self) -> LazyText:
        """Say how long it may be, or show the example of its form."""
        return self.example or _l("text of at most %(limit)s characters", limit=self.max_length)

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the text, composed (NFC); the spaces inside it stay."""
        if self._is_plain(cell):
            return cell
        text = unicodedata.normalize("NFC", restore(plain_text(cell)))
        refuse_formula_error(text)
        self._refuse(text)
        text = text.upper() if self.upper else text
        return _doubt(text)

    def _is_plain(self, cell: Cell) -> bool:
        """Recognise the usual cell, printable ASCII, of which there is nothing to say."""
        return (
            isinstance(cell, str)
            and cell.isascii()
            and cell.isprintable()
            and len(cell) <= self.max_length
            and cell[:1] not in ("'", "#", " ")
            and not (self.pattern or self.upper or "?" in cell or cell.endswith(" "))
        )

    def _refuse(self, text: str) -> None:
        if len(text) > self.max_length:
            raise BadValue("too_long", limit=self.max_length)
        allowed = "\n\t" if self.multiline else ""
        if not text.isprintable() and any(
            unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in text
        ):
            raise BadValue("control_character")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise BadValue("bad_pattern")


EMAIL = Text(
    max_length=254,
    pattern=r"[^\s@]+@[^\s@]+\.[^\s@]{2,}",
    example=_l("an address such as name@example.org"),
)


def _doubt(text: str) -> str | Doubtful:
    if "?" in text and _LOST.search(text):
        return Doubtful(text, "lost_accents")
    if _MOJIBAKE.search(text):
        return Doubtful(text, "mojibake")
    return text

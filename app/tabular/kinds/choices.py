"""Yes or no, and one of a list of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.i18n import LOCALES, LazyText, use_locale
from app.i18n import lazy as _l
from app.tabular.formats import Formats
from app.tabular.kinds.base import BadValue, Cell, Kind, plain_text
from app.tabular.kinds.text import refuse_formula_error
from app.tabular.normalise import normalise

_YES = frozenset(("oui", "o", "ja", "j", "yes", "y", "vrai", "waar", "true", "t", "1", "x", "v"))
_NO = frozenset(("non", "n", "neen", "nee", "no", "faux", "onwaar", "false", "f", "0"))
_SHOWN_CHOICES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Kind):
    """Yes or no in French, Dutch or English, or as spreadsheets write it."""

    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()

    @property
    def expected(self) -> LazyText:
        """Show the words."""
        return _l("yes or no")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return a bool. The words of a file's own code list come before the usual ones."""
        text = plain_text(cell)
        refuse_formula_error(text)
        word = normalise(text)
        if word in self.yes or word in self.no:
            return word in self.yes
        if word in _YES or word in _NO:
            return word in _YES
        raise BadValue("not_yes_or_no")

    def write(self, value: Any) -> Cell:
        """Write the word of the present language."""
        return None if value is None else str(_l("yes") if value else _l("no"))


@dataclass(frozen=True, kw_only=True)
class Choice(Kind):
    """A member of an enumeration, by its key or its label in any of the three languages.

    `aliases` maps other spellings (codes of a foreign file) to members.
    """

    enum: type[StrEnum]
    labels: Mapping[Any, LazyText] = field(default_factory=dict)
    aliases: Mapping[str, StrEnum] = field(default_factory=dict)

    @property
    def expected(self) -> LazyText:
        """List the first labels."""
        members = list(self.enum)
        shown = [str(self.labels.get(m, m.value)) for m in members[:_SHOWN_CHOICES]]
        more = " …" if len(members) > _SHOWN_CHOICES else ""
        return _l("one of: %(choices)s", choices=", ".join(shown) + more)

    @cached_property
    def _known(self) -> dict[str, StrEnum]:
        return self._words()

    def _words(self) -> dict[str, StrEnum]:
        known: dict[str, StrEnum] = {}
        for locale in LOCALES:
            with use_locale(locale):
                known |= {normalise(str(label)): m for m, label in self.labels.items()}
        known |= {normalise(m.value): m for m in self.enum}
        return known | {normalise(word): m for word, m in self.aliases.items()}

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the member."""
        text = plain_text(cell)
        refuse_formula_error(text)
        word = normalise(text)
        # The catalogues may have been read after these words were gathered: gather them again.
        member = self._known.get(word) or self._words().get(word)
        if member is None:
            raise BadValue("not_a_choice")
        return member

    def write(self, value: Any) -> Cell:
        """Write the label of the present language."""
        return None if value is None else str(self.labels.get(value, value))

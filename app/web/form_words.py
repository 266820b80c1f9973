"""What a form calls its fields and its choices, read from the page that shows it.

A page that compares two versions of a record has keys and identifiers; the words a person chose
among stand in the form itself, whoever made its options.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = list[tuple[str, str | None]]
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "source", "use", "wbr"})
HEARD = frozenset({"label", "legend", "option"})
# Beside the words: a star, a hint, a picture.
ASIDE = frozenset({"svg", "form-hint", "form-required"})


@dataclass(slots=True)
class FormWords:
    """The names of fields by the identifier of their box, and of choices by field and value."""

    labels: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


def read_form_words(page: str) -> FormWords:
    """Read the words of every form on a page.

    >>> words = read_form_words('<select name="kind"><option value="lift">Ascenseur</select>')
    >>> words.choices["kind"]
    {'lift': 'Ascenseur'}
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.words


class _Reader(HTMLParser):
    """Listens to labels, legends and options; what stands aside is not heard."""

    def __init__(self) -> None:
        super().__init__()
        self.words = FormWords()
        self._select = self._box = self._group = ""
        self._value: tuple[str, str] | None = None
        self._heard: list[str] | None = None
        self._aside = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._heard is not None and tag not in VOID and (self._aside or _is_aside(tag, given)):
            self._aside += 1
        if tag == "select":
            self._select = given.get("name", "")
        elif tag == "fieldset":
            self._group = given.get("id", "")
        elif tag == "input" and given.get("type") in ("radio", "checkbox") and self._heard:
            self._value = (given.get("name", ""), given.get("value", ""))
        if tag in HEARD:
            self._end()
            self._heard, self._aside = [""], 0
            self._box = given.get("for", "") or (self._group if tag == "legend" else "")
            self._value = (self._select, given.get("value", "")) if tag == "option" else None

    def handle_endtag(self, tag: str) -> None:
        if self._aside:
            self._aside -= 1
        if tag in HEARD or tag == "select":
            self._end()

    def handle_data(self, data: str) -> None:
        if self._heard is not None and not self._aside:
            self._heard.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        """Keep what was heard: the word of a choice, else the name of a field."""
        if self._heard is None:
            return
        text = " ".join("".join(self._heard).split())
        if self._value is not None:
            name, value = self._value
            self.words.choices.setdefault(name, {}).setdefault(value, text)
        elif self._box:
            self.words.labels.setdefault(self._box, text)
        self._heard = self._value = None


def _is_aside(tag: str, given: dict[str, str]) -> bool:
    return not ASIDE.isdisjoint({tag, *given.get("class", "").split()})

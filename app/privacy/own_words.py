"""The words that mean a person in what is about them alone: a name by itself, any form of a number.

In what is about others, a surname alone may be anybody's; see `app/privacy/texts.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from app.phones import country_and_digits
from app.privacy.hooks import PersonRef
from app.privacy.texts import GONE
from app.search.normalise import fold

# Parts of surnames that say nothing alone: "van den Berghe" is found as "Berghe" too.
_PARTICLES = frozenset(
    {
        "abu", "ben", "bin", "das", "del", "den", "der", "des", "dos", "ibn", "las", "les",
        "los", "saint", "sint", "ten", "ter", "van", "von",
    }
)  # fmt: skip
# A name as short as this is also a word ("Li", "An"): only with a capital is it a name.
_SHORT = 3
_SHORTEST = 2
# What stands before a name where it is typed as one is called: of anybody, and in any text.
_TITLES = frozenset(
    {
        "consorts", "de", "dhr", "en", "et", "familie", "famille", "family", "gezin", "heer",
        "household", "huishouden", "juffrouw", "la", "le", "m", "madame", "mademoiselle", "menage",
        "mevr", "mevrouw", "mijnheer", "mlle", "mme", "monsieur", "mr", "mrs", "van",
    }
)  # fmt: skip
_CAPITAL = "(?-i:(?=[A-ZÀ-ÖØ-Þ]))"
_BEGINS, _ENDS = r"(?<![^\W\d_])", r"(?![^\W\d_])"
# Between the parts of a name, and between the digits of a number.
_BETWEEN = r"[\W_]{0,3}"
_IN_NUMBER = r"[\s./()\-–]{0,3}"
_TWO_AS_ONE = {"ae": "æ", "ij": "ĳ", "oe": "œ", "ss": "ß", "th": "þ"}
_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))


def own_words(person: PersonRef) -> re.Pattern[str] | None:
    """Return what finds a person in a text about them: names, numbers and addresses."""
    forms = {form for word in person.words for form in _forms_of_word(word.strip())}
    forms |= {form for name in person.names for form in _forms_of_name(name.strip())}
    # Of two that begin at one place the longer is taken: a whole name before its parts.
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(longest_first), re.IGNORECASE) if forms else None


def words_of_others(person: PersonRef, others: Iterable[PersonRef]) -> re.Pattern[str] | None:
    """Return what finds other people in a text, but for names and numbers they share with one."""
    mine = {fold(part) for name in person.names for part in names_in(name)}
    known = list(others)
    names = (part for one in known for name in one.names for part in names_in(name))
    return own_words(
        replace(
            person,
            words=tuple(word for one in known for word in one.words if word not in person.words),
            names=tuple(name for name in names if fold(name) not in mine),
        )
    )


def names_in(typed: str) -> tuple[str, ...]:
    """Return the words of a name as it was typed, without what anybody is called by."""
    return tuple(word for word in re.split(r"[\W_]+", typed) if fold(word) not in {*_TITLES, ""})


def without_own(own: re.Pattern[str], value: Any) -> Any:
    """Return a text, or the texts in any plain value, with an ellipsis for each of these words."""
    if isinstance(value, str):
        return own.sub(GONE, value)
    if isinstance(value, list):
        return [without_own(own, one) for one in value]
    if isinstance(value, dict):
        return {key: without_own(own, one) for key, one in value.items()}
    return value


def _forms_of_word(word: str) -> Iterator[str]:
    if "@" in word:
        yield re.escape(word)
    elif word.startswith("+"):
        yield from _forms_of_number(word)
    elif any(letter.isalpha() for letter in word):
        yield from _form_of_name(word)


def _forms_of_name(name: str) -> Iterator[str]:
    yield from _form_of_name(name)
    for part in re.split(r"[\W_]+", name):
        if len(part) >= _SHORT and fold(part) not in _PARTICLES:
            yield from _form_of_name(part)


def _form_of_name(name: str) -> Iterator[str]:
    """Give what finds a name as a word of its own, with and without accents and capitals."""
    if len(name) < _SHORTEST:
        return
    # Of other alphabets nothing is left by folding.
    form = _BETWEEN.join(map(_letters, fold(name).split())) or re.escape(name)
    yield f"{_BEGINS}{_CAPITAL if len(name) <= _SHORT else ''}{form}{_ENDS}"


def _letters(folded: str) -> str:
    pairs = "|".join(_TWO_AS_ONE)
    return "".join(map(_letter, re.findall(f"{pairs}|.", folded)))


@cache
def _letter(folded: str) -> str:
    """Return what finds a letter, or two that may be written as one, under any accent."""
    if folded in _TWO_AS_ONE:
        return f"(?:{_letter(folded[0])}{_letter(folded[1])}|{_TWO_AS_ONE[folded]})"
    accented = "".join(chr(code) for code in _LATIN if fold(chr(code)) == folded)
    return f"[{folded}{accented}][\u0300-\u036f]*"


def _forms_of_number(e164: str) -> Iterator[str]:
    """Give what finds a number as dialled here or from abroad, grouped in any way."""
    if (number := country_and_digits(e164)) is None:
        return
    country, digits = (_IN_NUMBER.join(one) for one in number)
    abroad = rf"(?:(?:\+|00){_IN_NUMBER})?{country}{_IN_NUMBER}(?:0{_IN_NUMBER})?"
    yield rf"(?<!\d)(?:{abroad}|0{_IN_NUMBER})?{digits}(?!\d)"

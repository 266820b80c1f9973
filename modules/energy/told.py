"""The sentence of an alert where it was copied: in every language, to be read in one.

A ticket and its order keep the sentence line by line in each language, as the title stands in both:
the dispatcher, the technician and the firm each read their own. What a person wrote is read as it
stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from app.i18n import LOCALES, get_locale, use_locale
from modules.energy.enums import Rule
from modules.energy.words import main_clause

_GAP = "\0"
Patterns = Mapping[str, re.Pattern[str]]


def sentence_to_keep(sentence: Mapping[str, str]) -> str:
    """Write a sentence down in every language it is said in."""
    return "\n".join(sentence[locale] for locale in LOCALES if sentence.get(locale))


def read_told(stored: str) -> str:
    """Return a stored text with the sentence of an alert in the present language alone."""
    lines = stored.splitlines()
    if len(lines) < len(LOCALES):
        return stored
    sentences = _sentences()
    read: list[str] = []
    while lines:
        said = _in_one_language(lines[: len(LOCALES)], sentences)
        read.append(said or lines[0])
        del lines[: len(LOCALES) if said else 1]
    return "\n".join(read)


def _in_one_language(lines: Sequence[str], sentences: Sequence[Patterns]) -> str | None:
    for patterns in sentences:
        said = {
            locale: line
            for line in lines
            for locale, pattern in patterns.items()
            if pattern.match(line)
        }
        if len(said) == len(LOCALES):
            return said[get_locale()]
    return None


@cache
def _sentences() -> Sequence[Patterns]:
    """Return how the sentence of each rule begins in each language, whatever its amounts."""
    return [{locale: _pattern(rule, locale) for locale in LOCALES} for rule in Rule]


def _pattern(rule: Rule, locale: str) -> re.Pattern[str]:
    with use_locale(locale):
        clause = main_clause(rule, _GAP, _GAP, _GAP)
    return re.compile(".+?".join(re.escape(part) for part in clause.split(_GAP)))

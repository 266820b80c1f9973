"""Bring what people write and what they type to one spelling, in both languages of the street."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LETTERS = str.maketrans(
    {
        "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ı": "i", "ĳ": "ij", "№": "no", "²": "2", "³": "3", "°": " ", "º": " ",
    }
)  # fmt: skip
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_DIGIT_THEN_LETTER = re.compile(r"(?<=\d)(?=[a-z])")

# Whole words only; the dot that usually follows is punctuation and already gone.
_ABBREVIATIONS = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard",
    "blvd": "boulevard", "boul": "boulevard", "bvd": "boulevard", "ch": "chaussee",
    "chee": "chaussee", "chss": "chaussee", "pl": "place", "sq": "square", "imp": "impasse",
    "all": "allee", "pass": "passage", "str": "straat", "stwg": "steenweg", "stw": "steenweg",
    "ln": "laan", "pln": "plein", "blv": "boulevard", "st": "saint", "ste": "sainte",
}  # fmt: skip
# Dutch glues the kind of street to its name, and so its abbreviation.
_GLUED = re.compile(r"^([a-z]{3,})(str|stwg|stw|ln|pln)$")
_FRENCH_ARTICLES = frozenset({"de", "du", "des", "d", "la", "le", "les", "l", "au", "aux"})
_BOX_WORDS = frozenset({"bte", "bt", "boite", "bus", "box"})
# Words that differ between the two names of one saint; the index holds both.
_TWINS = {"saint": "sint", "sint": "saint", "sainte": "sinte", "sinte": "sainte"}


def fold(text: str) -> str:
    """Lower-case a text and take away accents, ligatures and punctuation, words one space apart.

    >>> fold("Rue de l'Œuf, 12-14")
    'rue de l oeuf 12 14'
    """
    lowered = text.casefold().translate(_LETTERS)
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered)
        lowered = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return _NOT_A_WORD.sub(" ", lowered).strip()


def normalise(text: str) -> str:
    """Fold a text and write its street abbreviations in full; the same for stored and typed text.

    "r. de la Loi 16 bte 2", "Rue de la Loi, 16/2" and "RUE DE LA LOI 16 boîte 2" become one text.

    >>> normalise("Bd. Anspach 12b bte 3")
    'boulevard anspach 12 b 3'
    >>> normalise("Wolstr. 4")
    'wolstraat 4'
    """
    return " ".join(_unfold(_split(fold(text))))


def index_text(*parts: str | None) -> str:
    """Return the text to index for several fields: normalised, each word once, with its twin.

    The twin lets "Sint-Jansplein" be found by "st. jansplein" and the reverse.
    """
    seen: dict[str, None] = {}
    for part in parts:
        for word in normalise(part or "").split():
            seen.setdefault(word)
            if word in _TWINS:
                seen.setdefault(_TWINS[word])
    return " ".join(seen)


@dataclass(frozen=True, slots=True)
class TypedWords:
    """What stands in a search box: finished words, and the one still being typed (may be empty)."""

    finished: tuple[str, ...]
    unfinished: str

    @property
    def all(self) -> tuple[str, ...]:
        """Return every word, the unfinished one last."""
        return (*self.finished, self.unfinished) if self.unfinished else self.finished


def typed_words(text: str) -> TypedWords:
    """Split a query; the last word counts as unfinished until a space or a dot follows it.

    An unfinished "ch" may become "Charles" as well as "chaussée", so it is not written in full.

    >>> typed_words("bd ch")
    TypedWords(finished=('boulevard',), unfinished='ch')
    """
    words = _split(fold(text))
    if not words or not text[-1:].isalnum():
        return TypedWords(tuple(_unfold(words)), "")
    return TypedWords(tuple(_unfold(words[:-1], words[-1])), words[-1])


def _split(folded: str) -> list[str]:
    return _DIGIT_THEN_LETTER.sub(" ", folded).split()


def _unfold(words: list[str], following: str = "") -> list[str]:
    """Write words in full, from the last to the first: a box word goes when a number follows it."""
    result: list[str] = []
    for word in reversed(words):
        if word in _BOX_WORDS and following[:1].isdigit():
            continue
        following = _in_full(word, following)
        result.append(following)
    return result[::-1]


def _in_full(word: str, following: str) -> str:
    if word == "r" and following in _FRENCH_ARTICLES:
        return "rue"
    if word in _ABBREVIATIONS:
        return _ABBREVIATIONS[word]
    glued = _GLUED.match(word)
    return glued[1] + _ABBREVIATIONS[glued[2]] if glued else word


_SHORTEST_PHONE, _LONGEST_PHONE = 6, 17
_PHONE_ALLOWED = re.compile(r"^[\d\s().+/\\-]+$")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")


def phone_digits(text: str, country: str = "32") -> str:
    """Return the digits of a phone number with its country code, or "" when it is none.

    Accepts any way of writing, whole or begun: "02/123.45.67", "0032 2 123 45 67",
    "+32 (0)2 1234567" all give "3221234567". Letters anywhere mean: not a phone number.
    At least six digits; fewer is a house number or a postcode.
    """
    stripped = text.strip()
    if not _PHONE_ALLOWED.match(stripped):
        return ""
    digits = re.sub(r"\D", "", _TRUNK_ZERO.sub("", stripped))
    if not _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE:
        return ""
    if stripped.startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    return country + digits[1:] if digits.startswith("0") else digits


def last_digits_key(text: str) -> str:
    """Return the digits reversed, so that "ends with" is an indexed prefix search."""
    return re.sub(r"\D", "", text)[::-1]

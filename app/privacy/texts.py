"""Find and take out of texts the words that betray a person: names, addresses, numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import JSON, String, cast, false, or_, select
from sqlalchemy.orm import Session

from app.db import Translated
from app.privacy.hooks import PersonRef
from app.search.normalise import fold

# Shorter words would be found everywhere.
SHORTEST_WORD = 5
GONE = "…"


def telling_words(person: PersonRef) -> list[str]:
    """Return the words of a person that are long enough to mean them, the longest first.

    Columns that are searched hold them without accents and capitals, so these forms count too.
    """
    words = {word.strip() for word in person.words}
    words |= {fold(word) for word in words}
    return _longest_first(w for w in words if len(w) >= SHORTEST_WORD)


def with_quoted(words: Iterable[str]) -> list[str]:
    """Return the words, and how browsers write them in the address of a page."""
    known = set(words)
    return _longest_first(known | {quote_plus(w) for w in known} | {quote(w) for w in known})


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def says(words: Iterable[str], *columns: Any) -> Any:
    """Return the condition that a column holds one of the words, also as JSON writes it."""
    known = list(words)
    conditions = [
        cast(column, String).icontains(form, autoescape=True)
        for column in columns
        for form in _forms(known, column)
    ]
    return or_(*conditions) if conditions else false()


def _forms(words: Sequence[str], column: Any) -> list[str]:
    """Return how a column may write the words: JSON escapes what is not ASCII, on SQLite."""
    forms = set(words)
    if isinstance(column.type, JSON | Translated):
        forms |= {json.dumps(word)[1:-1] for word in words}
    return sorted(forms)


def without(words: Iterable[str], value: Any) -> Any:
    """Return a text, or any plain value, with the words replaced by an ellipsis."""
    if isinstance(value, str):
        for word in words:
            value = re.sub(re.escape(word), GONE, value, flags=re.IGNORECASE)
        return value
    if isinstance(value, dict | list):
        text = without(list(words), json.dumps(value, ensure_ascii=False))
        return json.loads(text)
    return value


def forget_words(
    session: Session, model: Any, columns: Sequence[Any], words: Sequence[str]
) -> list[Any]:
    """Take words out of some columns of every row of a model that holds them; return the rows."""
    if not words:
        return []
    rows = list(session.scalars(select(model).where(says(words, *columns))))
    for row in rows:
        for column in columns:
            setattr(row, column.key, without(words, getattr(row, column.key)))
    return rows

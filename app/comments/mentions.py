"""Who is meant by `@name` in a comment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator

from markupsafe import Markup, escape
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.auth.models import User

# Not inside an e-mail address or a word; ends before the full stop of the sentence.
MENTION = re.compile(r"(?<![\w.@+-])@([A-Za-z0-9](?:[\w.+-]*\w)?)")
MOST_SUGGESTED = 8


def handle_of(email: str) -> str:
    """Return what stands after the @ for a person: the first part of their address."""
    return email.split("@", 1)[0].lower()


def handles_in(text: str) -> list[str]:
    """Return the handles a text mentions, each once, in order."""
    return list(dict.fromkeys(found.lower() for found in MENTION.findall(text)))


def people_mentioned(text: str, session: Session) -> Iterator[User]:
    """Yield the people a text mentions; a handle several share means all of them."""
    handles = handles_in(text)[:50]
    if handles:
        query = select(User).where(
            User.archived_at.is_(None),
            or_(*(User.email.istartswith(f"{handle}@", autoescape=True) for handle in handles)),
        )
        yield from session.scalars(query.order_by(User.email))


def suggest_people(words: str, session: Session) -> list[User]:
    """Return people whose name or handle begins with what is typed, for completing a mention."""
    typed = words.strip().lstrip("@")[:60]
    if not typed:
        return []
    query = (
        select(User)
        .where(
            User.archived_at.is_(None),
            or_(
                User.email.istartswith(typed, autoescape=True),
                User.display_name.istartswith(typed, autoescape=True),
                User.display_name.icontains(f" {typed}", autoescape=True),
            ),
        )
        .order_by(User.display_name, User.email)
        .limit(MOST_SUGGESTED)
    )
    return list(session.scalars(query))


def with_mentions(text: str, handles: Container[str]) -> Markup:
    """Write a comment for a page: escaped, lines kept, mentions of known handles marked."""

    def mark(found: re.Match[str]) -> str:
        if found[1].lower() not in handles:
            return found[0]
        return f'<span class="mention">{found[0]}</span>'

    marked = MENTION.sub(mark, str(escape(unicodedata.normalize("NFC", text))))
    return Markup(marked.replace("\n", "<br>\n"))  # noqa: S704  escaped just above

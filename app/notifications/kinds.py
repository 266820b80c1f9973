"""What people can be told about, and one thing to tell."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.i18n import LazyText


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """A kind of news each person can receive in the page, by mail, both or not at all.

    `name` is stable (`module.noun`); the two flags are what people get before they choose.
    """

    name: str
    label: LazyText
    in_page: bool = True
    by_mail: bool = True
    # Offered to whoever holds this right; empty: to everybody.
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: a sentence translated for each reader, and where it leads.

    A value of the sentence may itself be a text to translate.
    """

    kind: NotificationKind
    message: LazyText
    url: str = ""
    subject: tuple[str, UUID] | None = None

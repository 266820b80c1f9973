"""Invent what callers say once the work is done: most are pleased, less so when it came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.auth.who import MAIL_LINK
from modules.tickets.demo.stories import Happened
from modules.tickets.enums import DISSATISFIED_TO, EventKind, OpinionChannel

# How often each score from 1 to 5 is given, when all went well and when the work came back.
_USUAL = (4, 7, 13, 41, 35)
_RETURNED = (30, 28, 18, 16, 8)
_ASKED, _ANSWERED, _BY_PHONE, _IN_WORDS = 0.55, 0.38, 0.12, 0.3
_WORDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fr": (
        ("Trop long, sans nouvelles pendant des jours.", "Le problème est revenu le lendemain.",
         "Personne n’est venu à l’heure dite."),
        ("Technicien aimable et rapide.", "Très bien expliqué, merci.", "Réparé du premier coup."),
    ),
    "nl": (
        ("Te lang gewacht, zonder nieuws.", "Het kwam de dag nadien terug.",
         "Niemand kwam op het afgesproken uur."),
        ("Vriendelijke en snelle technicus.", "Goed uitgelegd, bedankt.", "Meteen hersteld."),
    ),
}  # fmt: skip


def draw_opinion(
    chance: Random, ticket: Mapping[str, Any], story: Sequence[Happened], now: datetime
) -> tuple[dict[str, Any], Happened | None] | None:
    """Return the question put to a caller and the event of the answer; None when nobody is asked.

    The columns of the row are those of `ticket_opinions`, without an identifier.
    """
    done = [event.at for event in story if event.kind is EventKind.COMPLETED]
    if not done or ticket["caller_id"] is None or chance.random() > _ASKED:
        return None
    asked_at = done[-1]
    row = _question(ticket["id"], asked_at)
    answered_at = asked_at + timedelta(minutes=chance.randrange(20, 6 * 24 * 60))
    if chance.random() > _ANSWERED or answered_at > now:
        return row, None
    came_back = any(event.kind is EventKind.RETURNED for event in story)
    score = chance.choices((1, 2, 3, 4, 5), _RETURNED if came_back else _USUAL)[0]
    channel = OpinionChannel.PHONE if chance.random() < _BY_PHONE else OpinionChannel.LINK
    said = _WORDS[ticket["caller_locale"]][score > DISSATISFIED_TO]
    row |= {
        "score": score,
        "words": chance.choice(said) if chance.random() < _IN_WORDS else "",
        "answered_at": answered_at,
        "channel": channel,
    }
    data = {"score": score, "channel": channel.value}
    by_whom = MAIL_LINK if channel is OpinionChannel.LINK else story[0].actor_name
    return row, Happened(EventKind.ANSWERED, answered_at, by_whom, data=data)


def _question(ticket_id: UUID, asked_at: datetime) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "asked_at": asked_at,
        "score": None,
        "words": "",
        "answered_at": None,
        "channel": None,
    }

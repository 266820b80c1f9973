"""Known failures: a lift that stands still now, with those who called, and one that is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from app.auth.actor import SYSTEM_USER_ID
from app.db import TranslatedText
from app.demo import timed_id
from modules.tickets.demo.calls import Calls
from modules.tickets.demo.places import Spot
from modules.tickets.demo.reports import Callers, Report, draw_caller
from modules.tickets.demo.standing import Standing
from modules.tickets.demo.stories import draw_words
from modules.tickets.enums import EventKind


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of the demo: since how many hours, until when, and how many called about it."""

    category_key: str
    about: str
    title: TranslatedText
    sentence: TranslatedText
    since: float
    ended: float | None
    callers: int


FAILURES = (
    Failure(
        "common.lift",
        "common.lift.stopped",
        TranslatedText(fr="Ascenseur à l’arrêt", nl="Lift staat stil"),
        TranslatedText(
            fr="L’ascenseur est à l’arrêt, la firme est prévenue. La pièce est commandée.",
            nl="De lift staat stil, de firma is verwittigd. Het onderdeel is besteld.",
        ),
        since=4,
        ended=None,
        callers=5,
    ),
    Failure(
        "home.water",
        "home.water.none",
        TranslatedText(fr="Coupure d’eau dans l’immeuble", nl="Geen water in het gebouw"),
        TranslatedText(
            fr="La conduite de rue est réparée par le distributeur, l’eau revient vers 17 h.",
            nl="De maatschappij herstelt de leiding in de straat, rond 17 uur is er weer water.",
        ),
        since=150,
        ended=142,
        callers=3,
    ),
)


def announce_failures(calls: Calls, spots: Sequence[Spot], callers: Callers) -> None:
    """Announce each failure in the building with the most homes that can have it."""
    homes: dict[Any, list[Spot]] = {}
    for spot in spots:
        if callers.get(spot.lot_id or SYSTEM_USER_ID):
            homes.setdefault(spot.building_id, []).append(spot)
    largest = sorted(homes.values(), key=len, reverse=True)
    for failure in FAILURES:
        needs_lift = failure.category_key == "common.lift"
        able = [near for near in largest if bool(near[0].lift_id) or not needs_lift]
        if able:
            largest.remove(able[0])
            _announce(calls, failure, able[0], callers)


def _announce(calls: Calls, failure: Failure, near: Sequence[Spot], callers: Callers) -> None:
    began = calls.now - timedelta(hours=failure.since)
    lift = near[0].lift_id if failure.category_key == "common.lift" else None
    ended_at = None if failure.ended is None else calls.now - timedelta(hours=failure.ended)
    outage: dict[str, Any] = {
        "id": timed_id(calls.chance, began),
        "version": 1,
        "title": failure.title,
        "sentence": failure.sentence,
        "category_key": failure.category_key,
        "building_id": near[0].building_id,
        "installation_id": lift,
        "started_at": began,
        "expected_end_at": (ended_at or calls.now + timedelta(hours=68)),
        "ended_at": ended_at,
        "affected_count": 0,
        "opened_by_id": SYSTEM_USER_ID,
        "created_at": began,
        "updated_at": ended_at or began,
    }
    calls.outages.append(outage)
    first, *others = calls.chance.sample(near, min(len(near), failure.callers + 1))
    _first_ticket(calls, failure, first, callers, outage)
    for number, spot in enumerate(others, start=1):
        party_id, name = draw_caller(calls.chance, spot, callers)
        at = began + timedelta(minutes=17 * number)
        calls.outage_calls.append(
            {
                "id": timed_id(calls.chance, at),
                "outage_id": outage["id"],
                "lot_id": spot.lot_id,
                "party_id": party_id,
                "caller_name": name,
                "caller_locale": calls.chance.choice(("fr", "nl")),
                "at": at,
                "actor_id": SYSTEM_USER_ID,
            }
        )
        outage["affected_count"] += 1


def _first_ticket(
    calls: Calls, failure: Failure, spot: Spot, callers: Callers, outage: dict[str, Any]
) -> None:
    """Write the ticket of who called first; the failure was announced when it was read."""
    caller_id, name = draw_caller(calls.chance, spot, callers)
    report = Report(
        spot=spot,
        at=outage["started_at"] - timedelta(minutes=12),
        category_key=failure.about,
        locale="fr",
        words=draw_words(calls.chance, failure.about, "fr"),
        caller_id=caller_id,
        caller_name=name,
    )
    # What is over went the usual way; what goes on is in the hands of somebody.
    standing = Standing(failure.about, failure.since, EventKind.STARTED)
    story = None if failure.ended else partial(standing.tell, report.at, locale=report.locale)
    calls.write(report, story)["outage_id"] = outage["id"]

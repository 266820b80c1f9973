"""Second calls: a neighbour reports the same lift again, and the ticket is a duplicate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from modules.tickets.demo.calls import COMMON, Calls
from modules.tickets.demo.places import Spot
from modules.tickets.demo.reports import Callers, Report, draw_caller
from modules.tickets.demo.stories import Happened, draw_words
from modules.tickets.enums import DROPPED_STATUSES, EventKind

# Of so many tickets one is told of twice.
ONE_IN = 60


def repeat_some(calls: Calls, spots: Sequence[Spot], callers: Callers) -> None:
    """Add a second report to some tickets about common parts, while they were open."""
    neighbours: dict[Any, list[Spot]] = {}
    for spot in spots:
        neighbours.setdefault(spot.building_id, []).append(spot)
    shared = [
        row
        for row in calls.tickets
        if row["category_key"].startswith(COMMON) and row["status"] not in DROPPED_STATUSES
    ]
    calls.chance.shuffle(shared)
    wanted = max(2, len(calls.tickets) // ONE_IN)
    for original in shared:
        report = _second_report(calls, original, neighbours, callers)
        if report is not None and wanted > 0:
            _file(calls, original, report)
            wanted -= 1


def _second_report(
    calls: Calls,
    original: dict[str, Any],
    neighbours: dict[Any, list[Spot]],
    callers: Callers,
) -> Report | None:
    """Let a neighbour call within the hours, unless the work was done by then."""
    at = original["opened_at"] + timedelta(minutes=calls.chance.randint(6, 150))
    near = neighbours.get(original["building_id"])
    if not near or at + timedelta(minutes=10) >= (original["completed_at"] or calls.now):
        return None
    spot = calls.chance.choice(near)
    caller_id, name = draw_caller(calls.chance, spot, callers)
    if caller_id is None or caller_id == original["caller_id"]:
        return None
    locale = calls.chance.choices(("fr", "nl"), (72, 28))[0]
    return Report(
        spot=spot,
        at=at,
        category_key=original["category_key"],
        locale=locale,
        words=draw_words(calls.chance, original["category_key"], locale),
        caller_id=caller_id,
        caller_name=name,
    )


def _file(calls: Calls, original: dict[str, Any], report: Report) -> None:
    marked_at = report.at + timedelta(minutes=8)
    data = {"of": str(original["id"])}
    row = calls.write(report, lambda opening: _tell(report.at, marked_at, opening, data))
    again: dict[str, Any] = {
        "name": report.caller_name,
        "email": "",
        "locale": report.locale,
        "is_new_household": True,
    }
    calls.add_event(
        original, Happened(EventKind.CALLED_AGAIN, marked_at, "Dispatching", data=again)
    )
    original["affected_count"] += 1
    original["updated_at"] = max(original["updated_at"], marked_at)
    # Both name the other's number, which is given once all are known.
    calls.when_numbered(data, "number", original)
    calls.when_numbered(again, "ticket", row)


def _tell(
    at: datetime, marked_at: datetime, opening: Mapping[str, Any], data: dict[str, Any]
) -> Iterator[Happened]:
    yield Happened(EventKind.OPENED, at, "Technisch onthaal", data=dict(opening))
    yield Happened(EventKind.MARKED_DUPLICATE, marked_at, "Dispatching", data=data)

"""State what a kind of work asks: each statement is a version, none is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import NotFound, StaleVersion
from app.ids import new_id
from app.search.normalise import normalise
from modules.interventions.checklists import (
    KINDS_OF_WORK,
    ChecklistItem,
    Stated,
    load_checklists,
)
from modules.interventions.commands import Point, RestoreChecklist, StateChecklist
from modules.interventions.errors import PointsAlike
from modules.interventions.models import ChecklistVersion
from modules.interventions.policies import OrderPermission

_LONGEST_WORD = 40


def state_checklist(
    actor: Actor, command: StateChecklist, uow: UnitOfWork, clock: Clock
) -> ChecklistVersion | None:
    """State the points of a kind of work from now on; None when they are the ones that hold.

    Orders that were begun keep their points. Raises NotFound for an unknown kind of work,
    StaleVersion when somebody stated another list since `command.seen`, PointsAlike.
    """
    require(actor, OrderPermission.CHECKLISTS)
    stated = _stated(command.work, command.seen, uow)
    present = stated[-1]
    known = {point.id for one in stated for point in one.points}
    points = _with_identifiers(command, known)
    if points == present.points:
        return None
    return _add(command.work, points, present, actor, uow, clock)


def restore_checklist(
    actor: Actor, command: RestoreChecklist, uow: UnitOfWork, clock: Clock
) -> ChecklistVersion | None:
    """State an earlier list again; None when it is the one that holds.

    Raises NotFound when there never was such a list, StaleVersion like `state_checklist`.
    """
    require(actor, OrderPermission.CHECKLISTS)
    stated = _stated(command.work, command.seen, uow)
    earlier = next((one for one in stated if one.number == command.number), None)
    if earlier is None:
        raise NotFound
    if earlier.points == stated[-1].points:
        return None
    return _add(command.work, earlier.points, stated[-1], actor, uow, clock)


def _stated(work: str, seen: int, uow: UnitOfWork) -> Sequence[Stated]:
    """Return every list of a kind of work, the one last seen at the end."""
    if work not in KINDS_OF_WORK:
        raise NotFound
    stated = load_checklists(uow.session).stated[work]
    if stated[-1].number != seen:
        raise StaleVersion(current_version=stated[-1].number)
    return stated


def _with_identifiers(command: StateChecklist, known: set[str]) -> tuple[ChecklistItem, ...]:
    """Give new points a stable identifier made of their English words: `plumbing.no-leak`."""
    found: list[ChecklistItem] = []
    for position, point in enumerate(command.points):
        item_id = point.id if point.id in known else _new_id(command.work, point, known)
        known.add(item_id)
        if any(item_id == one.id or point.label == one.label for one in found):
            raise PointsAlike(position)
        found.append(ChecklistItem(item_id, point.label, point.kind, point.is_required))
    return tuple(found)


def _new_id(work: str, point: Point, known: set[str]) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", normalise(point.label["en"])).strip("-")[:_LONGEST_WORD]
    base = wanted = f"{work}.{word or 'point'}"
    count = 1
    while wanted in known:
        count += 1
        wanted = f"{base}-{count}"
    return wanted


def _add(
    work: str,
    points: tuple[ChecklistItem, ...],
    before: Stated,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> ChecklistVersion:
    version = ChecklistVersion(
        id=new_id(),
        work=work,
        number=before.number + 1,
        points=JsonDict({"points": [_facts(point) for point in points]}),
        created_at=clock.now(),
        created_by_name=actor.display_name,
    )
    uow.session.add(version)
    record(
        uow,
        actor,
        clock,
        action="interventions.checklist.state",
        subject=Subject("checklist_version", version.id, work),
        changes={"work": (None, work), "points": (_said(before.points), _said(points))},
    )
    uow.flush()
    return version


def _facts(point: ChecklistItem) -> dict[str, Any]:
    return {
        "id": point.id,
        "label": dict(point.label),
        "kind": point.kind.value,
        "is_required": point.is_required,
    }


def _said(points: Iterable[ChecklistItem]) -> list[dict[str, str]]:
    """Give the points to the audit trail, in the three languages; `*` marks a required one."""
    mark = {True: " *", False: ""}
    return [
        {language: text + mark[point.is_required] for language, text in point.label.items()}
        for point in points
    ]

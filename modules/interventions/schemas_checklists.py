"""What the page of a checklist sends: its points in order, each in three languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load
from marshmallow.validate import Length

from app.db import TranslatedText
from app.i18n import LOCALES
from app.web.fields import Line, Ticked
from app.web.forms import FormSchema, VersionField
from modules.interventions.checklists import ChecklistItem
from modules.interventions.commands import Point, StateChecklist
from modules.interventions.enums import PointKind

MOST_POINTS = 40
_NAME = re.compile(r"points\.(\d{1,3})\.(\w+)")
_LABEL = Length(max=160)


class PointIn(Schema):
    """A point, as it is typed."""

    id = fields.String(load_default="", validate=Length(max=90))
    fr = Line(required=True, validate=[Length(min=1), _LABEL])
    nl = Line(required=True, validate=[Length(min=1), _LABEL])
    en = Line(required=True, validate=[Length(min=1), _LABEL])
    kind = fields.Enum(PointKind, by_value=True, load_default=PointKind.BOOLEAN)
    is_required = Ticked(data_key="required")

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> Point:
        label = TranslatedText({language: data.pop(language) for language in LOCALES})
        return Point(label=label, **data)


class ChecklistIn(FormSchema):
    """The points of a kind of work; `version` is the list they were changed from."""

    work = fields.String(required=True)
    points = fields.List(fields.Nested(PointIn), required=True, validate=Length(max=MOST_POINTS))
    seen = VersionField(data_key="version")

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> StateChecklist:
        return StateChecklist(data["work"], tuple(data["points"]), data["seen"])


class RestoreIn(FormSchema):
    """The list that holds, as it was seen."""

    version = VersionField()


def typed_points(given: Mapping[str, str]) -> list[dict[str, str]]:
    """Gather the fields `points.<position>.<name>` of a form, one dict a point, in order."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in given.items():
        if found := _NAME.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = value
    return [rows[position] for position in sorted(rows)]


def shown_point(point: ChecklistItem) -> dict[str, str]:
    """Return a point as the form shows it."""
    required = {"required": "on"} if point.is_required else {}
    return {"id": point.id, "kind": point.kind.value, **point.label, **required}


def arranged(points: list[dict[str, str]], move: str) -> tuple[list[dict[str, str]], int]:
    """Add an empty point (`add`), or move one (`up.2`, `down.2`) or take it out (`remove.2`).

    Returns the points and the position to go on at.
    """
    verb, _, where = move.partition(".")
    at = int(where) if where.isdecimal() else len(points)
    if verb == "add":
        return [*points, {}], len(points)
    if at >= len(points):
        return points, 0
    rest = [*points[:at], *points[at + 1 :]]
    if verb == "remove":
        return rest, min(at, len(rest) - 1)
    to = max(0, min(at + {"up": -1, "down": 1}.get(verb, 0), len(rest)))
    return [*rest[:to], points[at], *rest[to:]], to

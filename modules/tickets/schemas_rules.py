"""What the pages of rules accept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from marshmallow import fields, post_load, validate

from app.calendar.service import Coverage
from app.calendar.working_time import Hours
from app.db import TranslatedText
from app.i18n import LOCALES
from app.web.fields import BelgianDate, Line, Paragraphs, Ticked
from app.web.fields import Hours as Duration
from app.web.forms import FormSchema
from modules.tickets.commands import AddClosingDay, SetOfficeWeek, SetRule
from modules.tickets.enums import Nearness, RuleKind, Trade
from modules.tickets.errors import HoursNotRead
from modules.tickets.rulebook import Category, Priority, SafetyQuestion

OPENING = re.compile(r"(\d{1,2})[:hu](\d{2})\s*[-–]\s*(\d{1,2})[:hu](\d{2})")
SHORT = validate.Length(max=120)
LONG = validate.Length(max=400)


class DatedIn(FormSchema):
    """From which day it holds, and who decided it."""

    valid_from = BelgianDate(required=True)
    source = Line(required=True, validate=validate.Length(max=200))


class NamedIn(DatedIn):
    """A name in the three languages."""

    name_fr = Line(required=True, validate=SHORT)
    name_nl = Line(required=True, validate=SHORT)
    name_en = Line(required=True, validate=SHORT)


class PriorityRuleIn(NamedIn):
    """How fast the office promises to be."""

    rank = fields.Integer(required=True, validate=validate.Range(1, 99))
    target = Duration(required=True)
    coverage = fields.Enum(Coverage, by_value=True, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> SetRule:
        minutes = int(data["target"].total_seconds() // 60)
        return SetRule(
            Priority(
                name=_three(data, "name"),
                rank=data["rank"],
                target_minutes=minutes,
                coverage=data["coverage"],
                valid_from=data["valid_from"],
                source=data["source"],
            )
        )


class CategoryRuleIn(NamedIn):
    """A kind of problem, or a heading above some."""

    parent_key = Line(data_key="parent", load_default="")
    priority_key = Line(data_key="priority", load_default="")
    trade = fields.Enum(Trade, by_value=True, allow_none=True, load_default=None)
    nearness = fields.Enum(Nearness, by_value=True, load_default=Nearness.LOT)
    safety_key = Line(data_key="safety", load_default="")
    words = Line(load_default="", validate=validate.Length(max=300))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> SetRule:
        category = Category(
            name=_three(data, "name"),
            priority_key=data["priority_key"],
            trade=data["trade"],
            nearness=data["nearness"],
            safety_key=data["safety_key"],
            words=data["words"],
            valid_from=data["valid_from"],
            source=data["source"],
        )
        return SetRule(category, data["parent_key"])


class SentenceRuleIn(DatedIn):
    """A question asked first, and what is read aloud when the answer is yes."""

    question_fr = Paragraphs(required=True, validate=LONG)
    question_nl = Paragraphs(required=True, validate=LONG)
    question_en = Paragraphs(required=True, validate=LONG)
    instruction_fr = Paragraphs(required=True, validate=LONG)
    instruction_nl = Paragraphs(required=True, validate=LONG)
    instruction_en = Paragraphs(required=True, validate=LONG)
    stops = Ticked()

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> SetRule:
        return SetRule(
            SafetyQuestion(
                question=_three(data, "question"),
                instruction=_three(data, "instruction"),
                stops=data["stops"],
                valid_from=data["valid_from"],
                source=data["source"],
            )
        )


RULE_FORMS: dict[RuleKind, type[DatedIn]] = {
    RuleKind.PRIORITY: PriorityRuleIn,
    RuleKind.CATEGORY: CategoryRuleIn,
    RuleKind.SAFETY: SentenceRuleIn,
}


class OfficeWeekIn(DatedIn):
    """The openings of each day of a week, as `8:00-12:00, 13:00-16:30`."""

    hours_0 = Line(load_default="")
    hours_1 = Line(load_default="")
    hours_2 = Line(load_default="")
    hours_3 = Line(load_default="")
    hours_4 = Line(load_default="")
    hours_5 = Line(load_default="")
    hours_6 = Line(load_default="")

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> SetOfficeWeek:
        hours = {day: read_openings(f"hours_{day}", data[f"hours_{day}"]) for day in range(7)}
        return SetOfficeWeek(hours, data["valid_from"], data["source"])


class ClosingDayIn(FormSchema):
    """One more day on which the office is closed."""

    day = BelgianDate(required=True)
    name_fr = Line(required=True, validate=SHORT)
    name_nl = Line(required=True, validate=SHORT)
    name_en = Line(required=True, validate=SHORT)
    source = Line(data_key="day_source", required=True, validate=validate.Length(max=200))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> AddClosingDay:
        return AddClosingDay(data["day"], _three(data, "name"), data["source"])


def read_openings(field: str, text: str) -> tuple[Hours, ...]:
    """Read the openings of a day; HoursNotRead when they are no hours, or overlap.

    >>> read_openings("hours_0", "8:00-12:00, 13h00 - 16h30")
    (Hours(since=480, until=720), Hours(since=780, until=990))
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = OPENING.fullmatch(part)
        if match is None:
            raise HoursNotRead(field, text)
        since, until = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
        try:
            found.append(Hours(since, until))
        except ValueError:
            raise HoursNotRead(field, text) from None
    return in_order(field, found, text)


def in_order(field: str, openings: Iterable[Hours], text: str = "") -> tuple[Hours, ...]:
    """Return the openings of a day from morning to night; HoursNotRead when two overlap."""
    found = tuple(sorted(openings))
    if any(later.since < earlier.until for earlier, later in pairwise(found)):
        raise HoursNotRead(field, text)
    return found


def show_openings(openings: tuple[Hours, ...]) -> str:
    """Write the openings of a day as they are typed."""
    return ", ".join(f"{_clock(one.since)}-{_clock(one.until)}" for one in sorted(openings))


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _three(data: dict[str, Any], name: str) -> TranslatedText:
    return TranslatedText({language: data[f"{name}_{language}"] for language in LOCALES})

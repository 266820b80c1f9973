"""What the API of the rules and the office's hours takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, Range

from app.api import Day, Languages
from app.calendar.service import Coverage, read_hours
from app.calendar.working_time import MINUTES_A_DAY, Hours
from app.i18n import gettext as _
from app.web.fields import Line, Paragraphs
from modules.tickets.commands import AddClosingDay, RetireRule, SetOfficeWeek, SetRule
from modules.tickets.enums import Nearness, RuleKind, Trade
from modules.tickets.rulebook import AnyRule, Category, Priority, SafetyQuestion
from modules.tickets.schemas_rules import in_order

A_YEAR_MINUTES = 366 * MINUTES_A_DAY
_KEY = Length(max=60)


class _StatedIn(Schema):
    """From which day it holds, who decided it, and which rule it changes."""

    shape: type[AnyRule]

    key = Line(
        load_default="",
        validate=_KEY,
        metadata={"description": "Of the rule that changes; left out, a new one is made."},
    )
    valid_from = Day(required=True, metadata={"description": "Today or later."})
    source = Line(required=True, validate=Length(min=1, max=200))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> SetRule:
        parent_key = data.pop("parent_key", "")
        return SetRule(self.shape(**data), parent_key)


class PriorityRuleApiIn(_StatedIn):
    """How fast the office promises to be, from a day on; rank 1 is the most urgent."""

    shape = Priority

    name = Languages(Line(validate=Length(max=120)), required=True)
    rank = fields.Integer(required=True, validate=Range(1, 99))
    target_minutes = fields.Integer(required=True, validate=Range(1, A_YEAR_MINUTES))
    coverage = fields.Enum(Coverage, by_value=True, required=True)


class CategoryRuleApiIn(_StatedIn):
    """A kind of problem, or a heading above some, from a day on."""

    shape = Category

    parent_key = Line(
        load_default="",
        validate=_KEY,
        metadata={
            "description": "The heading a new one stands below.",
            "refused_as": ("category",),
        },
    )
    name = Languages(Line(validate=Length(max=120)), required=True)
    priority_key = Line(load_default="", validate=_KEY)
    trade = fields.Enum(Trade, by_value=True, load_default=None, allow_none=True)
    nearness = fields.Enum(Nearness, by_value=True, load_default=Nearness.LOT)
    safety_key = Line(load_default="", validate=_KEY)
    words = Line(load_default="", validate=Length(max=300))


class SentenceRuleApiIn(_StatedIn):
    """A question asked first, and what is read aloud when the answer is yes, from a day on."""

    shape = SafetyQuestion

    question = Languages(
        Paragraphs(validate=Length(max=400)), required=True, metadata={"refused_as": ("name_en",)}
    )
    instruction = Languages(Paragraphs(validate=Length(max=400)), required=True)
    stops = fields.Boolean(load_default=False)


class _RuleOut(Schema):
    """A rule in force, since when, and who says so."""

    key = fields.String()
    name = fields.Dict(keys=fields.String(), values=fields.String())
    valid_from = fields.Date()
    source = fields.String()
    is_proposal = fields.Boolean(metadata={"description": "By the house, not by the office."})
    is_retired = fields.Boolean(metadata={"description": "Named still, chosen no more."})


class PriorityOut(_RuleOut):
    """A priority and its promise."""

    rank = fields.Integer()
    target_minutes = fields.Integer()
    coverage = fields.Enum(Coverage, by_value=True)


class CategoryOut(_RuleOut):
    """A kind of problem, or a heading above some."""

    priority_key = fields.String()
    trade = fields.Enum(Trade, by_value=True, allow_none=True)
    nearness = fields.Enum(Nearness, by_value=True)
    safety_key = fields.String()
    words = fields.String(metadata={"description": "Other words callers use."})
    is_choice = fields.Boolean(metadata={"description": "False: a heading, or not used any more."})


class SentenceOut(_RuleOut):
    """A question asked first, and what is read aloud when the answer is yes."""

    question = fields.Dict(keys=fields.String(), values=fields.String())
    instruction = fields.Dict(keys=fields.String(), values=fields.String())
    stops = fields.Boolean(metadata={"description": "A yes asks for 112."})


class RetirementApiIn(Schema):
    """A rule is not used any more from a day on."""

    kind = fields.Enum(RuleKind, by_value=True, required=True)
    key = Line(required=True, validate=Length(min=1, max=60))
    on = Day(required=True, data_key="valid_from")
    reason = Line(required=True, validate=Length(min=1, max=200), data_key="source")

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> RetireRule:
        return RetireRule(**data)


class RuleVersionQuery(Schema):
    """The versions of which rule."""

    kind = fields.Enum(RuleKind, by_value=True, required=True)
    key = Line(required=True, validate=Length(min=1, max=60))


class RuleVersionOut(Schema):
    """A version of a rule as the office stated it."""

    id = fields.UUID(required=True)
    kind = fields.Enum(RuleKind, by_value=True, required=True)
    key = fields.String(required=True)
    facts = fields.Dict(required=True)
    valid_from = fields.Date(required=True)
    is_retired = fields.Boolean(required=True)
    source = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    created_by_name = fields.String()
    archived_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was taken back."}
    )


class OpeningSchema(Schema):
    """One opening of a day, in minutes after midnight."""

    weekday = fields.Integer(
        required=True, validate=Range(0, 6), metadata={"description": "0 is Monday."}
    )
    since = fields.Integer(required=True, validate=Range(0, MINUTES_A_DAY - 1))
    until = fields.Integer(required=True, validate=Range(1, MINUTES_A_DAY))


class OfficeWeekApiIn(Schema):
    """The openings of a week from a day on; a day without any is closed."""

    openings = fields.List(
        fields.Nested(OpeningSchema), required=True, validate=Length(min=1, max=70)
    )
    valid_from = Day(required=True, metadata={"description": "Today or later."})
    source = Line(required=True, validate=Length(min=1, max=200))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> SetOfficeWeek:
        openings = data["openings"]
        if any(one["since"] >= one["until"] for one in openings):
            raise ValidationError({"openings": [_("An opening ends after it begins.")]})
        hours = {
            day: in_order(
                "openings",
                [Hours(one["since"], one["until"]) for one in openings if one["weekday"] == day],
            )
            for day in range(7)
        }
        return SetOfficeWeek(hours, data["valid_from"], data["source"])


class OfficeWeekOut(Schema):
    """The hours of a week as the office stated them."""

    id = fields.UUID(required=True)
    openings = fields.Method("_openings", metadata={"type": "array", "items": {"type": "object"}})
    valid_from = fields.Date(required=True)
    source = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    archived_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was taken back."}
    )

    def _openings(self, week: Any) -> list[dict[str, int]]:
        return [
            {"weekday": day, "since": one.since, "until": one.until}
            for day, openings in sorted(read_hours(week.hours).items())
            for one in openings
        ]


class ClosingDayQuery(Schema):
    """From which day on."""

    since = Day(load_default=None, metadata={"description": "Today, unless another is given."})


class ClosingDayApiIn(Schema):
    """One more day on which the office is closed."""

    day = Day(required=True, metadata={"refused_as": ("valid_from",)})
    name = Languages(Line(validate=Length(max=120)), required=True)
    source = Line(required=True, validate=Length(min=1, max=200))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> AddClosingDay:
        return AddClosingDay(**data)


class ClosingDayOut(Schema):
    """A day on which the office is closed besides the legal holidays."""

    id = fields.UUID(required=True)
    day = fields.Date(required=True)
    name = fields.Dict(keys=fields.String(), values=fields.String())
    source = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    archived_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was taken back."}
    )

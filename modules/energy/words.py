"""Alerts and rules in plain words, in French, Dutch and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.i18n import LOCALES, LazyText, format_datetime, format_money, format_quantity, use_locale
from app.i18n import gettext as _
from app.i18n import lazy as _l
from modules.energy.enums import Rule, Unit

# What the house itself writes as the source of a price, and what people read.
TO_CONFIRM = "Order of magnitude, to be confirmed with an invoice"
_SOURCES = {TO_CONFIRM: _l("Order of magnitude, to be confirmed with an invoice")}

EXPLANATIONS: dict[Rule, LazyText] = {
    Rule.CONTINUOUS_FLOW: _l(
        "Water that never stops is usually a leak. The lowest flow of the last day, three days and "
        "seven days is compared with the lowest flows of the four weeks before; the alert opens "
        "when it rises further than this meter ever did by itself, or when each of seven days "
        "lies above every day of those weeks."
    ),
    Rule.NIGHT_BASE: _l(
        "The lowest hours of the day show what is never switched off. Over one, three and seven "
        "days they are compared with the four weeks before; the alert opens when they rise further "
        "than this meter ever did by itself, or when each of seven days lies above every day of "
        "those weeks: something was left on, or leaks."
    ),
    Rule.ZERO: _l(
        "The meter says that nothing is consumed, for longer than ever before or at hours at which "
        "it always consumed: a power cut, a closed valve, a dead sensor."
    ),
    Rule.STUCK: _l(
        "The meter gives exactly the same value again and again, twice as long as ever before: "
        "the sensor or the logger is probably stuck."
    ),
    Rule.SILENT: _l(
        "No reading has arrived for six hours or more beyond the usual delay. What is consumed "
        "meanwhile is unknown."
    ),
    Rule.ABOVE_SEASON: _l(
        "Consumption over three and seven days is compared with the same hours of the six weeks "
        "before; the alert opens when it exceeds them further than this meter ever did by itself."
    ),
    Rule.COUNTS_LESS: _l(
        "For five days nearly every hour, nights included, stayed clearly under the same hours of "
        "the six weeks before. A holiday lowers the days and hardly the nights; a lost phase, a "
        "wrong factor or a half-blocked meter lowers everything. An emptied building does too."
    ),
    Rule.SPIKE: _l("One hour consumed half as much again as the highest hour of the past year."),
}


def column_unit(values: Iterable[float | None], unit: Unit) -> tuple[str, float, int]:
    """Return one unit for a whole column, what divides the stored value, and the decimals.

    A column that mixes litres and cubic metres cannot be read down: the largest value decides.
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if unit is Unit.WH:
        return "kWh", 1000, 1 if largest < 1_000_000 else 0
    if unit is Unit.LITRE:
        return ("l", 1, 0) if largest < 1000 else ("m³", 1000, 2 if largest < 100_000 else 1)
    return unit.value, 1, 0


def amount(value: float | None, unit: Unit) -> str:
    """Write an amount held in the canonical unit: 12,5 kWh, 1,25 m³, 480 l."""
    if value is None:
        return ""
    if unit is Unit.WH:
        return format_quantity(value / 1000, "kWh", 1 if abs(value) < 100_000 else 0)
    if unit is Unit.LITRE:
        if abs(value) < 1000:
            return format_quantity(value, "l", 0)
        return format_quantity(value / 1000, "m³", 1 if abs(value) < 100_000 else 0)
    return format_quantity(value, unit.value, 0)


def sentence(rule: Rule, unit: Unit, facts: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong in every language.

    `facts`: since, until (instants), value, usual (per hour, or hours), excess_per_day,
    cost_cents_per_day.
    """
    said = {}
    for locale in LOCALES:
        with use_locale(locale):
            said[locale] = _sentence(rule, unit, facts)
    return said


def _sentence(rule: Rule, unit: Unit, facts: Mapping[str, Any]) -> str:
    since = format_datetime(facts["since"])
    value, usual = amount(facts["value"], unit), amount(facts["usual"], unit)
    if rule is Rule.STUCK:
        value = str(round(facts["value"]))
    text = main_clause(rule, since, value, usual)
    per_day = facts.get("excess_per_day")
    if per_day and rule is not Rule.SPIKE:
        text += " " + _("That is %(amount)s a day too much", amount=amount(per_day, unit))
        cost = facts.get("cost_cents_per_day")
        text += _(", about %(cost)s a day.", cost=format_money(cost)) if cost else "."
    return text


def main_clause(rule: Rule, since: str, value: str, usual: str) -> str:
    """Say in the present language what is wrong, without what it costs."""
    return {
        Rule.CONTINUOUS_FLOW: _continuous,
        Rule.NIGHT_BASE: _night,
        Rule.ZERO: _zero,
        Rule.STUCK: _stuck,
        Rule.SILENT: _silent,
        Rule.ABOVE_SEASON: _above,
        Rule.COUNTS_LESS: _less,
        Rule.SPIKE: _spike,
    }[rule](since, value, usual)


def _continuous(since: str, value: str, usual: str) -> str:
    return _(
        "Water has been running without a stop since %(since)s: at least %(value)s an hour, where "
        "the lowest used to be %(usual)s.",
        since=since,
        value=value,
        usual=usual,
    )


def _night(since: str, value: str, usual: str) -> str:
    return _(
        "Since %(since)s the lowest consumption of the day is %(value)s an hour, where it used to "
        "be %(usual)s: something stays on.",
        since=since,
        value=value,
        usual=usual,
    )


def _zero(since: str, value: str, usual: str) -> str:
    return _(
        "Nothing has been counted since %(since)s, where %(usual)s would be usual.",
        since=since,
        usual=usual,
    )


def _stuck(since: str, value: str, usual: str) -> str:
    return _(
        "Since %(since)s the meter has given the same value %(hours)s hours in a row.",
        since=since,
        hours=value,
    )


def _silent(since: str, value: str, usual: str) -> str:
    return _("No reading has come since %(since)s.", since=since)


def _above(since: str, value: str, usual: str) -> str:
    return _(
        "Since %(since)s this meter consumes clearly more than at the same hours of the six weeks "
        "before.",
        since=since,
    )


def _less(since: str, value: str, usual: str) -> str:
    return _(
        "Since %(since)s the meter counts less at nearly every hour, about %(value)s where "
        "%(usual)s would be usual: it probably misses a part.",
        since=since,
        value=value,
        usual=usual,
    )


def _spike(since: str, value: str, usual: str) -> str:
    return _(
        "%(value)s in one hour on %(since)s, where %(usual)s would be usual.",
        value=value,
        since=since,
        usual=usual,
    )


def facts_of(
    since: datetime,
    until: datetime,
    value: float,
    usual: float,
    excess_per_day: float | None,
    cost_cents_per_day: int | None,
) -> dict[str, Any]:
    """Gather what a sentence needs."""
    return {
        "since": since,
        "until": until,
        "value": value,
        "usual": usual,
        "excess_per_day": excess_per_day,
        "cost_cents_per_day": cost_cents_per_day,
    }


def say_source(source: str) -> str:
    """Say where a price comes from: our own sentence translated, anybody else's as written."""
    return str(_SOURCES.get(source, source))


_REGISTERS = {
    "offtake.total": _l("Consumption, total"),
    "offtake.day": _l("Consumption, day tariff"),
    "offtake.night": _l("Consumption, night tariff"),
    "injection.total": _l("Injection, total"),
    "injection.day": _l("Injection, day tariff"),
    "injection.night": _l("Injection, night tariff"),
    "production.total": _l("Production, total"),
}


def say_register(code: str) -> str:
    """Name a register for people: the usual ones in words, what a file named otherwise as it is."""
    return str(_REGISTERS.get(code, code))

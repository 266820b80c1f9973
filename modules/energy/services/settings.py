"""Prices and thresholds: data with dates and a source, replaced and never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.i18n import lazy as _l
from modules.energy import errors
from modules.energy.commands import SetRule, SetTariff
from modules.energy.detection.rules import Rules
from modules.energy.enums import UTILITY_LABELS, Rule
from modules.energy.models import Meter, RuleSetting, Tariff
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import get_meter
from modules.portfolio.api import visible_building_ids

Dated = TypeVar("Dated", Tariff, RuleSetting)

RULE_OF = {
    "base": Rule.NIGHT_BASE,
    "past": Rule.NIGHT_BASE,
    "step": Rule.NIGHT_BASE,
    "season": Rule.ABOVE_SEASON,
    "less": Rule.COUNTS_LESS,
    "spike": Rule.SPIKE,
    "zero": Rule.ZERO,
    "stuck": Rule.STUCK,
    "silent": Rule.SILENT,
}
PLAIN_LABELS: dict[str, LazyText] = {
    "silent_hours": _l("Silent meter: hours without a reading"),
    "zero_hours": _l("Nothing consumed: least hours"),
    "zero_margin": _l("Nothing consumed: times the longest of its past"),
    "stuck_hours": _l("Stuck: least hours"),
    "stuck_margin": _l("Stuck: times the longest of its past"),
    "less_share": _l("Counts less: share of five days at or above four fifths of usual"),
    "less_margin": _l("Counts less: times the lowest share of its past"),
    "step_gap": _l("Base load of a week above every day of the month before: share of the mean"),
    "step_share": _l("Base load of a week above the month before: share of the mean"),
    "spike_top": _l("Spike: times the highest hour of its past"),
    "spike_spreads": _l("Spike: multiples of its own spread"),
    "past_share": _l("All rises: share of its past that counts as usual"),
    "past_margin": _l("All rises: times what its past hardly passed"),
}


def parameter_labels() -> dict[str, LazyText]:
    """Name every threshold that can be set."""
    labels = dict(PLAIN_LABELS)
    for name, levels, share, spreads in (
        (
            "base",
            Rules().base,
            _l("Base load over %(hours)s hours: share of the mean"),
            _l("Base load over %(hours)s hours: multiples of its own spread"),
        ),
        (
            "season",
            Rules().season,
            _l("Consumption over %(hours)s hours: share of the mean"),
            _l("Consumption over %(hours)s hours: multiples of its own spread"),
        ),
    ):
        for width in levels:
            labels[f"{name}_{width}_share"] = LazyText(share.message, {"hours": width})
            labels[f"{name}_{width}_spreads"] = LazyText(spreads.message, {"hours": width})
    return labels


def default_of(parameter: str) -> float:
    """Return the value of a threshold that nobody set."""
    name, _, kind = parameter.rpartition("_")
    level, _, width = name.partition("_")
    if width.isdigit():
        return float(getattr(getattr(Rules(), level)[int(width)], kind))
    return float(getattr(Rules(), parameter))


def set_rule(actor: Actor, command: SetRule, uow: UnitOfWork, clock: Clock) -> RuleSetting:
    """Set a threshold from a day on, until the next one; the one in force ends the day before.

    NotFound for a meter out of scope.
    """
    require(actor, EnergyPermission.RULES_CHANGE)
    if command.parameter not in parameter_labels():
        raise errors.unknown_parameter(command.parameter)
    if command.meter_id:
        get_meter(actor, uow.session, command.meter_id)
    same = select(RuleSetting).where(
        RuleSetting.parameter == command.parameter,
        RuleSetting.utility == command.utility,
        RuleSetting.meter_id == command.meter_id,
    )
    before, last_day = _make_room(uow.session.scalars(same).all(), command.valid_from)
    row = RuleSetting(
        rule=RULE_OF[command.parameter.partition("_")[0]],
        parameter=command.parameter,
        value=command.value,
        utility=command.utility,
        meter_id=command.meter_id,
        valid_from=command.valid_from,
        valid_until=last_day,
        source=command.source,
    )
    uow.session.add(row)
    uow.flush()
    old = before.value if before else default_of(command.parameter)
    record(
        uow,
        actor,
        clock,
        action="energy.rule.set",
        subject=Subject("energy_rule", row.id, command.parameter),
        changes={"value": (old, command.value), "source": (None, command.source)},
    )
    return row


def set_tariff(actor: Actor, command: SetTariff, uow: UnitOfWork, clock: Clock) -> Tariff:
    """Set a confirmed price from a day on, until the next one; the one in force ends before."""
    require(actor, EnergyPermission.RULES_CHANGE)
    same = select(Tariff).where(Tariff.utility == command.utility)
    known = uow.session.scalars(same.order_by(Tariff.valid_from.desc())).all()
    for guess in known:
        # An order of magnitude gives way to what is known, whenever it was to begin.
        if not guess.is_confirmed and guess.valid_from > command.valid_from:
            guess.valid_until = guess.valid_from - timedelta(days=1)
    before, last_day = _make_room(known, command.valid_from)
    factors = (row.kwh_per_m3 for row in (before, *known) if row is not None)
    row = Tariff(
        utility=command.utility,
        price_per_unit=command.price_per_unit,
        kwh_per_m3=command.kwh_per_m3 or next(filter(None, factors), None),
        valid_from=command.valid_from,
        valid_until=last_day,
        source=command.source,
        is_confirmed=True,
    )
    uow.session.add(row)
    uow.flush()
    old = before.price_per_unit if before else None
    record(
        uow,
        actor,
        clock,
        action="energy.tariff.set",
        subject=Subject("energy_tariff", row.id, str(UTILITY_LABELS[command.utility])),
        changes={"price": (old, command.price_per_unit), "source": (None, command.source)},
    )
    return row


def _make_room(rows: Sequence[Dated], since: date) -> tuple[Dated | None, date | None]:
    """End what is in force on a day the day before; return it, and the day before the next one.

    What begins later stands: prices and thresholds may be said in any order.
    """
    the_day_before = timedelta(days=1)
    held = [row for row in rows if row.valid_until is None or row.valid_until >= row.valid_from]
    before = max(
        (row for row in held if row.valid_from <= since),
        key=lambda row: row.valid_from,
        default=None,
    )
    if before is not None and (before.valid_until is None or before.valid_until >= since):
        before.valid_until = since - the_day_before
    later = min((row.valid_from for row in held if row.valid_from > since), default=None)
    return before, later - the_day_before if later else None


def list_tariffs(actor: Actor, session: Session) -> Sequence[Tariff]:
    """Return every price, the latest first for each utility."""
    require(actor, EnergyPermission.RULES_CHANGE)
    return session.scalars(select(Tariff).order_by(Tariff.utility, Tariff.valid_from.desc())).all()


def list_rules(actor: Actor, session: Session) -> Sequence[RuleSetting]:
    """Return the thresholds somebody set, the latest first; not those of meters out of scope."""
    require(actor, EnergyPermission.RULES_CHANGE)
    query = select(RuleSetting).outerjoin(Meter, RuleSetting.meter_id == Meter.id)
    visible = visible_building_ids(actor)
    if visible is not None:
        seen = Meter.building_id.in_(visible)
        query = query.where(or_(RuleSetting.meter_id.is_(None), seen))
    latest = RuleSetting.valid_from.desc(), RuleSetting.id.desc()
    return session.scalars(query.order_by(*latest).limit(500)).all()

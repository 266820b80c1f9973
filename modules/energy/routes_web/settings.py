"""The page of prices and thresholds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from modules.energy import errors
from modules.energy.commands import SetRule, SetTariff
from modules.energy.enums import UTILITY_LABELS, Utility
from modules.energy.policies import EnergyPermission
from modules.energy.schemas import RuleIn, TariffIn
from modules.energy.services.meters import find_by_reference
from modules.energy.services.settings import (
    default_of,
    list_rules,
    list_tariffs,
    parameter_labels,
    set_rule,
    set_tariff,
)
from modules.energy.words import say_source

blueprint = Blueprint("energy_settings", __name__, url_prefix="/energy/settings")
PAGE = "energy/settings.html"


@blueprint.get("")
@needs(EnergyPermission.RULES_CHANGE)
def settings() -> ResponseReturnValue:
    """Show prices and thresholds."""
    return render_template(PAGE, form=Form(RuleIn), errors=(), **_context())


@blueprint.post("/tariffs")
@needs(EnergyPermission.RULES_CHANGE)
def tariff_set() -> ResponseReturnValue:
    """Set a price from a day on."""
    form = Form(TariffIn, request.form)
    try:
        with open_unit_of_work() as uow:
            typed = form.load()
            for name in ("price_per_unit", "kwh_per_m3"):
                typed[name] = None if typed[name] is None else float(typed[name])
            set_tariff(current_actor(), SetTariff(**typed), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, PAGE, **_context())
    return done(url_for("energy_settings.settings"), _("Price saved"))


@blueprint.post("/rules")
@needs(EnergyPermission.RULES_CHANGE)
def rule_set() -> ResponseReturnValue:
    """Set a threshold from a day on."""
    form = Form(RuleIn, request.form)
    try:
        with open_unit_of_work() as uow:
            typed = form.load()
            typed["value"] = float(typed["value"])
            reference = typed.pop("meter")
            meter = find_by_reference(uow.session, reference, None) if reference else None
            if reference and meter is None:
                raise errors.unknown_meter(reference)
            command = SetRule(meter_id=meter.id if meter else None, **typed)
            set_rule(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, PAGE, **_context())
    return done(url_for("energy_settings.settings"), _("Threshold saved"))


def _context() -> dict[str, Any]:
    actor, session = current_actor(), reader()
    labels = parameter_labels()
    return {
        "tariffs": list_tariffs(actor, session),
        "say_source": say_source,
        "rules": list_rules(actor, session),
        "labels": labels,
        "defaults": {name: default_of(name) for name in labels},
        "utilities": UTILITY_LABELS,
        "utility_options": [(u.value, UTILITY_LABELS[u]) for u in Utility],
        "parameter_options": list(labels.items()),
        "today": current_clock().today().isoformat(),
    }

"""Prices and thresholds for programs: read, and set from a day on with a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.energy.commands import SetRule, SetTariff
from modules.energy.models import RuleSetting, Tariff
from modules.energy.policies import EnergyPermission
from modules.energy.schemas_api_settings import (
    DefaultOut,
    TariffApiIn,
    TariffOut,
    ThresholdApiIn,
    ThresholdOut,
)
from modules.energy.services.settings import (
    default_of,
    list_rules,
    list_tariffs,
    parameter_labels,
    set_rule,
    set_tariff,
)

tariffs = ApiBlueprint(
    "energy_tariffs_api",
    __name__,
    url_prefix="/api/v1/energy-tariffs",
    description="Prices, each from a day on.",
)
thresholds = ApiBlueprint(
    "energy_thresholds_api",
    __name__,
    url_prefix="/api/v1/energy-thresholds",
    description="How strictly meters are judged, each threshold from a day on.",
)


@tariffs.route("")
class Tariffs(MethodView):
    """Prices."""

    @needs(EnergyPermission.RULES_CHANGE)
    @tariffs.response(200, TariffOut(many=True))
    def get(self) -> Sequence[Tariff]:
        """List every price, the latest first for each utility."""
        return list_tariffs(current_actor(), reader())

    @needs(EnergyPermission.RULES_CHANGE)
    @tariffs.arguments(TariffApiIn)
    @tariffs.response(201, TariffOut)
    def post(self, data: dict[str, Any]) -> Tariff:
        """Set a price from a day on, until the next one; the one in force ends the day before."""
        with open_unit_of_work() as uow:
            return set_tariff(current_actor(), SetTariff(**data), uow, current_clock())


@thresholds.route("")
class Thresholds(MethodView):
    """Thresholds somebody set."""

    @needs(EnergyPermission.RULES_CHANGE)
    @thresholds.response(200, ThresholdOut(many=True))
    def get(self) -> Sequence[RuleSetting]:
        """List the thresholds somebody set, the latest first; at most 500."""
        return list_rules(current_actor(), reader())

    @needs(EnergyPermission.RULES_CHANGE)
    @thresholds.arguments(ThresholdApiIn)
    @thresholds.response(201, ThresholdOut)
    def post(self, data: dict[str, Any]) -> RuleSetting:
        """Set a threshold from a day on, for all meters, those of a utility or one meter."""
        with open_unit_of_work() as uow:
            return set_rule(current_actor(), SetRule(**data), uow, current_clock())


@thresholds.route("/defaults")
class Defaults(MethodView):
    """Thresholds nobody set."""

    @needs(EnergyPermission.RULES_CHANGE)
    @thresholds.response(200, DefaultOut(many=True))
    def get(self) -> Sequence[dict[str, Any]]:
        """List every threshold that can be set, with its value while nobody did."""
        return [
            {"parameter": name, "label": str(label), "value": default_of(name)}
            for name, label in parameter_labels().items()
        ]

"""The blueprint, and what several pages need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from app.i18n import LazyText, get_locale
from app.registry import panels_for
from app.web.context import current_actor, house, reader
from modules.portfolio import enums
from modules.portfolio.queries.places import list_areas, list_entrances, list_sites

blueprint = Blueprint("portfolio", __name__)


def choices(labels: Mapping[Any, LazyText]) -> list[tuple[str, str]]:
    """Return the members of an enumeration as options, in the order declared."""
    return [(key.value, str(label)) for key, label in labels.items()]


def options(building_id: UUID | None = None) -> dict[str, Any]:
    """Return every choice the forms of this module offer."""
    session, locale = reader(), get_locale()
    entrances = list_entrances(session, building_id) if building_id else ()
    return {
        "building_kinds": choices(enums.BUILDING_KIND_LABELS),
        "lot_kinds": choices(enums.LOT_KIND_LABELS),
        "categories": choices(enums.LOT_CATEGORY_LABELS),
        "regimes": choices(enums.REGIME_LABELS),
        "fundings": choices(enums.FUNDING_LABELS),
        "statuses": choices(enums.LOT_STATUS_LABELS),
        "accessibilities": choices(enums.ACCESSIBILITY_LABELS),
        "heatings": choices(enums.HEATING_LABELS),
        "heat_sources": choices(enums.HEAT_SOURCE_LABELS),
        "heritages": choices(enums.HERITAGE_LABELS),
        "uses": choices(enums.LAND_USE_LABELS),
        "regions": choices(enums.REGION_LABELS),
        "schemes": choices(enums.CERTIFICATE_SCHEME_LABELS),
        "warning_kinds": choices(enums.WARNING_KIND_LABELS),
        "installation_kinds": choices(enums.INSTALLATION_KIND_LABELS),
        "areas": [(str(a.id), a.name.text(locale)) for a in list_areas(session)],
        "sites": [(str(s.id), s.name.text(locale)) for s in list_sites(session)],
        "entrances": [(str(e.id), e.code) for e in entrances],
    }


def panel_parts(place: str, subject_id: UUID) -> list[dict[str, Any]]:
    """Return the parts other modules add to a sheet, as the macro `tabs` takes them."""
    return [
        {
            "key": panel.endpoint.replace(".", "-").replace("_", "-"),
            "label": str(panel.title),
            "url": url_for(panel.endpoint, subject_id=subject_id),
        }
        for panel in panels_for(house().modules, place, current_actor())
    ]


@blueprint.app_template_global()
def portfolio_label(kind: str, value: Any) -> str:
    """Return the word for a member of an enumeration: `portfolio_label("LOT_KIND", lot.kind)`."""
    labels = getattr(enums, f"{kind}_LABELS")
    return str(labels.get(value, "")) if value is not None else ""

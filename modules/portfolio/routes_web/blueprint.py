"""The blueprint, and what several pages need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.db import UnitOfWork
from app.i18n import format_number, get_locale
from app.i18n import gettext as _
from app.web.context import open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, choices, done
from modules.portfolio import enums
from modules.portfolio.commands import Change
from modules.portfolio.communes import communes_of
from modules.portfolio.queries.groupings import list_departments
from modules.portfolio.queries.labels import floor_in_words
from modules.portfolio.queries.places import list_areas, list_entrances, list_sites
from modules.portfolio.schemas.common import VersionIn

blueprint = Blueprint("portfolio", __name__)


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
        "acquisitions": choices(enums.ACQUISITION_LABELS),
        "uses": choices(enums.LAND_USE_LABELS),
        "regions": choices(enums.REGION_LABELS),
        "schemes": choices(enums.CERTIFICATE_SCHEME_LABELS),
        "access_kinds": choices(enums.ACCESS_KIND_LABELS),
        "warning_kinds": choices(enums.WARNING_KIND_LABELS),
        "installation_kinds": choices(enums.INSTALLATION_KIND_LABELS),
        "room_uses": choices(enums.ROOM_USE_LABELS),
        "departments": [(str(d.id), d.name.text(locale)) for d in list_departments(session)],
        "areas": [(str(a.id), a.name.text(locale)) for a in list_areas(session)],
        "sites": [(str(s.id), s.name.text(locale)) for s in list_sites(session)],
        "entrances": [(str(e.id), e.code) for e in entrances],
        "communes_of": commune_choices,
    }


def commune_choices(postcode: Any) -> list[tuple[str, str]]:
    """Return code and names of the communes a postcode serves, for a select."""
    return [(commune.nis, commune.label) for commune in communes_of(str(postcode or ""))]


def answer(
    form: Form,
    do: Callable[[UnitOfWork], str],
    message: str,
    template: str,
    context: Callable[[], dict[str, Any]],
) -> ResponseReturnValue:
    """Do what a form asks and leave for the address `do` returns.

    Refused, the page is shown again with its `context`, which may hold the record as it is now
    (`fresh`) for two people at once.
    """
    try:
        with open_unit_of_work() as uow:
            target = do(uow)
    except FORM_ERRORS as error:
        return form.refused(error, template, **context())
    return done(target, message)


def asked_change(identifier: UUID) -> Change:
    """Return which record the form changes and the version its reader saw."""
    return Change(identifier, Form(VersionIn, request.form).load()["version"])


def building_part(building_id: UUID, part: str) -> str:
    """Return the address of a building's sheet with one part open."""
    return url_for("portfolio.building_detail", building_id=building_id, _anchor=f"part-{part}")


blueprint.add_app_template_filter(floor_in_words, "floor")


@blueprint.app_template_global()
def point_in_words(lat: float | None, lon: float | None) -> str | None:
    """Write where a building lies, to a metre, with the decimals of the language."""
    if lat is None or lon is None:
        return None
    return _("%(lat)s° N, %(lon)s° E", lat=format_number(lat, 5), lon=format_number(lon, 5))


@blueprint.app_template_global()
def portfolio_label(kind: str, value: Any) -> str:
    """Return the word for a member of an enumeration: `portfolio_label("LOT_KIND", lot.kind)`."""
    labels = getattr(enums, f"{kind}_LABELS")
    return str(labels.get(value, "")) if value is not None else ""

"""The lists of sites, work areas and departments."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import or_

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.lists import Column, EmptyState, ListSource, TableSpec, Text
from modules.portfolio.enums import GROUPING_TITLES, Grouping
from modules.portfolio.models import Area, Department, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import select_groupings

_EMPTY: dict[Grouping, EmptyState] = {
    Grouping.SITE: EmptyState(
        _l("No site yet"),
        _l("A site holds buildings that belong together: an estate, a campus."),
        icon="map-pin",
    ),
    Grouping.AREA: EmptyState(
        _l("No work area yet"),
        _l("Teams, stores and rights follow work areas: centre, north…"),
        icon="map-2",
    ),
    Grouping.DEPARTMENT: EmptyState(
        _l("No department yet"),
        _l("Departments of the office occupy the rooms of public buildings."),
        icon="users",
    ),
}
_FILED: dict[Grouping, LazyText] = {
    Grouping.SITE: _l("Buildings"),
    Grouping.AREA: _l("Buildings"),
    Grouping.DEPARTMENT: _l("Rooms occupied"),
}


def _table(kind: Grouping, model: Any, folder: str) -> TableSpec:
    """Declare the list of one kind; a site also shows its work area."""
    area = (Column("area", _l("Work area")),) if kind is Grouping.SITE else ()
    return TableSpec(
        name=f"portfolio.{folder}",
        title=GROUPING_TITLES[kind],
        key=model.id,
        permission=PortfolioPermission.READ,
        export_permission=PortfolioPermission.EXPORT,
        columns=(
            Column("code", _l("Code"), sort=model.code, link=lambda row: f"/{folder}/{row.id}"),
            Column(
                "name",
                _l("Name"),
                lambda row: str(row.name),
                link=lambda row: f"/{folder}/{row.id}",
            ),
            *(_name(locale, label) for locale, label in _NAMES.items()),
            *area,
            Column("filed", _FILED[kind], format="integer"),
        ),
        filters=(Text("q", _l("Search"), condition=lambda text: _contains(model, text)),),
        default_sort=("code",),
        empty=_EMPTY[kind],
    )


_NAMES = {
    "fr": _l("Name in French"),
    "nl": _l("Name in Dutch"),
    "en": _l("Name in English"),
}


def _name(locale: str, label: LazyText) -> Column:
    return Column(f"name_{locale}", label, lambda row: row.name.get(locale, ""), is_default=False)


def _contains(model: Any, text: str) -> Any:
    """Look in the code and in the names of every language."""
    names = (model.name[locale].as_string() for locale in _NAMES)
    return or_(*(column.icontains(text, autoescape=True) for column in (model.code, *names)))


GROUPING_TABLES: dict[Grouping, TableSpec] = {
    Grouping.SITE: _table(Grouping.SITE, Site, "sites"),
    Grouping.AREA: _table(Grouping.AREA, Area, "areas"),
    Grouping.DEPARTMENT: _table(Grouping.DEPARTMENT, Department, "departments"),
}

LISTS = tuple(
    ListSource(spec.name, spec, partial(select_groupings, kind=kind))
    for kind, spec in GROUPING_TABLES.items()
)

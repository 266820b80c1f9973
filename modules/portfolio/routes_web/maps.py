"""The map and the list side by side, and the shapes it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.errors import NotFound
from app.geo import collection_json
from app.i18n import get_locale
from app.i18n import gettext as _
from app.lists import TableSpec
from app.lists.fetch import narrow
from app.lists.state import TableState, read_state, write_state
from app.registry import Measure
from app.web.context import current_actor, house, reader
from app.web.table_view import current_state
from app.web.tables import list_page
from modules.portfolio import enums
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_buildings, select_parcels
from modules.portfolio.queries.map import (
    Frame,
    boundary_features,
    building_features,
    in_frame,
    parcel_features,
    say_cut,
)
from modules.portfolio.routes_web.blueprint import blueprint
from modules.portfolio.tables import BUILDINGS, PARCELS

# The colours of energy certificates, A to G, and grey for none.
ENERGY_COLOURS = {
    "A": "#00a651", "B": "#8dc63f", "C": "#d7df23", "D": "#ffde17", "E": "#fbb040",
    "F": "#f15a29", "G": "#be1e2d", "none": "#9aa3ad",
}  # fmt: skip


@blueprint.get("/buildings/map")
@needs(PortfolioPermission.READ)
def building_map() -> ResponseReturnValue:
    """Show the buildings on the map beside their list, with one selection."""
    return list_page(
        BUILDINGS,
        select_buildings(current_actor()),
        template="portfolio/building_map.html",
        beside=("code", "address", "lots", "empty", "energy_class"),
        layers=[*building_layers(), *ground_layers()],
    )


def filter_values(spec: TableSpec) -> list[tuple[str, str]]:
    """Return what the address filters by, to ask the map for the same rows."""
    left_out = {"page", "sort", "size", "cols"}
    pairs = write_state(spec, current_state(spec))
    return [(name, value) for name, value in pairs if name not in left_out]


def _url(endpoint: str, pairs: list[tuple[str, str]], **values: Any) -> str:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return url_for(endpoint, **values, **found)


def building_layers() -> list[dict[str, Any]]:
    """Return the layers of buildings, one for each way of colouring; the first is shown."""
    url = _url("portfolio.building_map_data", filter_values(BUILDINGS))
    kinds = [
        {"value": kind.value, "label": str(label)}
        for kind, label in enums.BUILDING_KIND_LABELS.items()
    ]
    letters = [
        {"value": letter, "label": _("no certificate") if letter == "none" else letter,
         "color": colour}
        for letter, colour in ENERGY_COLOURS.items()
    ]  # fmt: skip
    vacancy = [
        {"from": 0, "label": _("none empty")},
        {"from": 1, "label": _("1 empty")},
        {"from": 2, "label": _("2 or more")},
        {"from": 5, "label": _("5 or more")},
    ]
    layers = [
        _building_layer("kind", _("Kind"), url, {"property": "kind", "values": kinds}),
        _building_layer(
            "energy", _("Energy class"), url, {"property": "energy", "values": letters}
        ),
        _building_layer("empty", _("Empty lots"), url, {"property": "empty", "steps": vacancy}),
    ]
    for measure in measures():
        steps = [{"from": 0, "label": "0"}, {"from": 1, "label": "1–2"}, {"from": 3, "label": "3+"}]
        colours = {"property": measure.key, "steps": steps}
        layers.append(_building_layer(measure.key, str(measure.label), url, colours))
    layers[0]["visible"] = True
    return layers


def _building_layer(key: str, label: str, url: str, color_by: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": f"buildings-{key}",
        "label": _("Buildings by %(what)s", what=label.lower()),
        "url": url,
        "kind": "polygon",
        "visible": False,
        "selectable": True,
        "color_by": color_by | {"label": label},
        "popup": ["code", "kind_label", *_numbers()],
    }


def _numbers() -> list[dict[str, str]]:
    """Return what the popup of a building says of each number, so that no bare 0 stands there."""
    own = {"lots": _("Lots"), "empty": _("Empty lots")}
    told = own | {measure.key: str(measure.label) for measure in measures()}
    return [
        {"property": name, "says": _("%(what)s: {value}", what=what)} for name, what in told.items()
    ]


def ground_layers() -> list[dict[str, Any]]:
    """Return communes, sectors and, for whoever may read land, the parcels."""
    grounds = boundary_layers()
    if current_actor().can(PortfolioPermission.READ_LAND):
        grounds.append(parcel_layer() | {"visible": False})
    return grounds


def boundary_layers() -> list[dict[str, Any]]:
    """Return the communes with their names, and the sectors to be switched on."""
    return [
        {"key": "communes", "label": _("Communes"), "kind": "line", "visible": True,
         "url": url_for("portfolio.boundary_data", kind="commune"), "popup": [],
         "label_by": "title"},
        {"key": "sectors", "label": _("Statistical sectors"), "kind": "line", "visible": False,
         "url": url_for("portfolio.boundary_data", kind="sector"), "popup": []},
    ]  # fmt: skip


def parcel_layer(parcel_id: UUID | None = None) -> dict[str, Any]:
    """Return the layer of the land, or of one parcel."""
    pairs = [] if parcel_id else filter_values(PARCELS)
    extra = {"parcel": str(parcel_id)} if parcel_id else {}
    uses = [
        {"value": use.value, "label": str(label)} for use, label in enums.LAND_USE_LABELS.items()
    ]
    return {
        "key": "parcels",
        "label": _("Land"),
        "url": _url("portfolio.parcel_map_data", pairs, **extra),
        "kind": "polygon",
        "visible": True,
        "selectable": True,
        "color_by": {"property": "use", "label": _("Use"), "values": uses},
        "popup": ["use_label", "commune", "crop"],
    }


def measures() -> list[Measure]:
    """Return the numbers other modules know about buildings and the actor may see."""
    actor = current_actor()
    return [
        measure
        for module in house().modules
        for measure in module.measures
        if measure.place == "building" and actor.can(measure.permission)
    ]


@blueprint.get("/buildings/map.geojson")
@needs(PortfolioPermission.READ)
def building_map_data() -> ResponseReturnValue:
    """Send the outlines of the buildings the list would show."""
    actor, session = current_actor(), reader()
    narrowed = narrow(BUILDINGS, select_buildings(actor), _asked(BUILDINGS))
    counts: Mapping[str, Mapping[UUID, int]] = {
        measure.key: measure.count(actor, session) for measure in measures()
    }
    query = in_frame(narrowed, Building, _frame())
    features = list(building_features(session, query, counts))
    return _geojson(collection_json(features, say_cut(session, query, Building, len(features))))


@blueprint.get("/land-parcels/map.geojson")
@needs(PortfolioPermission.READ_LAND)
def parcel_map_data() -> ResponseReturnValue:
    """Send the outlines of the parcels the list would show, or of one."""
    query = narrow(PARCELS, select_parcels(current_actor()), _asked(PARCELS))
    if one := request.args.get("parcel"):
        try:
            query = query.where(LandParcel.id == UUID(one))
        except ValueError:
            raise NotFound from None
    session, query = reader(), in_frame(query, LandParcel, _frame())
    features = list(parcel_features(session, query))
    return _geojson(collection_json(features, say_cut(session, query, LandParcel, len(features))))


@blueprint.get("/boundaries/<string:kind>.geojson")
@needs(PortfolioPermission.READ)
def boundary_data(kind: str) -> ResponseReturnValue:
    """Send the communes or statistical sectors; they change once a year."""
    if kind not in set(BoundaryKind):
        raise NotFound
    features = boundary_features(reader(), BoundaryKind(kind), get_locale())
    response = _geojson(collection_json(features))
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _asked(spec: TableSpec) -> TableState:
    """Read what the address filters by, and nothing else.

    The page has settled which view is shown, a person's default one included, and wrote it into
    the address of its layers; an address without filters means every shape.
    """
    return read_state(spec, request.args.to_dict(flat=False))


def _frame() -> Frame | None:
    """Read `bbox=west,south,east,north`; what cannot be read asks for everything."""
    try:
        west, south, east, north = map(float, request.args.get("bbox", "").split(","))
    except ValueError:
        return None
    return west, south, east, north


def _geojson(content: bytes) -> Response:
    response = Response(content, mimetype="application/geo+json")
    response.add_etag()
    response.make_conditional(request)
    return response

"""Outlines in and out of the map for programs."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, reader
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.routes_web.shapes import draw_shapes, send_geopackage
from modules.portfolio.schemas_api_shapes import (
    GeoPackageQuery,
    ShapeFileIn,
    ShapeQuery,
    ShapeReportOut,
)
from modules.portfolio.shape_import import ShapeReport
from modules.portfolio.shape_names import ShapesAsked
from modules.portfolio.shapes import ShapeKind, geojson_of

blueprint = ApiBlueprint(
    "shapes_api",
    __name__,
    url_prefix="/api/v1/shapes",
    description="Outlines of buildings and land, as files other programs read.",
)


@blueprint.route(f"/<any({', '.join(ShapeKind)}):kind>")
class Shapes(MethodView):
    """The outlines of a kind."""

    @needs(PortfolioPermission.EXPORT)
    @blueprint.response(200, content_type="application/geo+json")
    def get(self, kind: str) -> Response:
        """Download the outlines of a kind as GeoJSON; land asks for the right to see it too."""
        text = geojson_of(current_actor(), ShapeKind(kind), reader())
        return Response(text, mimetype="application/geo+json")

    @needs(PortfolioPermission.IMPORT)
    @blueprint.arguments(ShapeFileIn, location="files")
    @blueprint.arguments(ShapeQuery, location="query")
    @blueprint.response(200, ShapeReportOut)
    def post(self, sent: dict[str, Any], query: dict[str, Any], kind: str) -> ShapeReport:
        """Draw outlines from a GeoPackage, GeoJSON or GML file as one import that can be undone."""
        crs, is_rehearsal = query.pop("crs"), query.pop("rehearse")
        asked = ShapesAsked(**query)
        return draw_shapes(sent["file"], ShapeKind(kind), crs, asked, is_rehearsal=is_rehearsal)


@blueprint.route("/geopackage")
class ShapesGeoPackage(MethodView):
    """All outlines."""

    @needs(PortfolioPermission.EXPORT)
    @blueprint.arguments(GeoPackageQuery, location="query")
    @blueprint.response(200, content_type="application/geopackage+sqlite3")
    def get(self, query: dict[str, Any]) -> Response:
        """Download every outline the caller may see as one GeoPackage."""
        return send_geopackage(query["crs"])

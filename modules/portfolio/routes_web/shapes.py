"""Outlines in and out of the map, as files other programs read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app.auth.needs import needs
from app.errors import AppError, FieldError, Invalid, NotFound
from app.geo import Crs
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.typed_text import clean_text
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.downloads import download
from app.web.forms import choices
from modules.portfolio.boundary_import import BoundaryReport, load_boundaries
from modules.portfolio.boundary_rows import BoundaryFile
from modules.portfolio.enums import (
    BOUNDARY_KIND_LABELS,
    LAND_USE_LABELS,
    REGION_LABELS,
    BoundaryKind,
    LandUse,
    Region,
)
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.routes_web.blueprint import blueprint
from modules.portfolio.shape_import import ShapeReport, import_shapes
from modules.portfolio.shape_names import NAMED_BY_LABELS, NamedBy, ShapesAsked
from modules.portfolio.shapes import (
    SHAPE_KIND_LABELS,
    ShapeKind,
    geojson_of,
    read_shapes,
    write_geopackage,
)

Member = TypeVar("Member", bound=StrEnum)
SUFFIXES = {".gpkg", ".geojson", ".json", ".gml"}
NO_SHAPES = _l("Choose a GeoPackage, GeoJSON or GML file.")
SYSTEMS = (Crs.LAMBERT_72, Crs.LAMBERT_2008, Crs.WGS84)


@blueprint.get("/shapes")
@needs(PortfolioPermission.EXPORT)
def shape_page() -> ResponseReturnValue:
    """Offer outlines as files, and take them in."""
    return _page()


def _page(status: int = 200, **context: object) -> ResponseReturnValue:
    is_part = "HX-Request" in request.headers
    page = render_template(
        "portfolio/_shape_report.html" if is_part else "portfolio/shape_page.html",
        kinds=[*choices(SHAPE_KIND_LABELS), *choices(_boundary_kinds())],
        names=choices(NAMED_BY_LABELS),
        regions=choices(REGION_LABELS),
        uses=choices(LAND_USE_LABELS),
        systems=[(str(int(crs)), f"EPSG:{int(crs)}") for crs in SYSTEMS],
        **{"errors": (), "report": None, "drawn": None, "is_rehearsal": False, **context},
    )
    return page, status


def _boundary_kinds() -> dict[BoundaryKind, LazyText]:
    """Return what lies under the map for all: offered to whoever sees the whole estate."""
    return BOUNDARY_KIND_LABELS if current_actor().scope.everything else {}


@blueprint.get("/shapes/<string:kind>.geojson")
@needs(PortfolioPermission.EXPORT)
def shape_geojson(kind: str) -> ResponseReturnValue:
    """Send the outlines of a kind as GeoJSON."""
    if kind not in set(ShapeKind):
        raise NotFound
    text = geojson_of(current_actor(), ShapeKind(kind), reader())
    return download(text, f"{kind}.geojson", "application/geo+json")


@blueprint.get("/shapes/estate.gpkg")
@needs(PortfolioPermission.EXPORT)
def shape_geopackage() -> ResponseReturnValue:
    """Send the outlines as a GeoPackage, in Lambert 2008 unless another system is asked."""
    asked = request.args.get("crs", str(int(Crs.LAMBERT_2008)))
    if asked not in {str(int(crs)) for crs in SYSTEMS}:
        raise NotFound
    return send_geopackage(Crs(int(asked)))


def send_geopackage(crs: Crs) -> Response:
    """Send every outline the actor may see in one file, to pages and programs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "estate.gpkg"
        write_geopackage(current_actor(), reader(), path, crs)
        content = path.read_bytes() if path.exists() else b""
    return download(content, "estate.gpkg", "application/geopackage+sqlite3")


@blueprint.post("/shapes")
@needs(PortfolioPermission.IMPORT)
def shape_import() -> ResponseReturnValue:
    """Take outlines in from a file, or rehearse that, and say what becomes of each."""
    sent = request.files.get("file")
    kind = request.form.get("kind", "")
    boundaries = _boundary_kinds()
    if sent is None or kind not in {*ShapeKind, *boundaries}:
        return _page(Invalid.status, errors=(FieldError("file", NO_SHAPES),))
    asked = request.form.get("crs", "")
    crs = Crs(int(asked)) if asked in {str(int(one)) for one in SYSTEMS} else None
    is_rehearsal = "rehearse" in request.form
    try:
        if kind in boundaries:
            drawn = draw_boundaries(sent, BoundaryKind(kind), crs, is_rehearsal=is_rehearsal)
            return _page(drawn=drawn, is_rehearsal=is_rehearsal)
        report = draw_shapes(sent, ShapeKind(kind), crs, _asked(), is_rehearsal=is_rehearsal)
    except AppError as error:
        return _page(error.status, errors=error.errors or (FieldError("file", error.message),))
    return _page(report=report, is_rehearsal=is_rehearsal)


def _asked() -> ShapesAsked:
    """Return how the form wants the file read; what it does not offer counts as not said."""
    form = request.form
    return ShapesAsked(
        by=_member(NamedBy, form.get("named_by", "")),
        attribute=clean_text(form.get("attribute", "")),
        region=_member(Region, form.get("region", "")),
        use=_member(LandUse, form.get("use", "")),
    )


def _member(enum: type[Member], value: str) -> Member | None:
    return enum(value) if value in set(enum) else None


def draw_boundaries(
    sent: FileStorage, kind: BoundaryKind, crs: Crs | None, *, is_rehearsal: bool
) -> BoundaryReport:
    """Take the communes or sectors under the map from an official file somebody sent."""
    with _saved(sent) as path:
        file = BoundaryFile(read_shapes(path, kind, crs))
        with open_unit_of_work() as uow:
            report = load_boundaries(current_actor(), kind, file, uow, current_clock())
            if is_rehearsal:
                uow.discard()
            return report


def draw_shapes(
    sent: FileStorage, kind: ShapeKind, crs: Crs | None, asked: ShapesAsked, *, is_rehearsal: bool
) -> ShapeReport:
    """Take outlines in from a file somebody sent; Invalid when its name promises none.

    A rehearsal does the same and writes nothing.
    """
    with _saved(sent) as path:
        file = replace(read_shapes(path, kind, crs), name=clean_text(sent.filename or ""))
        with open_unit_of_work() as uow:
            report = import_shapes(current_actor(), kind, file, uow, current_clock(), asked)
            if is_rehearsal:
                report.batch_id = None
                uow.discard()
            return report


@contextmanager
def _saved(sent: FileStorage) -> Iterator[Path]:
    """Keep a file somebody sent while it is read; Invalid when its name promises no shapes."""
    suffix = Path(sent.filename or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid("no_shapes", NO_SHAPES, field="file")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"shapes{suffix}"
        sent.save(path)
        yield path

"""Pages that show every component, for tests of the front end itself."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, render_template, request, send_file
from jinja2 import ChoiceLoader, FileSystemLoader

from app.auth.needs import SIGNED_IN, needs, public
from app.errors import FieldError
from app.web.assets import worker_source
from app.web.frontend import current_assets
from tests.support.tile_archive import one_tile_archive

ERRORS = (
    FieldError("phone", "Write a Belgian number, for example 0470 12 34 56"),
    FieldError("category", "Choose what is broken"),
)
REASON = "a page of the tests"
BASE_COLOUR = (200, 30, 90)


@pytest.fixture
def gallery(app: Flask) -> Flask:
    """The application with the pages of this folder; ask for it before anything that sends."""
    here = FileSystemLoader(Path(__file__).with_name("gallery_pages"))
    app.jinja_loader = ChoiceLoader([app.jinja_loader or here, here])
    blueprint = Blueprint("gallery", __name__, url_prefix="/gallery")
    for rule, view in (
        ("/<name>", show),
        ("/form", save),
        ("/curve.json", curve),
        ("/buildings.geojson", buildings),
        ("/part", part),
        ("/base.pmtiles", base_map),
        ("/field/", field_shell),
        ("/field/worker.js", field_worker),
    ):
        methods = ["POST"] if view is save else ["GET"]
        blueprint.add_url_rule(rule, view.__name__, public(REASON)(view), methods=methods)
    blueprint.add_url_rule(
        "/guarded", "guarded", needs(SIGNED_IN)(guarded), methods=["GET", "POST"]
    )
    app.register_blueprint(blueprint)
    return app


def guarded() -> str:
    if request.method == "POST":
        return f"<p>Kept {request.form['phone']}</p>"
    return render_template("guarded.html", errors=None)


def show(name: str) -> str:
    return render_template(f"{name}.html", errors=None)


def save() -> tuple[str, int]:
    if request.form.get("phone"):
        return render_template("saved.html"), 200
    return render_template("form.html", errors=ERRORS), 422


def part() -> str:
    return "<p>The part is here.</p>"


def curve() -> dict[str, Any]:
    values: list[float | None] = [1 + (slot % 96) / 96 for slot in range(96 * 7)]
    values[100:140] = [None] * 40
    return {
        "title": "Electricity",
        "unit": "kWh",
        "start": "2026-02-22T23:00:00Z",
        "step_s": 900,
        "series": [{"key": "now", "label": "This week", "values": values}],
        "band": {"label": "Expected", "low": [0.5] * 672, "high": [2.2] * 672},
        "alerts": [
            {"from": "2026-02-25T01:00:00Z", "to": "2026-02-25T05:00:00Z", "label": "Leak"},
        ],
    }


def buildings() -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_square(index) for index in range(12)]}


def _square(index: int) -> dict[str, Any]:
    x, y, side = 4.34 + index * 0.002, 50.84, 0.001
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {
        "type": "Feature",
        "id": str(index),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"kind": ["home", "shop"][index % 2], "address": f"Rue Haute {index}"},
    }


def base_map() -> Response:
    archive = BytesIO(one_tile_archive(BASE_COLOUR))
    return send_file(archive, "application/octet-stream", conditional=True, etag="base")


def field_shell() -> str:
    return render_template(
        "field/shell.html",
        day_url="/gallery/field/day",
        operations_url="/gallery/field/operations",
        photo_url="/gallery/field/photos/PHOTO_ID",
        worker_url="/gallery/field/worker.js",
    )


def field_worker() -> Response:
    source = worker_source(current_assets(), "/gallery/field/")
    return Response(source, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})

"""The base map: nothing but our own outlines, an operator's tile archive, or an official service.

An attribution is part of the setting: a base map without one is not shown.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, send_file, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import SIGNED_IN, needs
from app.errors import NotFound
from app.web.context import house

blueprint = Blueprint("tiles", __name__)


@blueprint.get("/tiles/base.pmtiles")
@needs(SIGNED_IN)
def base_archive() -> ResponseReturnValue:
    """Send parts of the tile archive; the map asks for byte ranges."""
    path = Path(house().settings.map.tiles_file or "-")
    if not path.is_file():
        raise NotFound
    return send_file(
        path.resolve(), mimetype="application/vnd.pmtiles", conditional=True, max_age=86_400
    )


@blueprint.app_template_global()
def base_map() -> dict[str, str] | None:
    """Return the base map as the macro `map` takes it, or None for our own outlines only."""
    chosen = house().settings.map
    if not chosen.attribution:
        return None
    if chosen.tiles_file:
        url = url_for("tiles.base_archive")
        return {"kind": "pmtiles", "url": url, "attribution": chosen.attribution}
    if chosen.service_url:
        return {"kind": "wmts", "url": chosen.service_url, "attribution": chosen.attribution}
    return None

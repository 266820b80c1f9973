"""What the templates need from the front end: tags, icons, addresses that may not exist, texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from werkzeug.routing import BuildError

from app.web.assets import BUILD_COMMAND, Assets, read_assets
from app.web.frontend_texts import FIELD_TEXTS, frontend_texts_json


def register(app: Flask) -> None:
    """Give every template the helpers listed in docs/frontend.md."""
    dist = Path(app.static_folder or "") / "dist"
    app.extensions["assets"] = read_assets(dist, f"{app.static_url_path}/dist")

    @app.context_processor
    def front_end() -> dict[str, Any]:
        assets = current_assets()
        return {"frontend_built": assets.is_built}

    app.jinja_env.globals.update(
        asset_tags=lambda *entries: current_assets().tags(*entries),
        icons_url=app.extensions["assets"].icons_url,
        build_command=BUILD_COMMAND,
        static_url=static_url,
        url_or_none=url_or_none,
        frontend_texts_json=frontend_texts_json,
        field_texts_json=lambda: frontend_texts_json(FIELD_TEXTS),
    )


def current_assets() -> Assets:
    """Return the build this application serves; read again while developing."""
    assets: Assets = current_app.extensions["assets"]
    if current_app.debug:
        assets = read_assets(assets.folder, assets.address)
        current_app.jinja_env.globals["icons_url"] = assets.icons_url
    return assets


def url_or_none(endpoint: str, **values: Any) -> str | None:
    """Return the address of an endpoint, None when no module provides it."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def static_url(name: str) -> str:
    """Return the address of one of our own unbuilt files."""
    return url_for("static", filename=name)

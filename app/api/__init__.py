"""The REST API: one OpenAPI document for all modules, the same services as the pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api

from app.house import House
from app.version import VERSION


def register_api(app: Flask, house: House) -> None:
    """Register the modules' resources and publish the OpenAPI 3.1 document."""
    app.config.update(
        API_TITLE="Intendant",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app)
    # Our own handlers speak problem+json for pages and API alike.
    for module in house.modules:
        for blueprint in module.api_blueprints:
            api.register_blueprint(blueprint)
    _declare_public(app, "api-docs.openapi_json")


def _declare_public(app: Flask, endpoint: str) -> None:
    view: Any = app.view_functions.get(endpoint)
    if view is not None:
        view.__dict__["public_reason"] = "the description of the API holds no data"

"""The REST API: one OpenAPI document for all modules, the same services as the pages."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.api.blueprint import ApiBlueprint
from app.api.document import make_api
from app.api.fields import Day, Instant, Languages
from app.api.steps import Step, TextApiIn, offer_step, with_text
from app.db.paging import Page, PageRequest, paginate
from app.house import House

__all__ = [
    "ApiBlueprint",
    "Day",
    "Instant",
    "Languages",
    "Page",
    "PageRequest",
    "Step",
    "TextApiIn",
    "offer_step",
    "paginate",
    "register_api",
    "with_text",
]


def register_api(app: Flask, house: House) -> None:
    """Register the modules' resources and publish the document and its readable page."""
    from app.api.reference import blueprint as reference

    api = make_api(app)
    for module in house.modules:
        for blueprint in module.api_blueprints:
            if not isinstance(blueprint, ApiBlueprint):
                raise TypeError(f"{module.name}: {blueprint!r} must be an app.api.ApiBlueprint")
            api.register_blueprint(blueprint)
    app.register_blueprint(reference)
    app.extensions["api"] = api
    _declare_public(app, "api-docs.openapi_json")


def _declare_public(app: Flask, endpoint: str) -> None:
    view: Any = app.view_functions.get(endpoint)
    if view is not None:
        view.__dict__["public_reason"] = "the description of the API holds no data"

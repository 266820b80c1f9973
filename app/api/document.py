"""The OpenAPI 3.1 document: one for the house and all modules."""

from __future__ import annotations

import http
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, json
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from marshmallow import Schema

from app.api.schemas import ProblemOut
from app.version import VERSION

PROBLEM = "application/problem+json"

DESCRIPTION = """Everything the screens do, for programs: the same services, the same rights.

Sign in with a personal token (`Authorization: Bearer …`). Errors are problem+json. Lists come in
pages. Rows with versions answer an `ETag` and ask for it in `If-Match`. Send an `Idempotency-Key`
with each call that changes something, and it can be repeated without harm.
"""

INFO = {
    "description": DESCRIPTION,
    "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
}

# Python 3.13 calls it otherwise; the document is the same on each.
SAID_ALIKE = {422: ("UNPROCESSABLE_ENTITY", "Unprocessable Entity")}
PARAMETERS: dict[str, dict[str, Any]] = {
    "IDEMPOTENCY_KEY": {
        "name": "Idempotency-Key",
        "description": "Made by the client, best a UUID; an equal call gets the stored answer.",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{8,100}$"},
    },
    "IF_MATCH": {
        "name": "If-Match",
        "required": True,
        "description": "The ETag of the version that is changed.",
        "schema": {"type": "string", "pattern": r'^"[0-9]{1,9}"$'},
    },
    "IF_NONE_MATCH": {
        "name": "If-None-Match",
        "description": "The ETag the client holds; 304 if nothing changed.",
        "schema": {"type": "string"},
    },
}
HEADERS: dict[str, dict[str, Any]] = {
    "ETAG": {"description": "The version of the record.", "schema": {"type": "string"}},
    "LINK": {
        "description": "Addresses of the first, prev, next and last page (RFC 8288).",
        "schema": {"type": "string"},
    },
}
SECURITY: dict[str, dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal token, made on the page “My account” or by `flask tokens`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "intendant",
        "description": "A browser's session; calls that change something send `X-CSRF-Token` too.",
    },
}


class HouseApi(Api):  # type: ignore[misc]
    """flask-smorest with our errors: it neither handles nor describes them its own way."""

    ERROR_SCHEMA = ProblemOut

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take the options of flask-smorest."""
        self._not_described: deque[Callable[[], None]] = deque()
        self._describing = Lock()
        super().__init__(*args, **options)

    def describe_later(self, describe: Callable[[], None]) -> None:
        """Keep what adds resources to the document until somebody asks for it."""
        self._not_described.append(describe)

    def document(self) -> dict[str, Any]:
        """Return the whole document."""
        with self._describing:
            while self._not_described:
                self._not_described.popleft()()
            document: dict[str, Any] = self.spec.to_dict()
        return document

    def _openapi_json(self) -> Response:
        return Response(json.dumps(self.document(), indent=2), mimetype="application/json")

    def _register_error_handlers(self) -> None:
        """Leave errors to `app.web.errors`."""

    def _register_responses(self) -> None:
        self.describe_later(self._describe_responses)

    def _describe_responses(self) -> None:
        """Describe every error as problem+json, under the names flask-smorest uses."""
        for status in http.HTTPStatus:
            name, phrase = SAID_ALIKE.get(status, (status.name, status.phrase))
            response: dict[str, Any] = {"description": phrase}
            if status >= 400:
                response["schema"] = self.ERROR_SCHEMA
            prepare_response(response, self.spec, PROBLEM)
            self.spec.components.response(name, response, lazy=True)
        response = {"description": "Any error", "schema": self.ERROR_SCHEMA}
        prepare_response(response, self.spec, PROBLEM)
        self.spec.components.response("DEFAULT_ERROR", response, lazy=True)

    def _register_etag_headers(self) -> None:
        for name, parameter in PARAMETERS.items():
            self.spec.components.parameter(name, "header", dict(parameter), lazy=True)
        for name, header in HEADERS.items():
            self.spec.components.header(name, dict(header), lazy=True)
        for name, scheme in SECURITY.items():
            self.spec.components.security_scheme(name, dict(scheme))


def make_api(app: Flask) -> HouseApi:
    """Publish the document at `/api/openapi.json`."""
    app.config.update(
        API_TITLE="Intendant",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    return HouseApi(
        app,
        spec_kwargs={
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=schema_name),
            "info": INFO,
        },
    )


def schema_name(schema: Any) -> str:
    """Name a schema in the document after its class: `TicketOut`, and `TicketInPartial`."""
    if isinstance(schema, str):
        return schema.rsplit(".", 1)[-1]
    made = schema() if isinstance(schema, type) else schema
    name = type(made).__name__.removesuffix("Schema")
    if isinstance(made, Schema) and made.partial:
        name += "Partial"
    if isinstance(made, Schema) and (made.only is not None or made.exclude):
        name += "Part"
    return name

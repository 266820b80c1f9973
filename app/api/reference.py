"""A readable page of the OpenAPI document, made by us: nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app.auth.needs import public

blueprint = Blueprint("api_reference", __name__)

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the API, ready to be shown."""

    tag: str
    method: str
    path: str
    summary: str
    description: str
    permission: str
    parameters: list[dict[str, Any]]
    body: str
    answers: list[tuple[str, str, str]]

    @property
    def anchor(self) -> str:
        """Return the identifier of its place on the page."""
        return self.method + re.sub(r"[^a-z0-9]+", "-", self.path).rstrip("-")


@blueprint.get("/api/reference")
@public("the description of the API holds no data")
def reference() -> ResponseReturnValue:
    """Show every operation and schema of the API."""
    document = current_app.extensions["api"].document()
    operations = sorted(operations_of(document), key=lambda o: (o.tag, o.path))
    tags = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    groups = [
        (tag, title_of(tag), tags.get(tag, ""), list(found))
        for tag, found in groupby(operations, lambda o: o.tag)
    ]
    return render_template(
        "api/reference.html",
        description=document["info"]["description"].replace("`", "").split("\n\n"),
        groups=groups,
        schemas=document.get("components", {}).get("schemas", {}),
        type_of=type_of,
    )


def title_of(tag: str) -> str:
    """Make a heading of the name of a blueprint: `energy_meters_api` is "Energy meters"."""
    return tag.removesuffix("_api").replace("_", " ").capitalize()


def operations_of(document: dict[str, Any]) -> list[Operation]:
    """List the operations of a document, references resolved."""
    return [
        _operation(document, path, method, item[method], item.get("parameters", []))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def _operation(
    document: dict[str, Any], path: str, method: str, found: dict[str, Any], shared: list[Any]
) -> Operation:
    body = found.get("requestBody", {}).get("content", {})
    return Operation(
        tag=found["tags"][0],
        method=method,
        path=path,
        summary=found.get("summary", ""),
        description=found.get("description", ""),
        permission=found.get("x-permission") or "",
        parameters=[resolve(document, p) for p in [*shared, *found.get("parameters", [])]],
        body=", ".join(type_of(content.get("schema", {})) for content in body.values()),
        answers=[
            _answer(status, resolve(document, answer))
            for status, answer in sorted(found["responses"].items(), key=lambda item: str(item[0]))
        ],
    )


def _answer(status: Any, answer: dict[str, Any]) -> tuple[str, str, str]:
    shapes = {type_of(c.get("schema", {})) for c in answer.get("content", {}).values()}
    return str(status), answer.get("description", ""), ", ".join(sorted(shapes))


def resolve(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference inside the document."""
    reference = part.get("$ref")
    if not reference:
        return part
    found: Any = document
    for key in reference.removeprefix("#/").split("/"):
        found = found[key]
    return dict(found)


def type_of(schema: dict[str, Any]) -> str:
    """Say in a few words what a schema holds: `list of UserOut`, `string (uuid)`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            return " | ".join(type_of(inner) for inner in schema[key])
    kinds = schema.get("type", "any")
    kind = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "array" in kind and "items" in schema:
        return f"list of {type_of(schema['items'])}"
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"] if value is not None)
    return f"{kind} ({schema['format']})" if "format" in schema else kind

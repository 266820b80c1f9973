"""Guard 4: the description of the API is valid and says everything about a call.

That it is the one we reviewed, `docs/openapi.json`, is guarded by `test_docs.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

pytestmark = pytest.mark.one_database

METHODS = ("get", "post", "put", "patch", "delete")
ERRORS = {"401", "403"}

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def test_description_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_has_a_summary_a_right_and_error_answers(
    document: dict[str, Any],
) -> None:
    lacking = []
    for name, operation in operations(document):
        if not operation.get("summary"):
            lacking.append(f"{name}: no summary (first line of the docstring)")
        if not operation.get("security") and not document.get("security"):
            lacking.append(f"{name}: no security")
        if "x-permission" not in operation:
            lacking.append(f"{name}: no x-permission")
        answers = set(operation["responses"])
        if not (answers >= ERRORS or "default" in answers):
            lacking.append(f"{name}: no answers {sorted(ERRORS - answers)}")
    assert not lacking, "\n".join(lacking)


def test_reference_page_is_readable(client: FlaskClient, login) -> None:
    login(client, "administrator")
    assert client.get("/api/reference").status_code == 200


def test_threads_that_ask_at_once_get_the_whole_document(app: Flask) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: app.extensions["api"].document(), range(8)))
    assert all(document == found[0] for document in found)
    served = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert len(found[0]["paths"]) == len(served)


def test_bringing_back_asks_for_the_right_that_archiving_does(document: dict[str, Any]) -> None:
    rights = {name: operation["x-permission"] for name, operation in operations(document)}
    ways = [name for name in rights if name.endswith("}/restoration")]
    assert len(ways) > 10
    for way in ways:
        folder = way.removeprefix("POST ").partition("/{")[0]
        # Sites, areas and departments share one address with a word for the kind.
        beginnings = (f"DELETE {folder}/{{", "DELETE /api/v1/{folder}/{")
        archiving = next(rights[n] for b in beginnings for n in rights if n.startswith(b))
        assert rights[way] == archiving, way


def test_a_change_asks_for_the_version_or_the_page_says_why_not(document: dict[str, Any]) -> None:
    changes = {
        name.replace("/api/v1", ""): operation
        for name, operation in operations(document)
        if name.split()[0] in {"PUT", "PATCH", "DELETE"}
    }
    free = {name for name, operation in changes.items() if "412" not in operation["responses"]}
    text = API_PAGE.read_text(encoding="utf-8")
    table = text.partition("These calls ask for none")[2].partition("\n\n## ")[0]
    assert free == set(re.findall("`((?:PUT|PATCH|DELETE) [^`]+)`", table))

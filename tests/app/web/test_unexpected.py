"""What nobody expected: a sentence and a reference for people, the details for the log alone."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import DictLoader
from structlog.testing import capture_logs

from app.auth.needs import public
from app.i18n import use_locale
from app.web.errors import http_sentence


@pytest.fixture
def broken(app: Flask) -> Flask:
    @public("a test")
    def explode(secret: str = "") -> str:
        raise RuntimeError("the boiler of Mrs Peeters")

    app.add_url_rule("/broken", "broken", explode)
    app.add_url_rule("/broken/<string:secret>", "broken_link", explode)
    app.add_url_rule("/api/v1/broken", "broken_api", explode)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_a_page_gives_the_reference_of_the_log_and_no_detail(broken: Flask) -> None:
    with capture_logs() as logs:
        answer = broken.test_client().get("/broken", headers={"X-Request-Id": "reference-1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "reference-1" in page
    assert "Peeters" not in page
    assert [(line["event"], line["path"]) for line in logs] == [("unexpected_error", "/broken")]


@pytest.mark.parametrize("path", ["/broken", "/nowhere", "/sign-in"])
def test_the_page_of_an_error_does_not_need_what_failed(
    broken: Flask, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while the files of a new version lie under the old one that runs."""
    monkeypatch.setattr(broken.jinja_env, "loader", DictLoader({}))
    client = broken.test_client()
    sent = {"X-Request-Id": "reference-<1>", "Accept-Language": "nl"}
    with capture_logs() as logs:
        answer = client.get(path, headers=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == (404 if path == "/nowhere" else 500)
    assert '<html lang="nl">' in page
    assert "Referentie <code>" in page
    assert "<1>" not in page
    assert logs[-1]["event"] == "error_page_failed"


def test_a_program_gets_a_problem(broken: Flask) -> None:
    with capture_logs():
        answer = broken.test_client().get("/api/v1/broken")
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")


def test_a_link_that_opens_without_signing_in_is_not_written_down(broken: Flask) -> None:
    with capture_logs() as logs:
        broken.test_client().get("/broken/only-the-caller-knows")
    assert [line["path"] for line in logs] == ["/broken/<string:secret>"]
    assert "only-the-caller-knows" not in str(logs)


def test_a_file_that_is_too_large_is_refused_with_what_would_fit(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 3 * 1024**2
    with app.test_request_context(), use_locale("en"):
        assert http_sentence(413) == "The file is too large: at most 3 MiB."

"""Static files leave compressed and with the right life time; the rest still reaches Flask."""

import gzip

import pytest

from app.web.static_files import serve_static_files


@pytest.fixture
def site(app, tmp_path):
    static = tmp_path / "static"
    assets = static / "dist" / "assets"
    assets.mkdir(parents=True)
    script = b"export const answer = 42\n" * 100
    (assets / "base-A1b2_C3d.js").write_bytes(script)
    (assets / "base-A1b2_C3d.js.gz").write_bytes(gzip.compress(script))
    (static / "early.js").write_text("go()", encoding="utf-8")
    app.static_folder = str(static)
    serve_static_files(app)
    return app.test_client()


def test_a_hashed_file_is_kept_for_good_and_sent_compressed(site):
    answer = site.get(
        "/static/dist/assets/base-A1b2_C3d.js", headers={"Accept-Encoding": "gzip"}, buffered=True
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_without_gzip_it_is_sent_as_it_is(site):
    answer = site.get("/static/dist/assets/base-A1b2_C3d.js", buffered=True)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"export const")


def test_a_file_whose_name_stays_is_asked_for_again(site):
    answer = site.get("/static/early.js", buffered=True)
    assert answer.headers["Cache-Control"] == "max-age=300, public"


def test_everything_else_reaches_the_application(site):
    assert site.get("/sign-in", buffered=True).status_code == 200
    assert site.get("/static/absent.js", buffered=True).status_code == 404
    assert site.get("/static/../wsgi.py", buffered=True).status_code == 404

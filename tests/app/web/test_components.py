"""The macros make pages that browsers and screen readers accept."""

import pytest

from app.auth.roles import Role


@pytest.mark.parametrize("name", ["components", "form", "htmx_form", "curve", "map"])
@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_every_component_is_valid_in_each_language(gallery, client, login, name, locale):
    login(client, Role.DISPATCHER)
    client.post("/preferences/language", data={"locale": locale, "next": "/"})
    page = client.get(f"/gallery/{name}")
    assert page.status_code == 200
    assert f'<html lang="{locale}"' in page.text


def test_a_page_needs_nobody_signed_in(gallery, client):
    page = client.get("/gallery/components")
    assert page.status_code == 200
    assert "data-user" not in page.text


def test_errors_lead_to_their_fields(gallery, client):
    page = client.post("/gallery/form", data={"phone": ""})
    assert page.status_code == 422
    assert '<a href="#f-phone">Write a Belgian number' in page.text
    assert 'aria-describedby="f-phone-hint f-phone-error"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_heading_may_be_words_or_a_whole_header(gallery, client):
    page = client.get("/gallery/components")
    assert page.text.count("<h1") == 1
    assert '<h1 class="page-title">Components</h1>' in page.text


@pytest.mark.parametrize("address", ["/no-such-page", "/gallery/form"])
def test_failures_are_said_in_plain_words(gallery, client, login, address):
    login(client, Role.DISPATCHER)
    client.post("/preferences/language", data={"locale": "nl", "next": "/"})
    page = client.open(address, method="DELETE" if "form" in address else "GET")
    assert page.status_code in {404, 405}
    assert 'class="failure-title"' in page.text
    assert "Referentie" in page.text


def test_without_a_build_a_banner_names_the_command(gallery, client, tmp_path):
    from app.web.assets import read_assets

    gallery.extensions["assets"] = read_assets(tmp_path, "/static/dist")
    page = client.get("/gallery/components")
    assert "scripts/build_frontend" in page.text
    assert '<script type="module"' not in page.text

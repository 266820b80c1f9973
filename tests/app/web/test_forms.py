"""A form on its way: shown, refused with what was typed, stale, done."""

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.errors import Invalid
from app.i18n import use_locale
from app.module import module as house
from app.registry import Module
from app.web.forms import Form
from tests.app.web.shelves import SHELF, ShelfIn, blueprint, plain_page
from tests.support.web import PageClient


@pytest.fixture
def client(settings, database, clock, login) -> FlaskClient:
    modules = (house, Module(name="shelves", blueprints=(blueprint,)))
    app = create_app(settings, clock=clock, database=database, modules=modules)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = PageClient
    app.jinja_env.loader.app.jinja_loader.loaders.append(plain_page())
    client = app.test_client()
    login(client, "administrator", locale="nl")
    return client


def load(**given):
    return Form(ShelfIn, {"version": "3", **given}).load()


def errors_of(**given):
    with pytest.raises(Invalid) as caught, use_locale("nl"):
        load(**given)
    with use_locale("nl"):
        return {e.field: (str(e.message), e.value) for e in caught.value.errors}


def test_what_is_typed_becomes_a_command():
    command = load(name="  Oak  ", cost="12,50", built_on="3/2/2026", is_full="on", tags=["x", ""])
    assert command.name == "Oak"
    assert command.cost_cents == 1250
    assert command.is_full
    assert command.tags == ["x"]


def test_blanks_are_as_absent():
    command = load(name="Oak", cost=" ", built_on="")
    assert (command.cost_cents, command.built_on, command.is_full) == (None, None, False)


def test_each_refusal_names_the_field_the_value_and_the_cure():
    found = errors_of(name="much too long a name", cost="cheap")
    assert set(found) == {"name", "cost"}
    assert found["cost"][1] == "cheap"
    assert found["name"][0] == "Schrijf hoogstens 10 tekens."
    assert errors_of()["name"][0] == "Vul dit veld in."


def test_a_record_is_shown_as_people_write_it():
    form = Form(ShelfIn, shows=SHELF)
    assert form.value("cost") == "12,50"
    assert form.value("name") == "Oak"


def test_a_refused_form_keeps_what_was_typed(client):
    answer = client.post("/shelves/change", data={"name": "", "cost": "12,5x", "version": "3"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="12,5x"' in text
    assert 'href="#f-name"' in text
    assert 'href="#f-cost"' in text


def test_a_business_conflict_lands_on_its_field(client):
    answer = client.post("/shelves/change", data={"name": "taken", "version": "3"})
    assert answer.status_code == 409
    assert 'href="#f-name"' in answer.get_data(as_text=True)


def test_a_stale_form_shows_both_versions_and_can_be_saved_after_choosing(client):
    sent = {"name": "Pine", "cost": "12,50", "version": "2", "tags": ["a", "c"], "is_full": "on"}
    answer = client.post("/shelves/change", data=sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 412
    assert 'value="Pine"' in text
    assert 'value="Oak"' in text
    assert 'name="version" value="3"' in text
    assert 'type="hidden" name="cost" value="12,50"' in text
    assert 'type="hidden" name="tags" value="c"' in text


def test_two_versions_are_compared_in_the_words_of_the_form(client):
    sent = {"name": "Oak", "cost": "12,50", "version": "2", "wood": "soft", "place": "cellar"}
    text = client.post("/shelves/change", data={**sent, "tags": ["c", "b"]}).text
    for legend, mine, theirs in (
        ("Sort of wood", "Soft &amp; cheap", "Hard"),
        ("Where", "In the cellar", "Under the roof"),
        ("Tags", "Gamma, Beta", "Alpha, Beta"),
        ("is full", "nee", "ja"),
    ):
        part = text.partition(f"<legend>{legend}</legend>")[2].partition("</fieldset>")[0]
        assert f"</span> {mine}" in part
        assert f"</span> {theirs}" in part
    assert 'value="soft" checked' in text
    dated = client.post("/shelves/change", data={**sent, "built_on": "2026-02-03"}).text
    assert 'value="2026-02-03" checked' in dated
    assert "</span> 03/02/2026" in dated
    ticked = client.post("/shelves/change", data={**sent, "is_full": "on", "level": "0"}).text
    assert "<legend>level</legend>" not in ticked
    assert "<legend>is full</legend>" not in ticked


def test_success_leads_away_also_for_htmx(client):
    plain = client.post("/shelves/change", data={"name": "Pine", "version": "3"})
    assert (plain.status_code, plain.location) == (303, "/shelves")
    swapped = client.post(
        "/shelves/change", data={"name": "Pine", "version": "3"}, headers={"HX-Request": "true"}
    )
    assert swapped.headers["HX-Redirect"] == "/shelves"

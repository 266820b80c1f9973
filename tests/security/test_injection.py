"""Hostile texts in every text field of every form there is: none breaks, none comes back as markup.

The forms are those a walk through the pages finds, one page of each kind; each is sent with all its
text fields filled from the corpus at once, again and again with the next texts: at full size each
field gets each of them (test 26).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from app.auth.roles import Role
from app.demo import load_demo
from app.web.context import house
from tests.support.hostile_texts import CORPUS, MARKUP
from tests.support.sizes import sized

pytestmark = pytest.mark.one_database

TEXTS = {"text", "search", "email", "tel", "url", "number", "date", "time", "month"}
# These need a file, or lock the account after ten tries.
LEFT_ALONE = ("files.attachment_add", "account.password_change")
MOST_PAGES = 90
# Primes that do not divide the length of the corpus: so many turns give a field each text of it,
# and the forms of one turn get texts of all kinds.
STEP, SPREAD = 331, 17


@dataclass
class Form:
    """Where a form goes, what it keeps, and the fields a person writes in."""

    method: str
    action: str
    kept: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


@pytest.fixture
def client(quick_client: FlaskClient) -> FlaskClient:
    """A plain client: what is sent back is judged here."""
    return quick_client


@pytest.fixture
def demo(app: Flask) -> None:
    load_demo(house(app), scale=0.01, say=lambda _text: None)


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str:
    try:
        return app.url_map.bind("localhost").match(urlsplit(address).path, method=method)[0]
    except HTTPException:
        return ""


def walk(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Give address and text of one page of each kind that links lead to."""
    waiting, seen = ["/"], {""}
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        if endpoint in seen:
            continue
        seen.add(endpoint)
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        page = answer.get_data(as_text=True)
        yield address, page
        document = html5lib.parse(page, namespaceHTMLElements=False)
        links = [link.get("href") or "" for link in document.iter("a")]
        waiting += [urljoin(address, link) for link in links if "format=" not in link]


def forms_of(address: str, page: str) -> Iterator[Form]:
    """Read the forms of a page that have a field to write in."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    for element in document.iter("form"):
        form = Form((element.get("method") or "get").upper(), element.get("action") or address)
        form.action = urljoin(address, form.action)
        for one in element.iter():
            name = one.get("name")
            kind = one.get("type") or "text"
            if not name:
                continue
            if one.tag == "textarea" or (one.tag == "input" and kind in TEXTS):
                form.texts.append(name)
            elif one.tag == "input" and (kind == "hidden" or one.get("checked") is not None):
                form.kept[name] = one.get("value") or ""
            elif one.tag == "select":
                values = [option.get("value") or "" for option in one.iter("option")]
                form.kept[name] = next((value for value in values if value), "")
        form.kept.pop("form_key", None)
        if form.texts:
            yield form


def all_forms(app: Flask, client: FlaskClient) -> list[Form]:
    """Find each form once, by where it leads and what it asks."""
    found = {}
    for address, page in walk(app, client):
        for form in forms_of(address, page):
            endpoint = endpoint_of(app, form.action, form.method)
            if endpoint and not endpoint.startswith(LEFT_ALONE):
                found.setdefault((endpoint, tuple(form.texts)), form)
    return list(found.values())


def send(client: FlaskClient, form: Form, place: int) -> list[str]:
    """Send a form with texts from a place on; say what is wrong with the answer."""
    texts = {name: CORPUS[(place + n) % len(CORPUS)] for n, name in enumerate(form.texts)}
    data = form.kept | texts
    options = {"query_string": data} if form.method == "GET" else {"data": data}
    answer = client.open(form.action, method=form.method, **options)
    said = answer.get_data(as_text=True)
    wrong = [f"{form.method} {form.action}: {answer.status_code} for {data}"]
    is_broken = answer.status_code >= 500 or "X-Header" in answer.headers
    return wrong if is_broken or any(part in said for part in MARKUP) else []


@pytest.mark.slow
@sized(in_ci=2, of_the_bar=len(CORPUS))
def test_no_field_breaks_or_becomes_markup(app, client, demo, login, grant_everything, size):
    login(client, "administrator", sees_everything=True, locale="en")
    forms = all_forms(app, client)
    assert sum(len(form.texts) for form in forms) > 60
    faults = [
        fault
        for turn in range(size)
        for number, form in enumerate(forms)
        for fault in send(client, form, (turn * STEP + number * SPREAD) % len(CORPUS))
    ]
    assert not faults, "\n".join(faults[:20])
    shown = [address for address, page in walk(app, client) if any(m in page for m in MARKUP)]
    assert not shown, f"shown as markup: {shown}"


@pytest.mark.parametrize(
    "address",
    ["/parties?q=%00", "/energy/meters?q=a%00", "/audit?who=%00b", "/comments/people?q=%00"],
)
def test_a_text_no_database_holds_is_refused_in_an_address(client, login, address):
    login(client, Role.ADMINISTRATOR)
    assert client.get(address).status_code == 422


@sized(in_ci=20, of_the_bar=len(CORPUS))
def test_what_a_stranger_writes_at_the_door_stays_text(client, size):
    for turn in range(size):
        text = CORPUS[turn * STEP % len(CORPUS)]
        for address in ("/sign-in", f"/choose-password/{quote(text, safe='')}"):
            form = {"email": text, "password": text, "new_password": text, "next": text}
            said = client.post(address, data=form)
            assert said.status_code in {404, 422, 429}, text
            assert not any(part in said.get_data(as_text=True) for part in MARKUP), text
            assert "X-Header" not in said.headers


def test_a_text_no_database_holds_is_refused_in_a_form(client):
    sent = {"email": "a\0b@example.org", "password": "a\0b"}
    assert client.post("/sign-in", data=sent).status_code == 422

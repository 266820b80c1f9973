"""The page of the search box: suggestions, answers by kind, a number that opens its record."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.roles import Role
from app.i18n import lazy as _l
from app.ids import new_id
from app.search.engine import SearchEngine
from app.search.identifiers import Identifier
from app.search.normalise import index_text
from app.search.providers import Hit


class Streets:
    """Three streets; a phone number belongs to the first."""

    kind = "street"
    label = _l("Search")
    permission = "house.job.read"
    icon = "road"

    def __init__(self) -> None:
        self.rows = {new_id(): name for name in ("Rue Haute", "Rue Basse", "Hoogstraat")}

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        wanted = any(i.value.endswith("470123456") for i in identifiers)
        return self.hits(actor, session, list(self.rows)[:1]) if wanted else []

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> list[tuple[UUID, str]]:
        return [(key, index_text(name)) for key, name in self.rows.items()]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> list[Hit]:
        return [
            Hit(key, self.rows[key], "1000 Bruxelles", "account.account_page", badge="Street")
            for key in ids
        ]


@pytest.fixture
def streets(app: Flask) -> SearchEngine:
    engine = SearchEngine([Streets()])
    app.extensions["search"] = engine
    return engine


def test_words_show_answers_by_kind(streets, client, login):
    login(client, Role.ADMINISTRATOR)
    page = client.get("/search?q=rue")
    assert "Rue Haute" in page.text
    assert "Rue Basse" in page.text
    assert 'class="hit" href="/account"' in page.text


def test_a_number_opens_its_record_at_once(streets, client, login):
    login(client, Role.ADMINISTRATOR)
    page = client.get("/search?q=0470 12 34 56")
    assert (page.status_code, page.location) == (302, "/account")


def test_suggestions_are_a_fragment(streets, client, login):
    login(client, Role.ADMINISTRATOR)
    page = client.get("/search/suggestions?q=haute")
    assert "<!doctype" not in page.text.lower()
    assert "Rue Haute" in page.text
    assert "/search?q=haute" in page.text


@pytest.mark.parametrize("query", ["", "h", "nowhere at all", "<script>", "%", "'" * 500])
def test_nothing_found_says_what_to_try(streets, client, login, query):
    login(client, Role.ADMINISTRATOR)
    page = client.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert 'class="nothing"' in page.text
    assert "<script>" not in page.text.replace('<script type="application/json"', "")


def test_what_one_may_not_read_is_absent(streets, client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    assert "Rue Haute" not in client.get("/search?q=rue").text


def test_the_box_stands_on_every_page(streets, client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    page = client.get("/")
    assert 'action="/search"' in page.text
    assert 'data-suggest="/search/suggestions"' in page.text

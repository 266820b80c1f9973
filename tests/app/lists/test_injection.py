"""A thousand hostile texts in lists, comments and exports: none runs, none breaks (test 26)."""

import pytest

from app.comments.mentions import handles_in, with_mentions
from app.lists import TableState, fetch_page, read_state
from app.lists.state import query_string
from app.tabular.neutralise import neutralise
from tests.app.lists.people import PEOPLE, everybody
from tests.support.hostile_texts import CORPUS


def test_the_corpus_is_large_enough():
    assert len(set(CORPUS)) >= 1000


def test_no_search_breaks_or_finds_more_than_it_says(database, people):
    assert people == 120
    with database.reader() as session:
        for text in CORPUS:
            state = read_state(
                PEOPLE, {"q": [text], "locale": [text], "sort": [text], "cols": [text]}
            )
            page = fetch_page(PEOPLE, everybody(), TableState(filters=state.filters), session)
            assert page.count == 0, text
            assert "<" not in query_string(PEOPLE, state)


def test_no_comment_becomes_markup():
    for text in CORPUS:
        shown = (
            str(with_mentions(text, handles_in(text))).replace("<br>", "").replace("</span>", "")
        )
        assert "<" not in shown.replace('<span class="mention">', ""), text


def test_no_cell_begins_a_formula():
    for text in CORPUS:
        assert not neutralise(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n")), text


@pytest.mark.usefixtures("people")
def test_a_page_shows_a_search_without_running_it(client):
    for text in CORPUS[::97]:
        answer = client.get("/people", query_string={"q": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.get_data(as_text=True)
        assert "onerror=alert(1)>" not in answer.get_data(as_text=True)

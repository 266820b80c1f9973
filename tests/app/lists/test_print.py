"""A list on paper says what the screen says: filters, columns, rows and totals."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.auth.actor import system_actor
from app.db import TranslatedText
from app.i18n import use_locale
from app.lists import Column, read_state
from app.lists import print as printing
from app.lists.print import PrintedView, print_view
from app.office.letterhead import Letterhead
from tests.app.lists.people import PEOPLE, add_people, everybody

HEAD = Letterhead(TranslatedText(fr="CPAS"), TranslatedText())


@pytest.fixture
def printed(monkeypatch, database):
    """Print a view, and give what the template was handed."""
    given = {}
    monkeypatch.setattr(printing, "render_pdf", lambda _name, **words: given.update(words) or b"%")
    with database.unit_of_work("test") as uow:
        add_people(uow, 25)

    def hand_over(**view):
        state = read_state(PEOPLE, {key: [value] for key, value in view.items()})
        with use_locale("en"), database.reader() as session:
            actor, query = system_actor("test"), everybody()
            now = datetime(2026, 3, 2, 9, tzinfo=UTC)
            print_view(PrintedView(actor, PEOPLE, query, state, HEAD, now), session)
        return given

    return hand_over


def test_the_filters_in_use_stand_above_in_words(printed):
    found = printed(q="Person 00", locale="nl")
    assert found["organisation"] == "CPAS"
    assert any("Nederlands" in chip for chip in found["chips"])
    assert len(found["rows"]) < 10


def test_columns_rows_and_totals_are_those_of_the_view(printed):
    found = printed(sort="-name")
    names = [row[0][1] for row in found["rows"]]
    assert names == sorted(names, reverse=True)
    assert len(names) == 25
    totals = {column.key: text for column, text in found["totals"]}
    assert totals["length"] == str(sum(map(len, names)))


def test_numbers_and_states_are_not_broken_over_two_lines_and_sentences_are(printed):
    css_of = printed()["css_of"]
    state = Column("state", "State", format="badge")
    assert css_of(state, "Terug, niet opgelost") == "cell-short"
    assert css_of(Column("number", "Number"), "TK-2026-003027") == "cell-short"
    assert css_of(Column("text", "Text"), "Rue de la Montagne 12 bte 4") == "cell-text"
    assert "cell-words" in css_of(
        Column("text", "Text"), "No radiator is warm and it is 15 degrees"
    )

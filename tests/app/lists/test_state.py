"""The address of a list says everything about it and nothing else."""

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import lazy as _l
from app.i18n import use_locale
from app.lists import Column, TableSpec, TableState, Text, read_state
from app.lists.state import query_string
from tests.app.lists.people import PEOPLE

states = st.builds(
    TableState,
    filters=st.fixed_dictionaries(
        {},
        optional={
            "q": st.text(
                st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
            ),
            "locale": st.sets(st.sampled_from(["fr", "nl", "en"]), min_size=1).map(
                lambda s: tuple(sorted(s))
            ),
            "letters": st.booleans(),
            "created": st.tuples(
                st.dates(date(1900, 1, 1)), st.none() | st.dates(date(1900, 1, 1))
            ),
            "length": st.tuples(st.none(), st.decimals(-9999, 9999, places=2)),
        },
    ),
    sort=st.sampled_from([("name",), ("-name",), ("-created", "name")]),
    page=st.integers(1, 999),
    size=st.sampled_from([25, 50, 250]),
    columns=st.sampled_from([(), ("name",), ("email", "changed")]),
)


@given(states)
def test_what_is_written_is_read_back(state):
    assert read_state(PEOPLE, parse_qs(query_string(PEOPLE, state))) == state


def test_defaults_stay_unsaid():
    assert query_string(PEOPLE, read_state(PEOPLE, {})) == ""


def test_nonsense_is_as_absent():
    state = read_state(
        PEOPLE,
        {
            "page": ["-1"],
            "size": ["many"],
            "sort": ["password"],
            "locale": ["de"],
            "created_from": ["31/02/2026"],
            "length_from": ["NaN"],
            "cols": ["secret"],
        },
    )
    assert state == TableState(sort=("name",))


def test_a_character_no_database_compares_is_as_absent():
    assert read_state(PEOPLE, {"q": ["an\x00na"]}) == read_state(PEOPLE, {"q": ["anna"]})


def test_belgian_dates_and_numbers_are_understood():
    state = read_state(PEOPLE, {"created_from": ["05/01/2026"], "length_to": ["1 234,5"]})
    assert state.filters == {
        "created": (date(2026, 1, 5), None),
        "length": (None, Decimal("1234.5")),
    }


def test_chips_say_each_value_and_what_remains_without_it():
    locale = PEOPLE.filters[1]
    with use_locale("en"):
        said = locale.says(("fr", "nl"), locale.pairs())
    assert said == [("Language: Français", ("nl",)), ("Language: Nederlands", ("fr",))]


@pytest.mark.parametrize(
    "broken",
    [
        {"default_sort": ("absent",)},
        {"filters": (Text("page", _l("Page")),)},
        {"columns": (Column("a", _l("A")), Column("a", _l("A")))},
        {"columns": (Column("a", _l("A"), format="colourful"),)},
    ],
)
def test_a_declaration_that_cannot_work_is_refused(broken):
    with pytest.raises(ValueError, match=r"list tests\.broken"):
        TableSpec(
            **{"name": "tests.broken", "title": _l("x"), "key": None, "columns": (), **broken}
        )

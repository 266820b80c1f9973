"""Sorting, filtering, paging and totals, asked of the database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.auth.models import User
from app.lists import TableState, fetch_page, iterate_rows, read_state
from tests.app.lists.people import PEOPLE, everybody

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def fetch(database):
    with database.reader() as session:

        def get(**filters):
            given_state = filters.pop("state", {})
            state = TableState(filters=filters, **given_state)
            return fetch_page(PEOPLE, everybody(), state, session)

        yield get


def names(page):
    return [row.display_name for row in page.rows]


def test_first_page_counts_and_sums_all_rows(fetch):
    page = fetch()
    assert page.count == 120
    assert len(page.rows) == 50
    assert page.pages == 3
    assert page.totals == {"length": sum(10 + n % 7 for n in range(120))}
    assert names(page) == sorted(names(page))


def test_a_page_past_the_end_is_the_last_one(fetch):
    page = fetch(state={"page": 99})
    assert page.state.page == 3
    assert len(page.rows) == 20


def test_empty_values_come_last_in_both_directions(fetch):
    for sort in ("changed", "-changed"):
        rows = fetch(state={"sort": (sort,), "size": 250}).rows
        assert [r.password_changed_at is None for r in rows] == [False] * 60 + [True] * 60


def test_words_are_found_whatever_the_case_and_signs_mean_themselves(fetch):
    assert fetch(q="PERSON 007").count == 1
    assert fetch(q="%").count == 0
    assert fetch(q="p0007@").count == 1


def test_choices_join_and_filters_narrow_each_other(fetch):
    assert fetch(locale=("nl",)).count == 40
    assert fetch(locale=("nl", "fr")).count == 120
    assert fetch(locale=("nl",), letters=False).count == 8


def test_days_are_those_of_brussels_and_both_ends_belong(fetch):
    days = (date(2026, 1, 2), date(2026, 1, 4))
    assert fetch(created=days).count == 3
    assert fetch(created=(None, date(2026, 1, 1))).count == 1
    assert fetch(created=(date(2026, 4, 30), None)).count == 1


def test_numbers_compare_as_numbers(fetch):
    assert fetch(length=(Decimal(16), None)).count == 17
    assert fetch(length=(None, Decimal("10.5"))).count == 18


def test_every_row_is_on_exactly_one_page(database):
    seen = []
    with database.reader() as session:
        for number in range(1, 6):
            state = TableState(sort=("locale",), page=number, size=25)
            seen += [row.id for row in fetch_page(PEOPLE, everybody(), state, session).rows]
        wanted = {row.id for row in session.scalars(everybody())}
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == wanted


@pytest.mark.parametrize("sort", [(), ("locale",), ("-changed", "name"), ("-length",)])
def test_the_pages_one_after_the_other_are_the_whole_list(database, sort):
    with database.reader() as session:
        whole = [u.id for u in iterate_rows(PEOPLE, everybody(), TableState(sort=sort), session)]
        pages = [
            fetch_page(PEOPLE, everybody(), TableState(sort=sort, page=number, size=50), session)
            for number in (1, 2, 3)
        ]
    assert [user.id for page in pages for user in page.rows] == whole


def test_named_columns_can_be_listed_as_well_as_entities(database):
    from sqlalchemy import select

    query = select(User.id, User.display_name, User.email).where(
        User.email.like("p%@people.example")
    )
    with database.reader() as session:
        page = fetch_page(PEOPLE, query, TableState(size=25), session)
        rows = list(iterate_rows(PEOPLE, query, TableState(), session))
    assert page.rows[0].display_name == "Person 000"
    assert len(rows) == 120


def test_a_page_costs_two_queries_whatever_its_size(database, count_queries):
    for size in (25, 250):
        with database.reader() as session, count_queries() as queries:
            fetch_page(PEOPLE, everybody(), TableState(size=size), session)
        wanted = [q for q in queries.statements if "FROM users" in q]
        assert len(wanted) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    args=st.dictionaries(
        st.sampled_from(
            [
                "q",
                "locale",
                "created_from",
                "created_to",
                "length_from",
                "letters",
                "sort",
                "page",
                "size",
                "cols",
                "view",
                "odd",
            ]
        ),
        st.lists(
            st.text(max_size=12)
            | st.sampled_from(["nl", "-name", "2026-01-05", "1,5", "no", "9" * 30]),
            max_size=3,
        ),
    )
)
def test_no_address_makes_a_list_fail(database, args):
    state = read_state(PEOPLE, args)
    with database.reader() as session:
        page = fetch_page(PEOPLE, everybody(), state, session)
    assert len(page.rows) <= page.state.size

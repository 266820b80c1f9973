"""Likeness of parties, as properties and as cases a clerk would name."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import new_id
from modules.parties.matching import LARGEST_BLOCK, SHOWN_FROM, Likeness, compare, find_matches

names = st.text("abcdefgh ", min_size=3, max_size=14).map(lambda s: " ".join(s.split()) or "abc")
parties = st.builds(
    Likeness,
    id=st.uuids(),
    name=names,
    birth_date=st.none() | st.dates(date(1980, 1, 1), date(1980, 1, 5)),
    phones=st.frozensets(st.sampled_from("123"), max_size=2),
    emails=st.frozensets(st.sampled_from("xy"), max_size=1),
)


def party(name: str, **facts) -> Likeness:
    facts["phones"] = frozenset(facts.get("phones", ()))
    return Likeness(new_id(), name, **facts)


@given(parties, parties)
def test_comparing_is_symmetric(one, other):
    assert compare(one, other) == compare(other, one)


@given(st.lists(parties, max_size=12, unique_by=lambda p: p.id))
def test_blocks_find_what_comparing_all_finds(people):
    everyone = {
        frozenset({a.id, b.id})
        for i, a in enumerate(people)
        for b in people[i + 1 :]
        if compare(a, b)
    }
    assert {frozenset({m.first_id, m.second_id}) for m in find_matches(people)} == everyone


@given(st.lists(parties, max_size=12, unique_by=lambda p: p.id), st.randoms())
def test_the_order_of_people_does_not_matter(people, chance: random.Random):
    shuffled = people[:]
    chance.shuffle(shuffled)
    assert find_matches(shuffled) == find_matches(people)


@pytest.mark.parametrize(
    ("one", "other", "is_pair"),
    [
        (party("el amrani fatima", phones="1"), party("fatima el amrani", phones="1"), True),
        (party("de smet jan", phones="1"), party("desmet jan", phones="1"), True),
        (party("peeters an", phones="1"), party("peeters louise", phones="1"), False),
        (party("peeters an"), party("peeters an"), False),
        (
            party("peeters an", birth_date=date(1980, 1, 1)),
            party("peeters an", birth_date=date(1980, 1, 1)),
            True,
        ),
        (
            party("peeters an", phones="1", birth_date=date(1980, 1, 1)),
            party("peeters an", phones="1", birth_date=date(2004, 1, 1)),
            False,
        ),
        (party("lift", phones="1", kind="organisation"), party("lift", phones="1"), False),
    ],
)
def test_cases(one, other, is_pair):
    match = compare(one, other)
    assert (match is not None) is is_pair
    assert match is None or SHOWN_FROM <= match.score <= 100


def test_a_switchboard_number_is_no_reason_to_compare_everybody():
    crowd = [party(f"person {i:04d} abcdef", phones="1") for i in range(LARGEST_BLOCK + 1)]
    assert find_matches(crowd) == []

"""Identifiers: version 7, in order, never twice."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.ids import id_text, new_id, new_ids


def test_an_identifier_is_of_version_seven():
    assert new_id().version == 7
    assert new_id().variant == new_ids(1)[0].variant


def test_many_identifiers_are_distinct_and_in_order():
    made = new_ids(10_000)
    assert len(set(made)) == 10_000
    assert made == sorted(made)
    assert {one.version for one in made} == {7}
    assert new_ids(0) == []


def test_one_made_later_sorts_later_also_within_a_millisecond():
    made = [new_id() for _ in range(5_000)] + new_ids(5_000) + [new_id()]
    assert made == sorted(set(made))


def test_the_order_holds_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch):
    before = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert before < new_id() < new_id()


def test_threads_never_make_the_same_stamp():
    with ThreadPoolExecutor(4) as pool:
        made = [
            one
            for many in pool.map(lambda _: [new_id() for _ in range(500)], range(8))
            for one in many
        ]
    assert len({one.int >> 64 for one in made}) == 4_000


def test_identifiers_of_two_moments_never_meet():
    assert not set(new_ids(5_000)) & set(new_ids(5_000))


def test_an_identifier_is_written_alike_however_it_is_stored():
    made = new_id()
    assert id_text(made) == id_text(made.hex) == str(made)

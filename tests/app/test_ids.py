"""Identifiers: version 7, in order, never twice."""

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


def test_identifiers_of_two_moments_never_meet():
    assert not set(new_ids(5_000)) & set(new_ids(5_000))


def test_an_identifier_is_written_alike_however_it_is_stored():
    made = new_id()
    assert id_text(made) == id_text(made.hex) == str(made)

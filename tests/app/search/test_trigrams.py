"""The index finds what begins so, and what was mistyped by a letter."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.search.normalise import index_text, typed_words
from app.search.trigrams import Match, TextIndex, filled

PEOPLE = {
    1: index_text("Jan Peeters", "Rue Haute 12", "Hoogstraat 12", "1000 Bruxelles"),
    2: index_text("Anne-Marie De Smedt", "Wolstraat 4", "Rue aux Laines 4"),
    3: index_text("Ayşe Çelik", "Boulevard Anspach 100", "Anspachlaan 100"),
    4: index_text("Jean Petit", "Chaussée de Wavre 33", "Waversesteenweg 33"),
    5: index_text("Janneke Peeterman", "Place Saint-Jean 1", "Sint-Jansplein 1"),
}
INDEX = TextIndex(PEOPLE.items())


def best(index: TextIndex[int], text: str, limit: int = 10) -> list[Match[int]]:
    typed = typed_words(text)
    return filled(index.begun(typed, limit), index, typed, limit)


def keys(text: str, limit: int = 10) -> list[int]:
    return [match.key for match in best(INDEX, text, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("jan pee", 1),
        ("peeters jan", 1),
        ("haute 12 pee", 1),
        ("de smedt", 2),
        ("celik", 3),
        ("ÇELİK", 3),
        ("bd anspach", 3),
        ("ch. de wavre", 4),
        ("st. jansplein", 5),
        ("petres jan", 1),
        ("anspahclaan", 3),
        ("wolstrat", 2),
    ],
)
def test_the_wanted_person_comes_first(typed: str, first: int) -> None:
    assert keys(typed)[0] == first


def test_whole_words_come_before_longer_ones() -> None:
    assert keys("jan ")[:2] == [1, 5]


def test_nothing_is_found_for_nothing_or_nonsense() -> None:
    assert keys("") == []
    assert keys("zzzzzzq") == []
    assert best(TextIndex([]), "jan", 5) == []
    assert len(INDEX) == 5


def test_a_limit_is_kept() -> None:
    assert len(keys("j", limit=2)) <= 2


words = st.text("abcdeklmnorst", min_size=3, max_size=9)
texts = st.lists(st.lists(words, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 10_000))
def test_every_text_is_found_by_its_own_words_begun(contents: list[str], seed: int) -> None:
    index = TextIndex(enumerate(contents))
    wanted = seed % len(contents)
    begun = " ".join(word[:3] for word in contents[wanted].split())
    assume(" ".join(typed_words(begun).all) == begun)  # "str" is read as "straat"
    found = {m.key for m in best(index, begun, len(contents))}
    assert wanted in found


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 10_000))
def test_answers_are_distinct_and_best_first(contents: list[str], seed: int) -> None:
    index = TextIndex(enumerate(contents))
    text = contents[seed % len(contents)]
    found = best(index, text)
    assert len({m.key for m in found}) == len(found) <= 10
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)

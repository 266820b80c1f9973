"""In what is about a person, a name alone and any form of their number mean them."""

from __future__ import annotations

import pytest

from app.ids import new_id
from app.privacy import PersonRef
from app.privacy.own_words import own_words, without_own

PERSON = PersonRef(
    "party", new_id(), "Zébulon O'Qwxyzek",
    words=("Zébulon O'Qwxyzek", "+32470998877", "zebu@example.be"),
    names=("O'Qwxyzek", "Zébulon"),
)  # fmt: skip


def left_of(text: str, *names: str) -> str:
    person = PersonRef("party", new_id(), "x", names=names) if names else PERSON
    own = own_words(person)
    assert own is not None
    return without_own(own, text)


@pytest.mark.parametrize(
    "number",
    [
        "0470998877", "0470 99 88 77", "0470/99.88.77", "0470-998-877", "+32 470 99 88 77",
        "+32470998877", "0032470998877", "+32 (0)470/99 88 77", "0470\u00a099\u00a088\u00a077",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(number: str) -> None:
    assert left_of(f"Rappeler au {number}, merci") == "Rappeler au …, merci"


def test_another_number_stays() -> None:
    for number in ("04709988771", "0471998877", "470 99 88"):
        assert left_of(number) == number


@pytest.mark.parametrize(
    "name",
    [
        "O'Qwxyzek", "o’qwxyzek", "Qwxyzek", "QWXYZEK", "Zebulon", "ZÉBULON", "Ze\u0301bulon",
        "Zébulon O'Qwxyzek", "zebu@example.be", "Zebu@Example.be",
    ],
)  # fmt: skip
def test_a_name_alone_is_found_under_any_capitals_and_accents(name: str) -> None:
    assert left_of(f"M. {name} sonne") == "M. … sonne"


def test_a_name_is_a_word_of_its_own() -> None:
    assert left_of("Brief_Qwxyzek.txt") == "Brief_….txt"
    assert left_of("Qwxyzekstraat 3") == "Qwxyzekstraat 3"


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("van den Berghe", "bij Berghe van den lift", "bij … van den lift"),
        ("Van den Berghe", "mevrouw VAN DEN BERGHE", "mevrouw …"),
        ("Dubois-Lœb", "chez Loeb ou DUBOIS", "chez … ou …"),
        ("Strauß", "Herr Strauss", "Herr …"),
        ("Li", "Li dit: le lit de li", "… dit: le lit de li"),
        ("Иванов", "господин Иванов", "господин …"),
    ],
)
def test_parts_short_names_and_other_letters(name: str, text: str, left: str) -> None:
    assert left_of(text, name) == left


def test_plain_values_keep_their_shape() -> None:
    own = own_words(PERSON)
    assert own is not None
    value = {"Zébulon": [None, "chez Qwxyzek", 3, True]}
    assert without_own(own, value) == {"Zébulon": [None, "chez …", 3, True]}
    assert own_words(PersonRef("party", new_id(), "")) is None

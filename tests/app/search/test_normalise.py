"""Every way of writing one address, name or number is one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.normalise import (
    TypedWords,
    fold,
    index_text,
    last_digits_key,
    normalise,
    phone_digits,
    typed_words,
)

WORD = st.sampled_from(["r.", "de", "bte", "bus", "str.", "Wolstr.", "12b", "3", "st", "Haute"])
ADDRESS_LIKE = st.lists(WORD, max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Rue de l'Œuf, 12-14", "rue de l oeuf 12 14"),
        ("Chaussée d’Alsemberg", "chaussee d alsemberg"),
        ("ÇELİK Ayşe", "celik ayse"),
        ("Straße", "strasse"),
        ("Łukasz Sørensen", "lukasz sorensen"),
        ("   ", ""),
        ("", ""),
    ],
)
def test_accents_ligatures_and_punctuation_disappear(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    "written",
    [
        "Rue de la Loi, 16/2",
        "r. de la Loi 16 bte 2",
        "RUE DE LA LOI 16 boîte 2",
        "rue de la loi 16 bus 2",
        "  Rue  de  la  Loi 16 - 2 ",
    ],
)
def test_one_french_address_has_one_text(written: str) -> None:
    assert normalise(written) == "rue de la loi 16 2"


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("Wolstr. 4", "Wolstraat 4"),
        ("Ninoofsestwg. 12", "Ninoofsesteenweg 12"),
        ("Koninginneln 3", "Koninginnelaan 3"),
        ("Bd Anspach", "Boulevard Anspach"),
        ("Av. Louise", "Avenue Louise"),
        ("ch. de Wavre", "Chaussée de Wavre"),
        ("Pl. St-Josse", "Place Saint-Josse"),
        ("Vlaamse Stwg", "Vlaamse Steenweg"),
        ("12b", "12 B"),
    ],
)
def test_abbreviations_are_written_in_full(written: str, same_as: str) -> None:
    assert normalise(written) == normalise(same_as)


def test_an_initial_is_not_a_street() -> None:
    assert normalise("R. Peeters") == "r peeters"


def test_saints_are_found_in_both_languages() -> None:
    text = index_text("Sint-Jansplein", "Place Saint-Jean")
    assert set(normalise("St.-Jansplein").split()) <= set(text.split())
    assert set(normalise("pl. st jean").split()) <= set(text.split())


def test_index_text_holds_each_word_once_and_ignores_missing_fields() -> None:
    assert index_text("Jan Jan", None, "", "JAN Peeters") == "jan peeters"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("bd ch", TypedWords(("boulevard",), "ch")),
        ("ch ", TypedWords(("chaussee",), "")),
        ("av.", TypedWords(("avenue",), "")),
        ("r de la l", TypedWords(("rue", "de", "la"), "l")),
        ("", TypedWords((), "")),
        ("rue haute 12", TypedWords(("rue", "haute"), "12")),
        ("rue haute 12 bte 3", TypedWords(("rue", "haute", "12"), "3")),
    ],
)
def test_the_word_being_typed_is_left_open(typed: str, words: TypedWords) -> None:
    assert typed_words(typed) == words


@pytest.mark.parametrize(
    "written",
    ["02/123.45.67", "0032 2 123 45 67", "+32 (0)2 1234567", "02 123 45 67", "+3221234567"],
)
def test_a_phone_number_has_one_form(written: str) -> None:
    assert phone_digits(written) == "3221234567"


@pytest.mark.parametrize("text", ["", "12", "1000", "rue haute 12", "12b", "TK-2026-000123"])
def test_what_is_no_phone_number_gives_nothing(text: str) -> None:
    assert phone_digits(text) == ""


def test_last_digits_are_a_prefix_of_the_reversed_number() -> None:
    assert last_digits_key("+32 2 123 45 67").startswith(last_digits_key("45 67"))


@given(st.text(max_size=60) | ADDRESS_LIKE)
def test_normalising_twice_changes_nothing_and_leaves_plain_words(text: str) -> None:
    once = normalise(text)
    assert fold(once) == once
    assert all(word.isascii() and word.isalnum() for word in once.split())
    assert normalise(once) == once


@given(st.text(max_size=60))
def test_every_typed_word_is_plain_and_nothing_is_unfinished_after_a_space(text: str) -> None:
    words = typed_words(text + " ")
    assert words.unfinished == ""
    assert " ".join(words.finished) == normalise(text)


@given(st.from_regex(r"\+32[1-9]\d{7,8}", fullmatch=True), st.sampled_from(" ./-"))
def test_separators_never_change_a_phone_number(number: str, separator: str) -> None:
    spaced = number[:3] + separator + separator.join(number[3:])
    national = "0" + number[3:]
    assert phone_digits(spaced) == phone_digits(number) == phone_digits(national)

"""Telephone numbers: read in any form, kept in one, shown as people dial them."""

from __future__ import annotations

import re

import phonenumbers

HERE = "BE"


def read_phone(text: str, country: str = HERE) -> str | None:
    """Return a telephone number as E.164, or None when it cannot exist.

    >>> read_phone("0470/12.34.56")
    '+32470123456'
    >>> read_phone("0032 2 555 12 34"), read_phone("12")
    ('+3225551234', None)
    """
    number = _parsed(text, country)
    if number is None:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find_phone(text: str, country: str = HERE) -> str | None:
    """Return the first telephone number in a few words as E.164, or None when there is none.

    >>> find_phone("02/512.34.56 (evening)"), find_phone("ask the caretaker, flat 12")
    ('+3225123456', None)
    """
    if (whole := read_phone(text, country)) is not None:
        return whole
    found = phonenumbers.PhoneNumberMatcher(text, country, phonenumbers.Leniency.POSSIBLE)
    numbers = (match.number for match in found)
    form = phonenumbers.PhoneNumberFormat.E164
    return next((phonenumbers.format_number(number, form) for number in numbers), None)


def show_phone(text: str) -> str:
    """Write a number for people: Belgian ones as dialled here, others with their country.

    What is no number stays as it was typed.

    >>> show_phone("+32470123456"), show_phone("+33142685300")
    ('0470 12 34 56', '+33 1 42 68 53 00')
    >>> show_phone("ask the caretaker")
    'ask the caretaker'
    """
    number = _parsed(text, HERE)
    if number is None:
        return text
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == phonenumbers.country_code_for_region(HERE)
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    shown = phonenumbers.format_number(number, style)
    # Numbers that no operator has (those of the demo) come back ungrouped.
    return re.sub(r"^(0\d{3})(\d\d)(\d\d)(\d\d)$", r"\1 \2 \3 \4", shown)


def dial(text: str) -> str:
    """Return what a link to a number calls: its one form, or what was typed.

    >>> dial("0470/12.34.56"), dial("1234")
    ('+32470123456', '1234')
    """
    return read_phone(text) or text


def country_and_digits(text: str) -> tuple[str, str] | None:
    """Return the code of a number's country and its digits there; None when it is no number.

    >>> country_and_digits("+32470123456")
    ('32', '470123456')
    """
    number = _parsed(text, HERE)
    if number is None:
        return None
    return str(number.country_code), phonenumbers.national_significant_number(number)


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    """Read a number that can exist."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None

"""Telephone numbers and e-mail addresses in their one spelling."""

from __future__ import annotations

import re

import phonenumbers

from app.search.normalise import last_digits_key
from modules.parties.enums import PhoneKind

_EMAIL = re.compile(r"^[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']{2,}$")
_LONGEST_EMAIL = 254
_KINDS = {
    phonenumbers.PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
}


def read_phone(text: str, country: str = "BE") -> str | None:
    """Return a telephone number as E.164, or None when it cannot exist.

    >>> read_phone("0470/12.34.56")
    '+32470123456'
    >>> read_phone("0032 2 555 12 34"), read_phone("12")
    ('+3225551234', None)
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_kind(e164: str) -> PhoneKind:
    """Tell a mobile number from a landline."""
    number = phonenumbers.parse(e164)
    return _KINDS.get(phonenumbers.number_type(number), PhoneKind.OTHER)


def show_phone(e164: str) -> str:
    """Write a number for people: Belgian ones as dialled here, others with their country.

    >>> show_phone("+32470123456"), show_phone("+33142685300")
    ('0470 12 34 56', '+33 1 42 68 53 00')
    """
    number = phonenumbers.parse(e164)
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == phonenumbers.country_code_for_region("BE")
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    shown = phonenumbers.format_number(number, style)
    # Numbers that no operator has (those of the demo) come back ungrouped.
    return re.sub(r"^(0\d{3})(\d\d)(\d\d)(\d\d)$", r"\1 \2 \3 \4", shown)


def reversed_digits(e164: str) -> str:
    """Return the digits backwards, for "the number ends with".

    >>> reversed_digits("+32470123456")
    '65432107423'
    """
    return last_digits_key(e164)


def read_email(text: str) -> str | None:
    """Return an e-mail address in lower case, or None when it cannot be one."""
    email = text.strip().casefold()
    return email if len(email) <= _LONGEST_EMAIL and _EMAIL.match(email) else None

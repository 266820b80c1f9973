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


def phone_kind(e164: str) -> PhoneKind:
    """Tell a mobile number from a landline."""
    number = phonenumbers.parse(e164)
    return _KINDS.get(phonenumbers.number_type(number), PhoneKind.OTHER)


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

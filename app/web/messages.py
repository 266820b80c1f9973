"""marshmallow's English complaints, said in our words and in the reader's language."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.errors import Message
from app.i18n import LazyText, format_bound
from app.i18n import lazy as _l

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Patterns of marshmallow 4; the named groups become the parameters of our sentence.
SENTENCES: tuple[tuple[str, LazyText], ...] = (
    (r"Missing data for required field\.", _l("Fill in this field.")),
    (r"Field may not be null\.", _l("Fill in this field.")),
    (r"Not a valid (string|mapping type|list)\.", _l("This value has the wrong form.")),
    (r"Not a valid (integer|number)\.", _l("Write a number.")),
    (r"Not a valid boolean\.", _l("Answer yes or no.")),
    (r"Not a valid (date|datetime|time)\.", _l("Write a valid date or hour.")),
    (r"Not a valid UUID\.", _l("Choose one of the list.")),
    (r"Not a valid email address\.", _l("Write an e-mail address, such as name@example.org.")),
    (r"Not a valid URL\.", _l("Write an address that begins with https://.")),
    (r"Must be one of: .*", _l("Choose one of the list.")),
    (r"Not a valid choice\.", _l("Choose one of the list.")),
    (r"Longer than maximum length (?P<max>\d+)\.", _l("Write at most %(max)s characters.")),
    (r"Shorter than minimum length 1\.", _l("Fill in this field.")),
    (r"Shorter than minimum length (?P<min>\d+)\.", _l("Write at least %(min)s characters.")),
    (
        r"Length must be between (?P<min>\d+) and (?P<max>\d+)\.",
        _l("Write between %(min)s and %(max)s characters."),
    ),
    (r"Length must be (?P<equal>\d+)\.", _l("Write exactly %(equal)s characters.")),
    (
        r"Must be greater than or equal to (?P<min>\S+) and less than or equal to (?P<max>\S+)\.",
        _l("Write a number from %(min)s to %(max)s."),
    ),
    (r"Must be greater than or equal to (?P<min>\S+)\.", _l("Write %(min)s or more.")),
    (r"Must be greater than (?P<min>\S+)\.", _l("Write more than %(min)s.")),
    (r"Must be less than or equal to (?P<max>\S+)\.", _l("Write %(max)s or less.")),
    (r"Must be less than (?P<max>\S+)\.", _l("Write less than %(max)s.")),
    (r"String does not match expected pattern\.", _l("This value has the wrong form.")),
    (r"Field may not be blank\.", _l("Fill in this field.")),
    (
        r"Not a valid (utf-8 string|tuple|aware datetime|naive datetime|period of time)\.",
        _l("This value has the wrong form."),
    ),
    (r"Invalid (input )?type\.", _l("This value has the wrong form.")),
    (r"Invalid (value|input)\.", _l("This value is not allowed here.")),
    (r"Number too large\.", _l("This number is too large.")),
    (r"Special numeric values .*", _l("Write a number.")),
    (r"Not a valid IP .*", _l("Write an IP address.")),
    (r"Must be equal to (?P<value>.+)\.", _l("This must be %(value)s.")),
    (r"Unknown field\.", _l("This field is not known here.")),
)


# The same complaints about how many things a list holds.
SENTENCES_OF_LISTS: tuple[tuple[str, LazyText], ...] = (
    (r"Longer than maximum length (?P<max>\d+)\.", _l("Give at most %(max)s of them.")),
    (
        r"Length must be between (?P<min>\d+) and (?P<max>\d+)\.",
        _l("Give between %(min)s and %(max)s of them."),
    ),
)


class _Bound(str):
    """A bound of a number, written as in the language of whoever reads it."""

    __slots__ = ()

    def __str__(self) -> str:
        return format_bound(Decimal(self))


def _shown(name: str, value: str) -> str:
    return _Bound(value) if name in ("min", "max") and _NUMBER.fullmatch(value) else value


def said(message: Any, *, of_list: bool = False) -> Message:
    """Return a complaint in our words; what is not known is left as it is."""
    if isinstance(message, LazyText):
        return message
    for pattern, sentence in (SENTENCES_OF_LISTS if of_list else ()) + SENTENCES:
        if found := re.fullmatch(pattern, str(message), re.DOTALL):
            params = found.groupdict()
            return LazyText(sentence.message, {k: _shown(k, v) for k, v in params.items()})
    return str(message)

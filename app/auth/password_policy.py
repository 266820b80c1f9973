"""Which passwords are good enough: long, not common, not about the person (ASVS 5.0 V6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from app.errors import Invalid
from app.i18n import lazy as _l

SHORTEST = 12
LONGEST = 128
COMMON_COUNT = 10_000
PRODUCT = "intendant"

_WORD = re.compile(r"[^\W\d_]{4,}")
_SHORTEST_NAME = 4


def check_password(password: str, about: Iterable[str] = (), *, field: str = "password") -> None:
    """Refuse a weak password; `about` holds what others know of the person (address, name).

    Raises Invalid naming the rule that is broken. Any character counts, nothing is cut off.
    """
    if len(password) < SHORTEST:
        raise Invalid(
            "password_short",
            _l("Use at least %(count)s characters; four words make a good one.", count=SHORTEST),
            field=field,
        )
    if len(password) > LONGEST:
        raise Invalid(
            "password_long", _l("Use at most %(count)s characters.", count=LONGEST), field=field
        )
    if is_common(password):
        raise Invalid(
            "password_common",
            _l("This password is one of those tried first. Choose another."),
            field=field,
        )
    if _is_about(password.lower(), about):
        raise Invalid(
            "password_personal",
            _l("Leave your name, your e-mail address and the name of this product out of it."),
            field=field,
        )


def is_common(password: str) -> bool:
    """Tell whether a password, without decoration at its ends or repeated, is a common one.

    Example: `Password2026!!` is `password` with decoration; `qwertyqwerty` is `qwerty` twice.
    """
    lowered = password.lower()
    bare = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", lowered)
    candidates = {lowered, bare, _period(lowered), _period(bare)}
    return len(set(lowered)) < 4 or not candidates.isdisjoint(common_passwords())


@cache
def common_passwords() -> frozenset[str]:
    """Return the most used passwords, from the lists of zxcvbn (MIT licence)."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"][:COMMON_COUNT])


def _period(text: str) -> str:
    """Return the shortest piece the text repeats: `abcabc` gives `abc`."""
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text == text[:length] * (len(text) // length):
            return text[:length]
    return text


def _is_about(lowered: str, about: Iterable[str]) -> bool:
    """Tell whether a name or address stands in it whole, or nothing else does."""
    about = (*about, PRODUCT)
    if any(len(text) >= _SHORTEST_NAME and text.lower() in lowered for text in about):
        return True
    rest = lowered
    words = {word for text in about for word in _WORD.findall(text.lower())}
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(re.sub(r"[\d\W_]", "", rest)) < 4 and rest != lowered

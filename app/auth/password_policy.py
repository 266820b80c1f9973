"""Which passwords are good enough: long, not common, not about the person (ASVS 5.0 V6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from app.errors import Invalid
from app.i18n import lazy as _l
from app.search.normalise import fold

SHORTEST = 12
LONGEST = 128
COMMON_COUNT = 10_000
PRODUCT = "intendant"
# What the people who use it work for: known to whoever tries to get in.
OFFICES = ("cpas", "ocmw")

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
    if _leans_on(password, about):
        raise Invalid(
            "password_personal",
            _l(
                "Parts of your name, your e-mail address and the name of this product are guessed "
                "first: without them, at least %(count)s characters must be left.",
                count=SHORTEST,
            ),
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


def _leans_on(password: str, about: Iterable[str]) -> bool:
    """Tell whether what others know stands in it whole, or makes it long enough.

    NIST SP 800-63B and ASVS 5.0 6.2.11 want context-specific words, and what is derived from them,
    to make no password. A whole name or address is refused anywhere. A part of one counts for
    nothing: four letters of a name that a long sentence holds by chance do no harm.
    """
    rest, texts = fold(password), [fold(text) for text in (*about, PRODUCT)]
    if any(len(text) >= _SHORTEST_NAME and text in rest for text in texts):
        return True
    words = {word for text in (*texts, *OFFICES) for word in _WORD.findall(text)}
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < min(SHORTEST, len(fold(password)))

"""The 18-digit number of a Belgian supply point (GSRN, "code EAN") and its check digit."""

from __future__ import annotations

import re

LENGTH = 18
# GS1 Belgium & Luxembourg: no supply point of a Belgian grid begins otherwise.
START = "54"
_SPREADSHEET = re.compile(r'^="?([^"]*)"?$')


def bare(text: str) -> str:
    """Return a number as typed without the `="…"` of spreadsheets, spaces, dots and hyphens."""
    found = _SPREADSHEET.match(text.strip())
    return re.sub(r"[\s.\-]", "", found.group(1) if found else text)


def has_form(text: str) -> bool:
    """Tell whether a bare number has the digits of a Belgian EAN-18, right or mistyped."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and text.startswith(START)


def check_digit(first_17: str) -> int:
    """Compute the GS1 modulo 10 check digit of 17 digits.

    From the right, digits weigh 3, 1, 3, 1 and so on; for 54144800000000001 the sum is 49,
    so the digit is 1.
    """
    weights = (3 if place % 2 == 0 else 1 for place in range(len(first_17)))
    total = sum(
        int(digit) * weight for digit, weight in zip(reversed(first_17), weights, strict=True)
    )
    return -total % 10


def is_valid(text: str) -> bool:
    """Tell whether a bare number is a Belgian EAN-18 with the right check digit."""
    return has_form(text) and check_digit(text[:-1]) == int(text[-1])

"""Keep text from being run as a formula when a spreadsheet opens our exports.

An apostrophe is put before a text that starts with `= + - @`, a tab or a carriage return, and
before one that starts with such an apostrophe already. Every export is therefore undone exactly
by `restore`, and an import gives back the text as it was.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")


def neutralise(text: str) -> str:
    """Make a text harmless: `=1+1` becomes `'=1+1`."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restore(text: str) -> str:
    """Give back what `neutralise` was given: `'=1+1` becomes `=1+1`."""
    return text[1:] if _ESCAPED.match(text) else text

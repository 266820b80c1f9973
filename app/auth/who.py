"""Say who did something: people by their name, the house's own work in the reader's language.

What a job does is kept under `job:<name>`, a code like any other; a command of the operator under
the command itself, which is the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.i18n import LazyText
from app.i18n import lazy as _l

JOB = "job:"
SINGLE_SIGN_ON = "house:single-sign-on"
# Somebody without an account, who followed the link of a mail.
MAIL_LINK = "house:mail-link"

_NAMES: dict[str, LazyText] = {
    SINGLE_SIGN_ON: _l("Single sign-on"),
    MAIL_LINK: _l("Link in a mail"),
}


def name_jobs(titles: Iterable[tuple[str, LazyText]]) -> None:
    """Learn what the jobs of the house are called; done once, when the house is built."""
    _NAMES.update({f"{JOB}{name}": title for name, title in titles})


def say_who(name: str) -> str:
    """Return the name of who acted as a person reads it.

    >>> say_who("Piet Peeters")
    'Piet Peeters'
    >>> say_who("job:retired.job")
    'Intendant · retired.job'
    """
    title = _NAMES.get(name)
    if title is None and not name.startswith(JOB):
        return name
    return f"Intendant · {title or name.removeprefix(JOB)}"

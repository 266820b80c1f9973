"""The backups that are made by themselves: what they are called, and which of them are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.backup.expiry import MOST_DAYS
from app.clock import BRUSSELS

# Of the latest each is kept, before that one of each day.
LATEST = 4
_NAME = re.compile(r"^intendant-(\d{8}T\d{6}Z)\.backup$")
_FORM = "%Y%m%dT%H%M%SZ"


def name_at(moment: datetime) -> str:
    """Return what the backup of an instant is called."""
    return f"intendant-{moment.astimezone(UTC).strftime(_FORM)}.backup"


def made_in(folder: Path) -> dict[datetime, Path]:
    """Return the backups of a folder that were made by themselves, the oldest first."""
    found = ((_NAME.match(path.name), path) for path in folder.iterdir())
    made = {_instant(match[1]): path for match, path in found if match}
    return dict(sorted(made.items()))


def _instant(stamp: str) -> datetime:
    return datetime.strptime(stamp, _FORM).replace(tzinfo=UTC)


def no_longer_kept(made: Iterable[datetime], now: datetime) -> list[datetime]:
    """Return those to delete: neither among the latest nor the last of its day, or too old.

    The newest always stays. Of four on Monday and three on Tuesday these stay on Tuesday: the last
    of Monday, and of both days the latest four.
    """
    newest_first = sorted(made, reverse=True)
    last_of_days = {at.astimezone(BRUSSELS).date(): at for at in reversed(newest_first)}
    kept = {*newest_first[:LATEST], *last_of_days.values()}
    too_old = now - timedelta(days=MOST_DAYS)
    return [at for at in newest_first if at not in kept or (at < too_old and at != newest_first[0])]

"""The letterhead for every page, read once a minute: it changes once in years."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from app.db import TranslatedText
from app.errors import Unavailable
from app.house import House
from app.i18n import LOCALES
from app.office.letterhead import Letterhead, read_letterhead

# Another worker that keeps the former one shows it for so long.
KEPT_FOR = timedelta(minutes=1)


class LetterheadDesk:
    """Keeps the letterhead of this process."""

    def __init__(self, house: House) -> None:
        """Know nothing yet."""
        self._house = house
        self._kept: Letterhead | None = None
        self._read_at: datetime | None = None

    def kept(self) -> Letterhead:
        """Return the letterhead, at most a minute old; an error page needs no database for it."""
        now, kept = self._house.clock.now(), self._kept
        if kept is not None and self._read_at is not None and now - self._read_at <= KEPT_FOR:
            return kept
        try:
            fresh = self.read()
        except (SQLAlchemyError, Unavailable):
            return kept or self._default()
        self._kept, self._read_at = fresh, now
        return fresh

    def read(self) -> Letterhead:
        """Return the letterhead as it is now."""
        with self._house.database.reader() as session:
            return read_letterhead(session, self._house.settings.organisation)

    def forget(self) -> None:
        """Read it again at the next page."""
        self._kept = None

    def _default(self) -> Letterhead:
        name = dict.fromkeys(LOCALES, self._house.settings.organisation)
        return Letterhead(TranslatedText(name), TranslatedText())


def register(app: Flask, house: House) -> None:
    """Put the desk into the application."""
    app.extensions["letterhead"] = LetterheadDesk(house)


def letterhead_desk() -> LetterheadDesk:
    """Return the desk of the application."""
    return cast("LetterheadDesk", current_app.extensions["letterhead"])

"""Translated texts: catalogues read at start-up, the language held in a context variable.

English is the language of the sources; `fr.po` and `nl.po` stand beside each area. They are read
as they are, so that there is no compile step to forget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALES = ("fr", "nl", "en")
DEFAULT_LOCALE = "fr"
# Each in its own language, as people look for it.
LANGUAGE_NAMES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
HOUSE_TRANSLATIONS = Path(__file__).parent / "translations"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)
_catalogues: dict[str, Translations] = {locale: Translations() for locale in LOCALES}
_read_folders: set[Path] = set()


def load_catalogues(folders: Iterable[Path] = ()) -> None:
    """Read the catalogues of the house and of the given folders; each is read once a process.

    A folder holds `fr.po` and `nl.po`; a missing file means no texts of that area.
    """
    for folder in (HOUSE_TRANSLATIONS, *folders):
        if folder in _read_folders:
            continue
        for locale in LOCALES:
            catalogue = folder / f"{locale}.po"
            if catalogue.exists():
                found = _read(catalogue, locale)
                _catalogues[locale].merge(found)
                # French says "0 ligne", Dutch "0 rijen": each catalogue knows its own rule.
                _catalogues[locale].plural = found.plural
        _read_folders.add(folder)


def _read(path: Path, locale: str) -> Translations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled)


def get_locale() -> str:
    """Return the language of the present request or job: fr, nl or en."""
    return _locale.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Speak a language inside the block; an unknown one falls back on the default."""
    token = _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


def set_locale(locale: str) -> None:
    """Speak a language until the end of the present context (a request)."""
    _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)


def _catalogue() -> Translations:
    if not _read_folders:
        load_catalogues()
    return _catalogues[_locale.get()]


def gettext(message: str, **params: Any) -> str:
    """Translate a text and fill in `%(name)s` parameters."""
    text = _catalogue().gettext(message) if message else ""
    return text % params if params else text


def ngettext(singular: str, plural: str, count: int, **params: Any) -> str:
    """Translate a text that depends on a count, available as `%(count)s` with its thousands."""
    from app.i18n.formats import format_number

    text = _catalogue().ngettext(singular, plural, count)
    return text % {"count": format_number(count, 0), **params}


class LazyText:
    """A text translated when it is shown, in the language of that moment."""

    __slots__ = ("message", "params")

    def __init__(self, message: str, params: dict[str, Any] | None = None) -> None:
        """Keep the source text and its parameters."""
        self.message = message
        self.params = params or {}

    def __str__(self) -> str:
        """Translate now."""
        return gettext(self.message, **self.params)

    def __html__(self) -> str:
        """Escape for a page; a text never carries markup."""
        from markupsafe import escape

        return str(escape(str(self)))

    def __repr__(self) -> str:
        """Show the source text."""
        return f"LazyText({self.message!r})"

    def __eq__(self, other: object) -> bool:
        """Compare source texts, not translations."""
        if isinstance(other, LazyText):
            return (self.message, self.params) == (other.message, other.params)
        return NotImplemented

    def __hash__(self) -> int:
        """Hash the source text."""
        return hash(self.message)


def lazy(message: str, **params: Any) -> LazyText:
    """Mark a text for translation at the moment it is shown."""
    return LazyText(message, params)

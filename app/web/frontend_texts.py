"""Every text the scripts of the browser show, translated by the one catalogue of the house.

A test reads the TypeScript sources and compares: a text used there and absent here fails, and the
other way round.
"""

from __future__ import annotations

from app.i18n import LazyText

PAGE_TEXTS: tuple[LazyText, ...] = ()

FIELD_TEXTS: tuple[LazyText, ...] = ()


def frontend_messages(texts: tuple[LazyText, ...] = PAGE_TEXTS) -> dict[str, str]:
    """Map each English text to its translation in the present language."""
    return {text.message: str(text) for text in texts}

"""Text as people type it, made storable."""

import unicodedata


def clean_text(text: str) -> str:
    """Return a text in composed Unicode, without control characters, trimmed."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()

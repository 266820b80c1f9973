"""Compare headings and labels without regard to case, accents, spaces or punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "’": "'"})
_SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """Reduce a heading to what matters: `"Nom de la voie * "` gives `"nom de la voie"`."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return _SEPARATORS.sub(" ", letters).strip()

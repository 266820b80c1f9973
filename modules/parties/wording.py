"""Words for why two parties look alike."""

from __future__ import annotations

from app.i18n import LazyText
from app.i18n import lazy as _l

REASON_LABELS: dict[str, LazyText] = {
    "same_name": _l("same name"),
    "similar_name": _l("similar name"),
    "same_birth_date": _l("same birth date"),
    "same_phone": _l("same telephone"),
    "same_email": _l("same e-mail"),
    "same_lot": _l("same lot"),
}


def reason_label(reason: str) -> str:
    """Return the words for a reason of likeness."""
    return str(REASON_LABELS.get(reason, reason))

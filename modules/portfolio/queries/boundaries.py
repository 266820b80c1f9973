"""What the boundaries under the map are called."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import get_locale
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.models import Boundary


def sector_in_words(session: Session, code: str | None) -> str | None:
    """Write a statistical sector by its name too, when it is under the map."""
    if not code:
        return None
    asked = select(Boundary).where(Boundary.kind == BoundaryKind.SECTOR, Boundary.code == code)
    found = session.scalar(asked)
    name = found and (found.name_nl if get_locale() == "nl" else found.name_fr)
    return f"{name} ({code})" if name else code

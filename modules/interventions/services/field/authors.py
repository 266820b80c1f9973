"""Whose work a tablet sends: what somebody did goes in under their own name only."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import Forbidden
from app.i18n import lazy as _l
from modules.interventions.queries.orders import find_technician

WRONG_AUTHOR = "wrong_author"
NOT_YOURS = _l("This work was done by somebody else on this tablet: they must sign in to send it.")


def is_author(actor: Actor, author: UUID | None, session: Session) -> bool:
    """Tell whether the stated author is who is signed in; a tablet of before states none."""
    if author is None or author == actor.user_id:
        return True
    technician = find_technician(session, actor.user_id)
    return technician is not None and technician.id == author


def require_author(actor: Actor, author: UUID | None, session: Session) -> None:
    """Refuse what somebody else did on the tablet."""
    if not is_author(actor, author, session):
        raise Forbidden(WRONG_AUTHOR, NOT_YOURS)

"""What this module holds about persons: who does works, and texts people wrote."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.privacy import PersonalData, PersonalTexts, PersonRef
from app.privacy.texts import forget_words, telling_words
from modules.land.models import Deal, DealStep, LandWork, Permit, PermitStep

_WORDS = (LandWork.subject, LandWork.no_permit_reason, LandWork.note, LandWork.search_text)


def disclose(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> list[Any]:
    """Return the works on land given to a person to carry out."""
    query = select(LandWork).where(LandWork.contractor_id == person.id)
    return [
        {"reference": work.reference, "subject": work.subject}
        for work in uow.session.scalars(query.order_by(LandWork.reference))
    ]


def erase(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> int:
    """Take the person's words out of works; what a contractor did keeps their reference."""
    return len(forget_words(uow.session, LandWork, _WORDS, telling_words(person)))


PRIVACY = (
    PersonalData("land.works", _l("Works on land"), disclose, erase),
    PersonalTexts(
        Permit,
        (
            Permit.subject,
            Permit.conditions,
            Permit.note,
            Permit.due_reason,
            Permit.lapses_reason,
            Permit.authority,
            Permit.file_number,
            Permit.search_text,
        ),
    ),
    PersonalTexts(PermitStep, (PermitStep.note, PermitStep.taken_back_reason)),
    PersonalTexts(
        Deal,
        (Deal.subject, Deal.project, Deal.counterparty, Deal.notary, Deal.note, Deal.search_text),
    ),
    PersonalTexts(DealStep, (DealStep.note, DealStep.taken_back_reason)),
)

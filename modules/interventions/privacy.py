"""What work orders hold about persons: the contact on site, shown and forgotten on request."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.privacy import PersonalData, PersonRef
from app.privacy.texts import forget_words, says, telling_words
from modules.interventions.models import WorkOrder

_TEXTS = (
    WorkOrder.title,
    WorkOrder.description,
    WorkOrder.planner_note,
    WorkOrder.availability,
    WorkOrder.contact_name,
    WorkOrder.contact_phone,
)


def disclose(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> list[Any]:
    """Return the orders that name a person as contact."""
    named = says(telling_words(person), WorkOrder.contact_name, WorkOrder.contact_phone)
    return [
        {"number": order.number, "title": order.title, "contact": order.contact_name}
        for order in uow.session.scalars(select(WorkOrder).where(named))
    ]


def erase(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> int:
    """Take the person's words out of every order."""
    return len(forget_words(uow.session, WorkOrder, _TEXTS, telling_words(person)))


PRIVACY = (PersonalData("interventions.orders", _l("Work orders"), disclose, erase),)

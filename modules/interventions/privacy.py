"""What work orders hold about persons: the contact on site, shown and forgotten on request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, update

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork, change_rows
from app.files.models import Attachment
from app.i18n import lazy as _l
from app.phones import find_phone
from app.privacy import BY_RETENTION, PersonalData, PersonalTexts, PersonRef, RetentionRule
from app.privacy.own_words import names_in
from app.privacy.owned_files import Owned, forget_personal_files, is_personal_file
from app.privacy.texts import GONE, forget_words, telling_words
from modules.interventions.disclosure import disclose
from modules.interventions.enums import FINISHED, EntryKind
from modules.interventions.models import (
    ABOUT,
    FieldOperation,
    OrderEntry,
    OrderEvent,
    OrderFieldChange,
    Visit,
    WorkOrder,
)
from modules.interventions.own_calls import (
    forget_in_orders,
    forget_signature,
    order_files,
    say_files,
)

_TEXTS = (
    WorkOrder.stored_title,
    WorkOrder.description,
    WorkOrder.planner_note,
    WorkOrder.availability,
    WorkOrder.contact_name,
    WorkOrder.contact_phone,
    WorkOrder.reason,
    WorkOrder.diagnosis,
    WorkOrder.work_done,
)
_CONTACT = (WorkOrder.contact_name, WorkOrder.contact_phone, WorkOrder.availability)
# Each takes its words out of all that hangs on it.
BATCH = 100


def erase(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> int:
    """Take the person's words out of every order; what a contractor did keeps their reference."""
    named = forget_words(uow.session, WorkOrder, _TEXTS, telling_words(person))
    return len(named) + _forget_firm(person, uow)


def _forget_firm(person: PersonRef, uow: UnitOfWork) -> int:
    """Take the name off the visits a contractor paid; a colleague of that name keeps theirs."""
    orders = select(WorkOrder.id).where(WorkOrder.contractor_id == person.id)
    visits = update(Visit).where(
        Visit.order_id.in_(orders),
        Visit.technician_id.is_(None),
        Visit.actor_name.in_(person.words),
    )
    return change_rows(uow.session, visits.values(actor_name=GONE))


def forget_old_contacts(before: datetime, uow: UnitOfWork, clock: Clock) -> int:
    """Forget whom to ask for, wherever they are named, of orders finished before an instant.

    Signatures and files about a person go too; what was done stays, with the pictures of it.
    """
    personal = select(Attachment.subject_id).where(
        Attachment.subject_type == ABOUT, is_personal_file()
    )
    signed = select(OrderEntry.order_id).where(
        OrderEntry.kind == EntryKind.SIGNATURE, OrderEntry.text != GONE
    )
    told = or_(*(column != "" for column in _CONTACT), *map(WorkOrder.id.in_, (personal, signed)))
    ended = func.coalesce(WorkOrder.completed_at, WorkOrder.updated_at)
    query = select(WorkOrder).where(WorkOrder.status.in_(FINISHED), ended < before, told)
    orders = uow.session.scalars(query.order_by(WorkOrder.created_at).limit(BATCH)).all()
    owned = Owned(ABOUT, [order.id for order in orders])
    for order in orders:
        forget_in_orders([order], _contact_of(order), BY_RETENTION, uow, clock)
        order.contact_name = order.contact_phone = order.availability = ""
    for entry in uow.session.scalars(select(OrderEntry).where(OrderEntry.order_id.in_(owned.ids))):
        forget_signature(entry)
    forget_personal_files(owned, uow.session)
    return len(orders)


def _contact_of(order: WorkOrder) -> PersonRef:
    """Return whom to ask for, by the words an order has for them."""
    number = find_phone(order.contact_phone)
    words = (number,) if number else ()
    return PersonRef(ABOUT, order.id, "", words, names=names_in(order.contact_name))


PRIVACY = (
    PersonalData(
        "interventions.orders",
        _l("Work orders"),
        disclose,
        erase,
        stays=say_files,
        files=order_files,
    ),
    PersonalTexts(FieldOperation, (FieldOperation.answer,)),
    PersonalTexts(Visit, (Visit.report,)),
    PersonalTexts(OrderEntry, (OrderEntry.text, OrderEntry.data)),
    PersonalTexts(OrderEvent, (OrderEvent.text, OrderEvent.data)),
    PersonalTexts(OrderFieldChange, (OrderFieldChange.value,)),
    RetentionRule(
        "interventions.finished_contacts",
        _l(
            "Finished work orders: whom to ask for, where they are named, signatures and files"
            " about them"
        ),
        60,
        _l("Proposal: five years after closing, to be confirmed by the data protection officer"),
        forget_old_contacts,
    ),
)

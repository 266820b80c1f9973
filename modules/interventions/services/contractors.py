"""What a contractor is told of an order: by mail, in their language, with the order as a PDF."""

from __future__ import annotations

from uuid import UUID

from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText, use_locale
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.mail import Message, queue_mail
from modules.interventions.models import ABOUT, WorkOrder
from modules.interventions.queries.papers import where_is
from modules.parties.api import contact_of

# The key under which the paper of an order is enclosed.
ORDER_PAPER = "interventions.order_paper"
# Between the languages of a mail to who did not choose one.
_BETWEEN = "\n\n* * *\n\n"


def write_to_contractor(
    order: WorkOrder,
    contractor_id: UUID,
    sentence: LazyText,
    uow: UnitOfWork,
    clock: Clock,
    *,
    with_order: bool = False,
) -> bool:
    """Queue a mail about an order; False when no mail reaches the contractor: then one calls.

    `with_order` encloses the order as it stands when the mail leaves.
    """
    contact = contact_of(uow.session, contractor_id)
    if contact is None or not contact.email:
        return False
    said = [sentence, _l("The order is attached.")] if with_order else [sentence]
    texts = [_text(order, said, locale, uow) for locale in contact.locales]
    with use_locale(contact.locales[0]):
        what, title = _("Work order %(number)s", number=order.number), order.title
    message = Message(
        to_address=contact.email,
        to_name=contact.name,
        subject=f"{what}: {title}",
        text=_BETWEEN.join(texts),
        locale=contact.locales[0],
        about=(ABOUT, order.id),
        enclosure=ORDER_PAPER if with_order else "",
    )
    queue_mail(message, uow, clock)
    return True


def _text(order: WorkOrder, said: list[LazyText], locale: str, uow: UnitOfWork) -> str:
    with use_locale(locale):
        place = where_is(uow.session, order)
        lines = (
            _("Hello,"),
            *(str(sentence) for sentence in said),
            _("Place: %(place)s", place=place),
            _("Please put the number %(number)s on your invoice.", number=order.number),
        )
    return "\n\n".join(lines)

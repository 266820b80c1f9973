"""An order made for somebody's call repeats their words, and forgets them with the call."""

from __future__ import annotations

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.clock import FixedClock
from app.comments.models import Comment
from app.db import Database, EventBus
from app.files.models import Attachment
from app.ids import new_id
from app.privacy import PersonRef
from app.registry import find_modules
from app.subjects import Confidentiality
from modules.interventions.commands import CreateOrder
from modules.interventions.enums import EntryKind
from modules.interventions.models import OrderEntry, OrderEvent, WorkOrder
from modules.interventions.own_calls import say_files
from modules.interventions.services import add_entry, create_order, note_order
from modules.interventions.services.visits import Entry
from modules.tickets.commands import Caller
from modules.tickets.privacy import erase
from tests.factories.interventions import DISPATCHER
from tests.factories.parties import make_party
from tests.factories.tickets import make_ticket

SAID = "chez Qwxyzek, 0470/99.88.77"
LEFT = "chez …, …"


def test_an_order_for_a_forgotten_call_names_nobody(database: Database, clock: FixedClock) -> None:
    database.bus = EventBus(pair for module in find_modules() for pair in module.handlers)
    with database.unit_of_work("test") as uow:
        party = make_party(uow, clock, "Qwxyzek", "Zoé")
        caller = Caller(party_id=party.id, name="Zoé", phone="0470998877", locale="fr")
        mine, other = (make_ticket(uow, clock, **facts) for facts in ({"caller": caller}, {}))
        for ticket in (mine, other):
            ticket.stored_title = ticket.description = SAID
            order = create_order(DISPATCHER, CreateOrder(ticket_ids=(ticket.id,)), uow, clock)
            order.work_done = SAID
            note_order(DISPATCHER, order.id, SAID, uow, clock)
            data = {"strokes": [[[1, 2]]], "refused_reason": ""}
            signed = Entry(new_id(), EntryKind.SIGNATURE, clock.now(), "Zoé Qwxyzek", data=data)
            add_entry(DISPATCHER, order.id, signed, uow, clock)
            comment = Comment(
                subject_type="work_order", subject_id=order.id, text=SAID, created_at=clock.now(),
                author_id=DISPATCHER.user_id, author_name="N",
            )  # fmt: skip
            uow.session.add(comment)
            file = Attachment(
                subject_type="work_order", subject_id=order.id, name="a.jpg", size_bytes=1,
                media_type="image/jpeg", sha256="0" * 64, created_at=clock.now(),
                confidentiality=Confidentiality.INTERNAL, created_by_id=DISPATCHER.user_id,
                created_by_name="N",
            )  # fmt: skip
            uow.session.add(file)
    with database.unit_of_work("test") as uow:
        person = PersonRef("party", party.id, "Zoé Qwxyzek", names=("Qwxyzek", "Zoé"))
        said = say_files(person, uow.session)
        first = uow.session.scalars(select(WorkOrder.number).order_by(WorkOrder.number)).first()
        assert str(said).endswith(f": {first}")
        erase(person, DISPATCHER, uow, clock)
    with database.reader() as session:
        orders = session.scalars(select(WorkOrder).order_by(WorkOrder.number)).all()
        texts = [(one.stored_title, one.description, one.work_done) for one in orders]
        assert texts == [(LEFT,) * 3, (SAID,) * 3]
        assert sorted(session.scalars(select(Comment.text))) == sorted((LEFT, SAID))
        signed = session.scalars(select(OrderEntry).order_by(OrderEntry.order_id)).all()
        found = [(one.text, len(one.data["strokes"])) for one in signed]
        assert found == [("…", 0), ("Zoé Qwxyzek", 1)]
        notes = session.scalars(select(OrderEvent.text).where(OrderEvent.text != ""))
        assert sorted(notes) == sorted((LEFT, SAID))
        about = AuditEntry.subject_id == orders[0].id
        assert "Qwxyzek" not in str(session.scalars(select(AuditEntry.changes).where(about)).all())

"""What a technician adds on the spot: each is kept once under the identifier of the tablet."""

from __future__ import annotations

from datetime import datetime

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import format_datetime
from app.i18n import gettext as _
from modules.energy.api import DOUBT_LABELS, ReadingDoubt
from modules.interventions.commands import MeterReading
from modules.interventions.enums import EntryKind
from modules.interventions.models import OrderEntry, WorkOrder
from modules.interventions.services.field.operation import TOLERANCE, Answer, Operation
from modules.interventions.services.field.payloads import BadPayload, Payload
from modules.interventions.services.readings import record_reading
from modules.interventions.services.recording import get_order_to_add_to
from modules.interventions.services.visits import Entry, add_entry

_LONGEST_SHIFT = 24 * 60


def note(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add a note."""
    payload = Payload(operation.payload)
    text = payload.text("text", needed=True)
    entry = Entry(payload.uuid("note_id"), EntryKind.NOTE, operation.made_at, text)
    return _add(actor, operation, entry, uow, clock)


def hours(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add minutes of work or travel."""
    payload = Payload(operation.payload)
    kind = payload.text("kind") or "work"
    if kind not in ("work", "travel"):
        raise BadPayload("kind")
    entry = Entry(
        payload.uuid("entry_id"),
        EntryKind.HOURS,
        operation.made_at,
        minutes=payload.whole("minutes", 1, _LONGEST_SHIFT),
        data={"kind": kind},
    )
    return _add(actor, operation, entry, uow, clock)


def material(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add material used: a free label with quantity and unit, or an article of the stock."""
    payload = Payload(operation.payload)
    quantity = payload.decimal("quantity")
    if quantity <= 0:
        raise BadPayload("quantity")
    material_id = payload.text("material_id")
    label = payload.text("label", needed=not material_id)
    data = {"material_id": material_id, "quantity": str(quantity), "unit": payload.text("unit")}
    line = payload.uuid("line_id")
    entry = Entry(line, EntryKind.MATERIAL, operation.made_at, label, data=data)
    return _add(actor, operation, entry, uow, clock)


def reading(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add an index read on a counter, and pass it to the meter."""
    payload = Payload(operation.payload)
    order = get_order_to_add_to(actor, operation.order_id, uow)
    read_at = operation.corrected(payload.instant("read_at"))
    command = MeterReading(
        id=payload.uuid("reading_id"),
        meter_id=payload.uuid("meter_id"),
        value=payload.decimal("value"),
        # With a wrong clock it was not read in the future, nor before there was an order.
        read_at=min(read_at, clock.now()) if read_at >= order.created_at else operation.made_at,
        reason=payload.text("override_reason"),
    )
    record_reading(actor, operation.order_id, command, uow, clock)
    return order


def remarks(operation: Operation, uow: UnitOfWork) -> Answer:
    """Return what the technician should know of an addition: the doubt about it."""
    if operation.type == "order.photo":
        return _doubt_about_photo(operation, uow)
    if operation.type != "order.reading":
        return {}
    entry = uow.session.get_one(OrderEntry, Payload(operation.payload).uuid("reading_id"))
    doubt = entry.data.get("doubt")
    return {"warning": str(DOUBT_LABELS[ReadingDoubt(doubt)])} if doubt else {}


def _doubt_about_photo(operation: Operation, uow: UnitOfWork) -> Answer:
    """Say that a photo cannot be of the moment it was said to be taken."""
    payload = Payload(operation.payload)
    said = payload.instant("taken_at")
    taken = operation.corrected(said)
    entry = uow.session.get_one(OrderEntry, payload.uuid("photo_id"))
    if abs(datetime.fromisoformat(entry.data["taken_at"]) - taken) <= TOLERANCE:
        return {}
    warning = _(
        "This photo was said to be taken at %(moment)s, which cannot be: the moment it was added "
        "was written. Set the clock.",
        moment=format_datetime(said),
    )
    return {"warning": warning, "about": "clock"}


def checklist(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add an answer to a point of the checklist; the last one of a point counts."""
    payload = Payload(operation.payload)
    if "value" not in payload.values:
        raise BadPayload("value")
    data = {"item_id": payload.text("item_id", needed=True), "value": payload.values["value"]}
    text = payload.text("remark")
    answer = payload.uuid("answer_id")
    entry = Entry(answer, EntryKind.CHECKLIST, operation.made_at, text, data=data)
    return _add(actor, operation, entry, uow, clock)


def photo(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Announce a photo that is sent apart."""
    payload = Payload(operation.payload)
    order = get_order_to_add_to(actor, operation.order_id, uow)
    said = operation.corrected(payload.instant("taken_at"))
    first, last = order.created_at, clock.now()
    is_possible = first - TOLERANCE <= said <= last + TOLERANCE
    data = {
        "kind": payload.text("kind") or "other",
        # With a wrong clock it was not taken in the future, nor before there was an order.
        "taken_at": (min(max(said, first), last) if is_possible else operation.made_at).isoformat(),
        "size": payload.whole("size", 1, 20 * 1024 * 1024),
        "sha256": payload.text("sha256", needed=True),
    }
    photo = payload.uuid("photo_id")
    caption = payload.text("caption")
    entry = Entry(photo, EntryKind.PHOTO, operation.made_at, caption, data=data)
    return _add(actor, operation, entry, uow, clock)


def signature(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add a signature as strokes, or the reason why there is none."""
    payload = Payload(operation.payload)
    refused = payload.text("refused_reason")
    strokes = payload.values.get("strokes", [])
    if not isinstance(strokes, list) or not (strokes or refused):
        raise BadPayload("strokes")
    name = payload.text("signer_name", needed=not refused)
    data = {"strokes": strokes, "refused_reason": refused}
    signature = payload.uuid("signature_id")
    entry = Entry(signature, EntryKind.SIGNATURE, operation.made_at, name, data=data)
    return _add(actor, operation, entry, uow, clock)


def _add(
    actor: Actor, operation: Operation, entry: Entry, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    add_entry(actor, operation.order_id, entry, uow, clock)
    return get_order_to_add_to(actor, operation.order_id, uow)

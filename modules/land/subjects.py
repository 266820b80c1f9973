"""Procedures, works and land files as records that take files, comments and a history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import NotFound
from app.i18n import lazy as _l
from app.subjects import Subject, SubjectKind
from modules.land import enums
from modules.land.queries.deals import get_deal
from modules.land.queries.permits import get_permit
from modules.land.queries.works import get_work
from modules.portfolio.api import (
    LAND_USE_LABELS,
    REGION_LABELS,
    PortfolioPermission,
    sees_documents,
)


def find_permit_subject(actor: Actor, session: Session, permit_id: UUID) -> Subject | None:
    """Return a procedure as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ_LAND):
        return None
    try:
        permit = get_permit(actor, session, permit_id)
    except NotFound:
        return None
    return Subject(
        type="permit",
        id=permit.id,
        label=permit.reference,
        url=f"/permits/{permit.id}",
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


PERMIT = SubjectKind(
    type="permit",
    label=_l("Permit procedure"),
    find=find_permit_subject,
    right=PortfolioPermission.READ_LAND,
    actions={
        "land.permit.create": _l("Procedure begun"),
        "land.permit.change": _l("Procedure changed"),
        "land.permit.archive": _l("Procedure archived"),
        "land.permit.restore": _l("Procedure brought back"),
        "land.step.add": _l("Step written"),
        "land.step.take_back": _l("Step taken back"),
    },
    fields={
        "authority": _l("Authority"),
        "conditions": _l("Conditions"),
        "due_reason": _l("Why this day"),
        "file_number": _l("File number"),
        "happened_on": _l("Happened on"),
        "kind": _l("Kind"),
        "lapses_reason": _l("Why this last day"),
        "note": _l("Note"),
        "parcels": _l("Parcels"),
        "reason": _l("Reason"),
        "reference": _l("Reference"),
        "region": _l("Region"),
        "step": _l("Step"),
        "subject": _l("Subject"),
        "track": _l("Procedure"),
        "typed_due_on": _l("Decision due"),
        "typed_lapses_on": _l("Lapses on"),
    },
    values={
        "kind": enums.PERMIT_KIND_LABELS,
        "region": REGION_LABELS,
        "step": enums.STEP_LABELS,
        "track": enums.TRACK_LABELS,
    },
)


def find_work_subject(actor: Actor, session: Session, work_id: UUID) -> Subject | None:
    """Return works as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ_LAND):
        return None
    try:
        work = get_work(actor, session, work_id)
    except NotFound:
        return None
    return Subject(
        type="land_work",
        id=work.id,
        label=work.reference,
        url=f"/land-works/{work.id}",
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


LAND_WORK = SubjectKind(
    type="land_work",
    label=_l("Works on land"),
    find=find_work_subject,
    actions={
        "land.work.create": _l("Works added"),
        "land.work.change": _l("Works changed"),
        "land.work.archive": _l("Works archived"),
        "land.work.restore": _l("Works brought back"),
    },
    fields={
        "begun_on": _l("Begun on"),
        "contractor": _l("Contractor"),
        "done_on": _l("Done on"),
        "estimated_cents": _l("Estimated cost"),
        "kind": _l("Kind"),
        "no_permit_reason": _l("Why no permit is needed"),
        "note": _l("Note"),
        "parcels": _l("Parcels"),
        "permit": _l("Permit"),
        "planned_on": _l("Planned for"),
        "real_cents": _l("Real cost"),
        "reference": _l("Reference"),
        "subject": _l("Subject"),
    },
    values={"kind": enums.WORK_KIND_LABELS},
)


def find_deal_subject(actor: Actor, session: Session, deal_id: UUID) -> Subject | None:
    """Return a land file as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ_LAND):
        return None
    try:
        deal = get_deal(actor, session, deal_id)
    except NotFound:
        return None
    return Subject(
        type="land_deal",
        id=deal.id,
        label=deal.reference,
        url=f"/land-deals/{deal.id}",
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


LAND_DEAL = SubjectKind(
    type="land_deal",
    label=_l("Land file"),
    find=find_deal_subject,
    right=PortfolioPermission.READ_LAND,
    actions={
        "land.deal.create": _l("Land file begun"),
        "land.deal.change": _l("Land file changed"),
        "land.deal.archive": _l("Land file archived"),
        "land.deal.restore": _l("Land file brought back"),
        "land.deal_step.add": _l("Step written"),
        "land.deal_step.take_back": _l("Step taken back"),
    },
    fields={
        "amount_cents": _l("Amount"),
        "counterparty": _l("Buyer, seller or tenant"),
        "expected_cents": _l("Expected amount"),
        "happened_on": _l("Happened on"),
        "kind": _l("Kind"),
        "notary": _l("Notary"),
        "note": _l("Note"),
        "parcels": _l("Parcels"),
        "planned_on": _l("To be signed by"),
        "project": _l("Housing project"),
        "reason": _l("Reason"),
        "reference": _l("Reference"),
        "step": _l("Step"),
        "subject": _l("Subject"),
        "use": _l("Title of use"),
    },
    values={
        "kind": enums.DEAL_KIND_LABELS,
        "step": enums.DEAL_STEP_LABELS,
        "use": LAND_USE_LABELS,
    },
)

SUBJECTS = (PERMIT, LAND_WORK, LAND_DEAL)

"""The office as a record with a history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.office.models import Organisation
from app.policies import HousePermission
from app.subjects import Subject, SubjectKind


def find_office_subject(actor: Actor, session: Session, office_id: UUID) -> Subject | None:
    """Return the office, for those who change the settings."""
    office = session.get(Organisation, office_id)
    if office is None or not actor.can(HousePermission.SETTINGS_MANAGE):
        return None
    return Subject(
        "organisation", office.id, str(office.name), url="/admin/office", can_comment=False
    )


OFFICE = SubjectKind(
    type="organisation",
    label=_l("Our office"),
    find=find_office_subject,
    actions={"house.organisation.change": _l("Office presented")},
    fields={
        "address": _l("Address"),
        "email": _l("E-mail address"),
        "privacy_contact": _l("Data protection officer"),
        "logo": _l("Logo"),
        "phone": _l("Phone"),
    },
)

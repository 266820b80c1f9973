"""Imports and profiles as the audit trail and the history tab name them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import NotFound
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.subjects import Subject, SubjectKind
from app.tabular.importer import OUTCOME_LABELS
from app.tabular.models import ImportProfile
from app.tabular.queries import get_batch


def find_batch_subject(actor: Actor, session: Session, batch_id: UUID) -> Subject | None:
    """Return an import, for who made it and who reads the audit trail."""
    try:
        batch = get_batch(actor, batch_id, session)
    except NotFound:
        return None
    url = f"/imports/{batch.id}" if actor.can(HousePermission.IMPORT_RUN) else None
    return Subject("import_batch", batch.id, batch.file_name, url=url or "", can_comment=False)


def find_profile_subject(actor: Actor, session: Session, profile_id: UUID) -> Subject | None:
    """Return a mapping profile, for who imports."""
    profile = session.get(ImportProfile, profile_id)
    if profile is None or not actor.can(HousePermission.IMPORT_RUN):
        return None
    return Subject("import_profile", profile.id, profile.name, url="/imports", can_comment=False)


BATCH = SubjectKind(
    type="import_batch",
    label=_l("Imported file"),
    find=find_batch_subject,
    actions={
        "house.import.done": _l("File imported"),
        "house.import.cancelled": _l("Import stopped"),
        "house.import.failed": _l("Import failed"),
        "house.import.undone": _l("Import undone"),
    },
    fields={outcome.value: label for outcome, label in OUTCOME_LABELS.items()},
)
PROFILE = SubjectKind(
    type="import_profile",
    label=_l("Import profile"),
    find=find_profile_subject,
    actions={
        "house.import_profile.saved": _l("Profile saved"),
        "house.import_profile.deleted": _l("Profile deleted"),
    },
    fields={"mapping": _l("Columns"), "formats": _l("How the file is written")},
)

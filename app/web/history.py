"""The history tab of any record, and the audit pages of who watches over data."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit import history_of
from app.audit.readable import readable
from app.audit.tables import audit_table, select_entries
from app.auth.needs import SIGNED_IN, needs
from app.errors import NotFound
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.registry import NavigationItem
from app.web.context import current_actor, find_subject, house, reader, subjects
from app.web.tables import list_page

blueprint = Blueprint("history", __name__)

STEP = 50
MOST = 1000


@blueprint.get("/history/<string:subject_type>/<uuid:subject_id>")
@needs(SIGNED_IN)
def history_panel(subject_type: str, subject_id: UUID) -> ResponseReturnValue:
    """Show who did what to a record, the latest first; `?limit=` shows more."""
    subject = find_subject(subject_type, subject_id)
    if not subject.can_see_history:
        raise NotFound
    limit = min(max(request.args.get("limit", STEP, type=int), STEP), MOST)
    parts = subjects().parts_of(subject_type)
    entries = history_of(reader(), subject_type, subject_id, parts=parts, limit=limit + 1)
    is_fragment = "HX-Request" in request.headers
    return render_template(
        "history/_panel.html" if is_fragment else "history/panel.html",
        subject=subject,
        entries=readable(entries[:limit], subjects()),
        privacy_url=_privacy_url(subject_type, subject_id),
        next_limit=limit + STEP * 3 if len(entries) > limit and limit < MOST else None,
    )


def _privacy_url(subject_type: str, subject_id: UUID) -> str:
    """Return where a person's data is shown or forgotten, for who may do that."""
    is_person = subject_type in house().privacy.kinds
    if not (is_person and current_actor().can(HousePermission.PRIVACY_MANAGE)):
        return ""
    return url_for("privacy.person_detail", person_type=subject_type, person_id=subject_id)


AUDIT_NAVIGATION = NavigationItem(
    label=_l("Audit trail"),
    endpoint="history.audit_list",
    permission=HousePermission.AUDIT_READ,
    icon="history",
    group=_l("Administration"),
    order=930,
)


@blueprint.get("/audit")
@needs(HousePermission.AUDIT_READ)
def audit_list() -> ResponseReturnValue:
    """Show the whole audit trail to who watches over data; filter on consultations."""
    return list_page(audit_table(subjects()), select_entries(current_actor()))

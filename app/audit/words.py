"""Words of the audit trail for what the house does to things that have no page of their own."""

from __future__ import annotations

from collections.abc import Sequence

from app.audit.chain import FAULT_LABELS, HELD, UNCHECKED, Fault
from app.i18n import format_number
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.subjects import SubjectKind


def how_many(entries: Sequence[str]) -> str:
    """Say the number of what is better counted than listed."""
    return format_number(len(entries))


def say_state(state: str) -> str:
    """Say what was found when an old chain was checked a last time."""
    fault, _space, place = state.partition(" ")
    if place:
        return _("Place %(place)s %(fault)s.", place=place, fault=FAULT_LABELS[Fault(fault)])
    return str(_STATES[state])


_STATES = {HELD: _l("They held."), UNCHECKED: _l("Not checked: their key was not given.")}
LIST = SubjectKind(type="list", label=_l("List"))
AUDIT_TRAIL = SubjectKind(
    type="audit",
    label=_l("Audit trail"),
    actions={
        "house.audit.redacted": _l("Personal data taken out of the audit trail"),
        "house.audit.begun_again": _l("Seals of the audit trail begun again with another key"),
    },
    fields={
        "entries": _l("Entries"),
        "proof": _l("Proof"),
        "reason": _l("Reason"),
        "closed_entries": _l("Entries that were sealed before"),
        "closed_state": _l("What the check of the old seals said"),
        "closed_in": _l("Old seals kept in"),
    },
    values={"entries": how_many, "closed_state": say_state},
)
RETENTION_RULE = SubjectKind(
    type="retention_rule",
    label=_l("Data retention"),
    actions={
        "house.retention.decided": _l("Retention period decided"),
        "house.retention.applied": _l("Old data forgotten"),
    },
    fields={
        "months": _l("Months"),
        "is_confirmed": _l("Confirmed"),
        "note": _l("Source or remark"),
    },
)
JOB_RUN = SubjectKind(
    type="job_run",
    label=_l("Job"),
    actions={
        "house.job.start": _l("Job asked for"),
        "house.job.cancel": _l("Job cancelled"),
        "house.job.resume": _l("Job resumed"),
    },
)
WORDS = (LIST, AUDIT_TRAIL, RETENTION_RULE, JOB_RUN)

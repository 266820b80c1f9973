"""The audit trail as a list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from app.audit.models import AuditEntry
from app.audit.readable import action_label, dated, readable
from app.auth.actor import Actor
from app.auth.policy import require
from app.auth.who import say_who
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.lists import Column, DateRange, EmptyState, ListSource, TableSpec, Text, YesNo
from app.policies import HousePermission
from app.registry import find_modules, subjects_of
from app.subjects import Subjects


def select_entries(actor: Actor) -> Select[AuditEntry]:
    """Return the whole trail, to who watches over data."""
    require(actor, HousePermission.AUDIT_READ)
    return select(AuditEntry)


CONSULTED = AuditEntry.action.endswith(".consulted")
FILTERS = (
    Text("who", _l("Who"), AuditEntry.actor_name),
    Text("record", _l("Record"), AuditEntry.subject_label),
    Text("code", _l("Code"), AuditEntry.action, is_prominent=False),
    DateRange("occurred", _l("When"), AuditEntry.occurred_at),
    YesNo(
        "consulted",
        _l("Consultation of sensitive data"),
        condition=lambda wanted: CONSULTED if wanted else ~CONSULTED,
    ),
)


def audit_table(subjects: Subjects) -> TableSpec:
    """Declare the list with the words of the records that entries are about."""
    return TableSpec(
        name="house.audit",
        title=_l("Audit trail"),
        key=AuditEntry.id,
        permission=HousePermission.AUDIT_READ,
        columns=_columns(subjects),
        filters=FILTERS,
        default_sort=("-occurred",),
        empty=EmptyState(
            _l("Nothing was recorded yet"),
            _l("Every change, export and consultation of sensitive data appears here."),
        ),
    )


def _change(old: str, new: str) -> str:
    """Say what stood and what stands; of a new record there is nothing to compare with."""
    return f"{old} → {new or '–'}" if old else new or "–"


def _columns(subjects: Subjects) -> tuple[Column, ...]:
    def action(entry: AuditEntry) -> str:
        return action_label(entry.action, subjects.kind(entry.subject_type))

    def label(entry: AuditEntry) -> str:
        return dated(entry.subject_label)

    def differences(entry: AuditEntry) -> str:
        found = readable([entry], subjects)[0].changes
        return "; ".join(
            _("%(label)s: %(value)s", label=c.field, value=_change(c.old, c.new)) for c in found
        )

    moment = AuditEntry.occurred_at
    return (
        Column("occurred", _l("When"), lambda e: e.occurred_at, sort=moment, format="datetime"),
        Column("actor", _l("Who"), lambda e: say_who(e.actor_name), sort=AuditEntry.actor_name),
        Column("action", _l("What"), action, sort=AuditEntry.action),
        Column("label", _l("Record"), label, sort=AuditEntry.subject_label),
        Column("changes", _l("Differences"), differences),
        Column("code", _l("Code"), lambda e: e.action, is_default=False),
        Column("request", _l("Request"), lambda e: e.request_id, is_default=False),
    )


def _declare(*_now: Any) -> TableSpec:
    return audit_table(subjects_of(find_modules()))


LISTS = (ListSource("house.audit", _declare, select_entries),)

"""The lists of this module."""

from __future__ import annotations

from typing import Any

from sqlalchemy import false, func, not_
from sqlalchemy.orm import Session

from app.clock import BRUSSELS, Clock
from app.i18n import lazy as _l
from app.lists import (
    Choice,
    Column,
    DateRange,
    EmptyState,
    Filter,
    ListSource,
    TableSpec,
    Text,
    YesNo,
)
from modules.land.enums import (
    PERMIT_KIND_LABELS,
    PERMIT_STATUS_LABELS,
    PERMIT_STATUS_TONES,
    TRACK_LABELS,
)
from modules.land.models import Permit
from modules.land.queries.permits import is_due_by, select_permits
from modules.portfolio.api import REGION_LABELS, PortfolioPermission, matches


def _parcels(row: Any) -> str:
    """Return the references of the parcels of a record, those the reader sees."""
    return ", ".join(parcel.reference for parcel in row.parcels)


_COLUMNS = (
    Column(
        "reference", _l("Reference"), sort=Permit.reference, link=lambda row: f"/permits/{row.id}"
    ),
    Column("subject", _l("Subject"), sort=Permit.subject),
    Column("kind", _l("Kind"), sort=Permit.kind, labels=PERMIT_KIND_LABELS),
    Column(
        "status", _l("Status"), sort=Permit.status, labels=PERMIT_STATUS_LABELS, format="badge",
        tones=PERMIT_STATUS_TONES,
    ),
    Column("due_on", _l("Decision due"), sort=Permit.due_on, format="date"),
    Column("lapses_on", _l("Lapses on"), sort=Permit.lapses_on, format="date"),
    Column("parcels", _l("Parcels"), _parcels),
    Column("region", _l("Region"), sort=Permit.region, labels=REGION_LABELS, is_default=False),
    Column(
        "since", _l("Since"), lambda row: row.status_since, sort=Permit.status_since,
        format="date", is_default=False,
    ),
    Column("authority", _l("Authority"), sort=Permit.authority, is_default=False),
    Column("file_number", _l("File number"), sort=Permit.file_number, is_default=False),
    Column("track", _l("Procedure"), sort=Permit.track, labels=TRACK_LABELS, is_default=False),
)  # fmt: skip


def permit_table_now(_session: Session, clock: Clock) -> TableSpec:
    """Return the list of procedures; what is due soon depends on the day."""
    near = is_due_by(clock.today(BRUSSELS))
    filters: tuple[Filter, ...] = (
        Text("q", _l("Search"), condition=lambda text: matches(Permit.search_text, text)),
        Choice("status", _l("Status"), Permit.status, options=PERMIT_STATUS_LABELS),
        Choice("region", _l("Region"), Permit.region, options=REGION_LABELS),
        Choice("kind", _l("Kind"), Permit.kind, options=PERMIT_KIND_LABELS),
        YesNo(
            "near",
            _l("Due soon"),
            condition=lambda yes: near if yes else not_(func.coalesce(near, false())),
        ),
        DateRange("due", _l("Decision due"), Permit.due_on, is_prominent=False),
        DateRange("lapses", _l("Lapses on"), Permit.lapses_on, is_prominent=False),
    )
    return TableSpec(
        name="land.permits",
        title=_l("Permits"),
        key=Permit.id,
        permission=PortfolioPermission.READ_LAND,
        export_permission=PortfolioPermission.EXPORT,
        columns=_COLUMNS,
        filters=filters,
        default_sort=("-reference",),
        empty=EmptyState(
            _l("No permit procedure yet"),
            _l("Begin one here, or on the sheet of a parcel."),
            icon="file-certificate",
            action_label=_l("New procedure"),
            action_endpoint="land.permit_new",
            action_permission=PortfolioPermission.CHANGE_LAND,
        ),
    )


LISTS = (ListSource("land.permits", permit_table_now, select_permits),)

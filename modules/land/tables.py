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
    DEAL_KIND_LABELS,
    DEAL_STATUS_LABELS,
    DEAL_STATUS_TONES,
    OPEN_DEALS,
    PERMIT_KIND_LABELS,
    PERMIT_STATUS_LABELS,
    PERMIT_STATUS_TONES,
    TRACK_LABELS,
    WORK_KIND_LABELS,
    WORK_STATUS_LABELS,
    WORK_STATUS_TONES,
)
from modules.land.models import Deal, LandWork, Permit
from modules.land.queries.deals import select_deals
from modules.land.queries.permits import is_due_by, select_permits
from modules.land.queries.works import select_works, stands_at
from modules.parties.api import organisation_name_sql
from modules.portfolio.api import LAND_USE_LABELS, REGION_LABELS, PortfolioPermission, matches


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


_CONTRACTOR = organisation_name_sql(LandWork.contractor_id)
WORKS = TableSpec(
    name="land.works",
    title=_l("Works on land"),
    key=LandWork.id,
    permission=PortfolioPermission.READ_LAND,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column(
            "reference", _l("Reference"), sort=LandWork.reference,
            link=lambda row: f"/land-works/{row.id}",
        ),
        Column("subject", _l("Subject"), sort=LandWork.subject),
        Column("kind", _l("Kind"), sort=LandWork.kind, labels=WORK_KIND_LABELS),
        Column(
            "status", _l("Status"), labels=WORK_STATUS_LABELS, format="badge",
            tones=WORK_STATUS_TONES,
        ),
        Column(
            "estimated", _l("Estimated cost"), lambda row: row.estimated_cents,
            sort=LandWork.estimated_cents, total=LandWork.estimated_cents, format="money",
        ),
        Column(
            "real", _l("Real cost"), lambda row: row.real_cents, sort=LandWork.real_cents,
            total=LandWork.real_cents, format="money",
        ),
        Column("parcels", _l("Parcels"), _parcels),
        Column(
            "permit", _l("Permit"), lambda row: row.permit.reference if row.permit else "",
            link=lambda row: f"/permits/{row.permit_id}" if row.permit_id else "",
            is_default=False,
        ),
        Column("planned_on", _l("Planned for"), sort=LandWork.planned_on, format="date"),
        Column(
            "begun_on", _l("Begun on"), sort=LandWork.begun_on, format="date", is_default=False
        ),
        Column(
            "done_on", _l("Done on"), sort=LandWork.done_on, format="date", is_default=False
        ),
        Column("contractor", _l("Contractor"), sort=_CONTRACTOR, is_default=False),
    ),
    filters=(
        Text("q", _l("Search"), condition=lambda text: matches(LandWork.search_text, text)),
        Choice("status", _l("Status"), options=WORK_STATUS_LABELS, condition=stands_at),
        Choice("kind", _l("Kind"), LandWork.kind, options=WORK_KIND_LABELS),
        DateRange("planned", _l("Planned for"), LandWork.planned_on, is_prominent=False),
    ),
    default_sort=("-reference",),
    empty=EmptyState(
        _l("No works on land yet"),
        _l("Add them here, or on the sheet of a parcel or a permit."),
        icon="tool",
        action_label=_l("New works"),
        action_endpoint="land.work_new",
        action_permission=PortfolioPermission.CHANGE_LAND,
    ),
)  # fmt: skip

_IS_OPEN = Deal.status.in_(OPEN_DEALS)
DEALS = TableSpec(
    name="land.land_files",
    title=_l("Land files"),
    key=Deal.id,
    permission=PortfolioPermission.READ_LAND,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column(
            "reference", _l("Reference"), sort=Deal.reference,
            link=lambda row: f"/land-deals/{row.id}",
        ),
        Column("subject", _l("Subject"), sort=Deal.subject),
        Column("kind", _l("Kind"), sort=Deal.kind, labels=DEAL_KIND_LABELS),
        Column(
            "status", _l("Status"), sort=Deal.status, labels=DEAL_STATUS_LABELS, format="badge",
            tones=DEAL_STATUS_TONES,
        ),
        Column(
            "price", _l("Amount"), lambda row: row.price_cents, format="money",
        ),
        Column("per_hectare", _l("Per hectare"), lambda row: row.cents_per_hectare, format="money"),
        Column("planned_on", _l("To be signed by"), sort=Deal.planned_on, format="date"),
        Column("parcels", _l("Parcels"), _parcels),
        Column("use", _l("Title of use"), sort=Deal.use, labels=LAND_USE_LABELS, is_default=False),
        Column("project", _l("Housing project"), sort=Deal.project, is_default=False),
        Column(
            "counterparty", _l("Buyer, seller or tenant"), sort=Deal.counterparty, is_default=False
        ),
        Column("notary", _l("Notary"), sort=Deal.notary, is_default=False),
        Column(
            "offers", _l("Offers"), lambda row: row.offer_count, sort=Deal.offer_count,
            format="number", is_default=False,
        ),
        Column(
            "expected", _l("Expected amount"), lambda row: row.expected_cents,
            sort=Deal.expected_cents, total=Deal.expected_cents, format="money", is_default=False,
        ),
        Column(
            "agreed", _l("Agreed amount"), lambda row: row.agreed_cents, sort=Deal.agreed_cents,
            total=Deal.agreed_cents, format="money", is_default=False,
        ),
        Column(
            "since", _l("Since"), lambda row: row.status_since, sort=Deal.status_since,
            format="date", is_default=False,
        ),
    ),
    filters=(
        Text("q", _l("Search"), condition=lambda text: matches(Deal.search_text, text)),
        Choice("kind", _l("Kind"), Deal.kind, options=DEAL_KIND_LABELS),
        Choice("status", _l("Status"), Deal.status, options=DEAL_STATUS_LABELS),
        YesNo("open", _l("Under way"), condition=lambda yes: _IS_OPEN if yes else not_(_IS_OPEN)),
        Choice("use", _l("Title of use"), Deal.use, options=LAND_USE_LABELS, is_prominent=False),
        DateRange("planned", _l("To be signed by"), Deal.planned_on, is_prominent=False),
    ),
    default_sort=("-reference",),
    empty=EmptyState(
        _l("No sale, purchase or letting of land yet"),
        _l("Begin a file here, or on the sheet of a parcel."),
        icon="file-text",
        action_label=_l("New land file"),
        action_endpoint="land.deal_new",
        action_permission=PortfolioPermission.CHANGE_LAND,
    ),
)  # fmt: skip


LISTS = (
    ListSource("land.land_files", DEALS, select_deals),
    ListSource("land.permits", permit_table_now, select_permits),
    ListSource("land.works", WORKS, select_works),
)

"""The lists of energy, declared once: meters, alerts, imports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case

from app.auth.who import say_who
from app.i18n import lazy as _l
from app.lists import (
    Choice,
    Column,
    DateRange,
    EmptyState,
    ListSource,
    NumberRange,
    TableSpec,
    Text,
    YesNo,
)
from modules.energy import words
from modules.energy.enums import (
    BATCH_LABELS,
    RULE_LABELS,
    STATE_LABELS,
    UTILITY_LABELS,
    AlertState,
    BatchState,
)
from modules.energy.formats import FORMATS
from modules.energy.models import Alert, IngestBatch, Meter, SupplyPoint
from modules.energy.policies import EnergyPermission
from modules.energy.queries.alerts import select_alerts
from modules.energy.queries.coverage import IS_LOGGED, IS_SILENT
from modules.energy.queries.meters import select_batches, select_listed_meters

STATE_TONES = {AlertState.OPEN: "danger", AlertState.RESOLVED: "success"}
BATCH_TONES = {
    BatchState.RUNNING: "info",
    BatchState.DONE: "success",
    BatchState.FAILED: "danger",
}

FORMAT_NAMES = tuple((one.name, one.name) for one in FORMATS)


def _per_day(alert: Alert) -> str:
    return words.amount(alert.excess_per_day, alert.unit)


def _is_attached(wanted: bool) -> Any:  # noqa: FBT001  the shape a YesNo filter asks for
    return Meter.building_id.is_not(None) if wanted else Meter.building_id.is_(None)


METERS = TableSpec(
    name="energy.meters",
    permission=EnergyPermission.METER_READ,
    title=_l("Meters"),
    key=Meter.id,
    columns=(
        Column("name", _l("Meter"), sort=Meter.label, link=lambda m: f"/energy/meters/{m.id}"),
        Column("serial", _l("Serial number"), sort=Meter.serial),
        Column("utility", _l("Utility"), sort=Meter.utility, labels=UTILITY_LABELS, format="badge"),
        Column("place", _l("Place"), lambda m: m.place_label, sort=Meter.place_label),
        Column(
            "last_reading",
            _l("Last reading"),
            lambda m: m.last_reading_at,
            sort=Meter.last_reading_at,
            format="datetime",
        ),
        Column(
            "installation",
            _l("Plant or place"),
            lambda m: m.installation_label,
            sort=Meter.installation_label,
        ),
        Column(
            "ean",
            _l("EAN code"),
            lambda m: m.supply_point.ean if m.supply_point else "",
            sort=SupplyPoint.ean,
        ),
    ),
    filters=(
        Text("q", _l("Search"), columns=(Meter.serial, Meter.label, Meter.place_label)),
        Choice("utility", _l("Utility"), Meter.utility, options=UTILITY_LABELS),
        YesNo("attached", _l("Attached to a building"), condition=_is_attached),
        YesNo("automatic", _l("Read automatically"), IS_LOGGED),
        YesNo("silent", _l("Silent"), IS_SILENT),
        DateRange("last_reading", _l("Last reading"), Meter.last_reading_at, is_prominent=False),
        YesNo(
            "archived",
            _l("Archived"),
            Meter.archived_at.is_not(None),
            is_prominent=False,
            unsaid=False,
        ),
    ),
    default_sort=("place", "name"),
    empty=EmptyState(
        _l("No meter yet"),
        _l("Import a file of readings: its meters appear by themselves."),
        action_label=_l("Import readings"),
        action_endpoint="energy.ingest_new",
        action_permission=EnergyPermission.READINGS_IMPORT,
    ),
)

ALERTS = TableSpec(
    name="energy.alerts",
    permission=EnergyPermission.ALERT_READ,
    title=_l("Abnormal consumption"),
    key=Alert.id,
    columns=(
        Column("number", _l("Number"), sort=Alert.number, link=lambda a: f"/energy/alerts/{a.id}"),
        Column(
            "state",
            _l("Status"),
            sort=case((Alert.state == AlertState.OPEN, 1), else_=0),
            labels=STATE_LABELS,
            format="badge",
            tones=STATE_TONES,
        ),
        Column("rule", _l("What"), sort=Alert.rule, labels=RULE_LABELS),
        Column("per_day", _l("Too much a day"), _per_day),
        Column(
            "cost_per_day",
            _l("Euros a day"),
            lambda a: a.cost_cents_per_day,
            sort=Alert.cost_cents_per_day,
            total=Alert.cost_cents_per_day,
            format="money",
        ),
        Column(
            "meter",
            _l("Meter"),
            lambda a: a.meter.name,
            sort=Meter.label,
            link=lambda a: f"/energy/meters/{a.meter_id}",
        ),
        Column("place", _l("Place"), lambda a: a.meter.place_label, sort=Meter.place_label),
        Column(
            "cost",
            _l("Euros so far"),
            lambda a: a.cost_cents,
            sort=Alert.cost_cents,
            total=Alert.cost_cents,
            format="money",
            is_default=False,
        ),
        Column("onset", _l("Since"), lambda a: a.onset_at, sort=Alert.onset_at, format="datetime"),
        Column(
            "detected",
            _l("Detected"),
            lambda a: a.detected_at,
            sort=Alert.detected_at,
            format="datetime",
            is_default=False,
        ),
    ),
    filters=(
        Text(
            "q", _l("Search"), columns=(Alert.number, Meter.serial, Meter.label, Meter.place_label)
        ),
        Choice("state", _l("Status"), Alert.state, options=STATE_LABELS),
        Choice("rule", _l("What"), Alert.rule, options=RULE_LABELS),
        Choice("utility", _l("Utility"), Meter.utility, options=UTILITY_LABELS),
        DateRange("detected", _l("Detected"), Alert.detected_at),
        NumberRange("cost", _l("Euros a day"), Alert.cost_cents_per_day, unit="€", scale=100),
    ),
    default_sort=("-state", "-cost_per_day", "-detected"),
    empty=EmptyState(
        _l("No abnormal consumption"),
        _l("The meters are judged every morning and after each import."),
    ),
)

BATCHES = TableSpec(
    name="energy.batches",
    permission=EnergyPermission.READINGS_IMPORT,
    title=_l("Imports of readings"),
    key=IngestBatch.id,
    columns=(
        Column(
            "file_name",
            _l("File"),
            sort=IngestBatch.file_name,
            link=lambda b: f"/energy/imports/{b.id}",
        ),
        Column("format", _l("Format"), sort=IngestBatch.format),
        Column(
            "state",
            _l("Status"),
            sort=IngestBatch.state,
            labels=BATCH_LABELS,
            format="badge",
            tones=BATCH_TONES,
        ),
        Column(
            "rows_new",
            _l("Added"),
            sort=IngestBatch.rows_new,
            total=IngestBatch.rows_new,
            format="integer",
        ),
        Column(
            "rows_changed",
            _l("Changed"),
            sort=IngestBatch.rows_changed,
            total=IngestBatch.rows_changed,
            format="integer",
        ),
        Column(
            "rows_unchanged",
            _l("Unchanged"),
            sort=IngestBatch.rows_unchanged,
            is_default=False,
            total=IngestBatch.rows_unchanged,
            format="integer",
        ),
        Column(
            "rows_refused",
            _l("Refused"),
            sort=IngestBatch.rows_refused,
            total=IngestBatch.rows_refused,
            format="integer",
        ),
        Column(
            "started",
            _l("When"),
            lambda b: b.started_at,
            sort=IngestBatch.started_at,
            format="datetime",
        ),
        Column("by", _l("By"), lambda b: say_who(b.actor_name), sort=IngestBatch.actor_name),
        Column(
            "undone",
            _l("File taken back"),
            lambda b: b.undone_at,
            sort=IngestBatch.undone_at,
            format="datetime",
        ),
    ),
    filters=(
        Text("q", _l("Search"), columns=(IngestBatch.file_name,)),
        Choice("state", _l("Status"), IngestBatch.state, options=BATCH_LABELS),
        Choice("kind", _l("Format"), IngestBatch.format, options=FORMAT_NAMES),
        YesNo(
            "undone", _l("File taken back"), IngestBatch.undone_at.is_not(None), is_prominent=False
        ),
        DateRange("started", _l("When"), IngestBatch.started_at),
    ),
    default_sort=("-started",),
    empty=EmptyState(
        _l("No import yet"),
        _l("Files of Fluvius, P1 loggers and spreadsheets of readings are understood."),
    ),
)


LISTS = (
    ListSource("energy.meters", METERS, select_listed_meters),
    ListSource("energy.alerts", ALERTS, select_alerts),
    ListSource("energy.batches", BATCHES, select_batches),
)

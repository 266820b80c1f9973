"""Meters, readings and alerts for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from flask.views import MethodView

from app.api import (
    ApiBlueprint,
    Page,
    PageRequest,
    Step,
    TextApiIn,
    offer_step,
    paginate,
    with_text,
)
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import lazy as _l
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.energy import consumption
from modules.energy.commands import (
    AddMeter,
    ArchiveMeter,
    ChangeMeter,
    CorrectReadings,
    HandleAlert,
    TakeReading,
)
from modules.energy.enums import AlertEventKind
from modules.energy.models import Alert, Meter, ReadingEntry
from modules.energy.policies import EnergyPermission
from modules.energy.queries import alerts as alert_queries
from modules.energy.queries import meters as meter_queries
from modules.energy.queries.entries import select_entries
from modules.energy.readings.quality import Quality
from modules.energy.schemas_api import (
    AlertOut,
    AlertQuery,
    ArchiveMeterQuery,
    CorrectReadingsApiIn,
    EntryOut,
    EntryQuery,
    HandleAlertApiIn,
    MeterApiIn,
    MeterChangeApiIn,
    MeterOut,
    MeterQuery,
    ReadingQuery,
    ReadingsOut,
    TakeReadingApiIn,
)
from modules.energy.services.alerts import handle_alert, reopen_alert
from modules.energy.services.archiving import archive_meter, restore_meter
from modules.energy.services.corrections import correct_readings, undo_entry
from modules.energy.services.entries import take_reading
from modules.energy.services.meters import add_meter, change_meter

meters = ApiBlueprint(
    "energy_meters_api", __name__, url_prefix="/api/v1/meters", description="Meters."
)
readings = ApiBlueprint(
    "energy_readings_api", __name__, url_prefix="/api/v1/readings", description="Readings."
)
alerts = ApiBlueprint(
    "energy_alerts_api", __name__, url_prefix="/api/v1/alerts", description="Abnormal consumption."
)
LONGEST = timedelta(days=400)


@meters.route("")
class Meters(MethodView):
    """All meters."""

    @needs(EnergyPermission.METER_READ)
    @meters.arguments(MeterQuery, location="query")
    @meters.paged(MeterOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Meter]:
        """List meters by serial number."""
        statement = meter_queries.select_meters(current_actor())
        if query.pop("is_archived"):
            listed = meter_queries.select_listed_meters(current_actor())
            statement = listed.where(Meter.archived_at.is_not(None))
        statement = statement.order_by(Meter.serial, Meter.id)
        for name, value in query.items():
            statement = statement.where(getattr(Meter, name) == value)
        return paginate(reader(), statement, page)

    @needs(EnergyPermission.METER_CHANGE)
    @meters.arguments(MeterApiIn)
    @meters.response(201, MeterOut)
    @meters.versioned
    def post(self, data: dict[str, Any]) -> Meter:
        """Record a meter and what it feeds, before its first readings."""
        with open_unit_of_work() as uow:
            return _whole(add_meter(current_actor(), AddMeter(**data), uow, current_clock()))


@meters.route("/<uuid:meter_id>")
class MeterById(MethodView):
    """One meter."""

    @needs(EnergyPermission.METER_READ)
    @meters.response(200, MeterOut)
    @meters.versioned
    def get(self, meter_id: UUID) -> Meter:
        """Read a meter with its registers."""
        return meter_queries.get_meter(current_actor(), reader(), meter_id)

    @needs(EnergyPermission.METER_CHANGE)
    @meters.arguments(MeterChangeApiIn)
    @meters.response(200, MeterOut)
    @meters.versioned
    def put(self, data: dict[str, Any], meter_id: UUID, expected_version: int) -> Meter:
        """Replace what is known of a meter; serial number and utility stay."""
        command = ChangeMeter(meter_id=meter_id, version=expected_version, **data)
        with open_unit_of_work() as uow:
            return _whole(change_meter(current_actor(), command, uow, current_clock()))

    @needs(EnergyPermission.METER_CHANGE)
    @meters.arguments(ArchiveMeterQuery, location="query")
    @meters.response(204)
    @meters.versioned
    def delete(self, query: dict[str, bool], meter_id: UUID, expected_version: int) -> None:
        """Archive a meter without open alerts; say so when readings of it still arrive."""
        command = ArchiveMeter(meter_id, expected_version, query["is_confirmed"])
        with open_unit_of_work() as uow:
            archive_meter(current_actor(), command, uow, current_clock())


def _restore(actor: Actor, meter_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Meter:
    version = meter_queries.get_meter(actor, uow.session, meter_id).version
    return _whole(restore_meter(actor, ArchiveMeter(meter_id, version), uow, clock))


offer_step(
    meters,
    Step(
        "/<uuid:meter_id>/restoration",
        EnergyPermission.METER_CHANGE,
        _restore,
        "Bring back an archived meter.",
    ),
    MeterOut,
)


def _whole(meter: Meter) -> Meter:
    """Read what is shown of a meter while the session is open."""
    _shown = meter.supply_point, meter.registers
    return meter


@readings.route("")
class Readings(MethodView):
    """Slots of a meter."""

    @needs(EnergyPermission.METER_READ)
    @readings.arguments(ReadingQuery, location="query")
    @readings.response(200, ReadingsOut)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read the slots of a meter over at most 400 days."""
        begin, end = query["begin"], query["end"]
        if not timedelta(0) < end - begin <= LONGEST:
            raise Invalid(
                "period",
                _l("Ask for a period of at most 400 days, the beginning first."),
                field="to",
            )
        meter = meter_queries.get_meter(current_actor(), reader(), query["meter_id"])
        curve = consumption.curve_of(reader(), meter, begin, end)
        return {
            "meter_id": meter.id,
            "unit": meter.main_unit,
            "start": curve.start,
            "step_s": curve.step_s,
            "values": [None if np.isnan(v) else round(float(v), 3) for v in curve.values],
            "quality": [Quality(int(q)).name.lower() for q in curve.quality],
        }


@readings.route("/entries")
class Entries(MethodView):
    """Readings typed by people."""

    @needs(EnergyPermission.METER_READ)
    @readings.arguments(EntryQuery, location="query")
    @readings.paged(EntryOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[ReadingEntry]:
        """List typed readings and corrections, the latest first."""
        statement = select_entries(current_actor())
        if "meter_id" in query:
            statement = statement.where(ReadingEntry.meter_id == query["meter_id"])
        order = (ReadingEntry.entered_at.desc(), ReadingEntry.id.desc())
        return paginate(reader(), statement.order_by(*order), page)

    @needs(EnergyPermission.READINGS_CORRECT)
    @readings.arguments(CorrectReadingsApiIn)
    @readings.response(201, EntryOut)
    def post(self, data: dict[str, Any]) -> ReadingEntry:
        """Correct readings or mark them as wrong; what stood there is kept and can be put back."""
        with open_unit_of_work() as uow:
            return correct_readings(current_actor(), CorrectReadings(**data), uow, current_clock())


@readings.route("/entries/<uuid:entry_id>/undo")
class EntryUndone(MethodView):
    """A typed reading put back."""

    @needs(EnergyPermission.READINGS_CORRECT)
    @readings.response(200, EntryOut)
    def post(self, entry_id: UUID) -> ReadingEntry:
        """Put back what stood before a typed reading."""
        with open_unit_of_work() as uow:
            return undo_entry(current_actor(), entry_id, uow, current_clock())


@readings.route("/indexes")
class Indexes(MethodView):
    """Indexes read on counters."""

    @needs(EnergyPermission.READINGS_ENTER)
    @readings.arguments(TakeReadingApiIn)
    @readings.response(201, EntryOut)
    def post(self, data: dict[str, Any]) -> ReadingEntry:
        """Keep an index read on a counter; `doubt` says what is odd about it."""
        with open_unit_of_work() as uow:
            return take_reading(current_actor(), TakeReading(**data), uow, current_clock())


@alerts.route("")
class Alerts(MethodView):
    """All alerts."""

    @needs(EnergyPermission.ALERT_READ)
    @alerts.arguments(AlertQuery, location="query")
    @alerts.paged(AlertOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Alert]:
        """List alerts, the latest first."""
        statement = alert_queries.select_alerts(current_actor())
        for name, value in query.items():
            owner = Meter if name == "building_id" else Alert
            statement = statement.where(getattr(owner, name) == value)
        return paginate(reader(), statement.order_by(Alert.detected_at.desc(), Alert.id), page)


@alerts.route("/<uuid:alert_id>")
class AlertById(MethodView):
    """One alert."""

    @needs(EnergyPermission.ALERT_READ)
    @alerts.response(200, AlertOut)
    @alerts.versioned
    def get(self, alert_id: UUID) -> Alert:
        """Read an alert."""
        return alert_queries.get_alert(current_actor(), reader(), alert_id)


def _handle(
    actor: Actor, alert_id: UUID, data: dict[str, Any], uow: UnitOfWork, clock: Clock
) -> Alert:
    outcome = AlertEventKind(data.pop("outcome"))
    return handle_alert(actor, HandleAlert(alert_id, outcome, **data), uow, clock)


offer_step(
    alerts,
    Step(
        "/<uuid:alert_id>/outcome",
        EnergyPermission.ALERT_HANDLE,
        _handle,
        "Close an alert: explained, false alarm or resolved.",
        HandleAlertApiIn,
        decides_on=AlertById,
    ),
    AlertOut,
)
offer_step(
    alerts,
    Step(
        "/<uuid:alert_id>/reopening",
        EnergyPermission.ALERT_HANDLE,
        with_text(reopen_alert),
        "Open an alert again that a person closed by mistake; asks for the reason.",
        TextApiIn,
        decides_on=AlertById,
    ),
    AlertOut,
)

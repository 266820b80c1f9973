"""Which register the readings of a file belong to: found, or recorded when it is new."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import ean as ean_numbers
from app.audit import record
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.search.changes import touch_documents
from modules.energy import errors
from modules.energy.commands import IngestFile
from modules.energy.enums import RegisterKind, Utility
from modules.energy.formats.base import Format, SeriesKey
from modules.energy.models import Meter
from modules.energy.services import meters as meter_services
from modules.energy.services.ingest.report import IngestResult
from modules.energy.services.registers import lock_catalogue, register_of
from modules.portfolio.api import visible_building_ids

SERIALS_PER_QUERY = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A register as the import needs it, free of any session."""

    id: UUID
    number: int
    interval: int
    kind: RegisterKind
    meter_id: UUID


class Matcher:
    """Finds the registers of one file; each series is looked up once."""

    def __init__(
        self, actor: Actor, command: IngestFile, kind: Format, clock: Clock, result: IngestResult
    ) -> None:
        """Begin a file of which no meter was looked up yet."""
        self.actor, self.command, self.kind, self.clock = actor, command, kind, clock
        self.result = result
        self.registers: dict[SeriesKey, Found | None] = {}
        self.by_serial: dict[tuple[str, Utility], Meter] = {}

    def find(self, series: list[SeriesKey], uow: UnitOfWork) -> list[Found | None]:
        """Return the register of each series; None for a meter that may not be added or filled."""
        self._prefetch(series, uow)
        return [self._register(key, uow) for key in series]

    def _prefetch(self, series: list[SeriesKey], uow: UnitOfWork) -> None:
        """Load the meters of a file at once, with their registers."""
        serials = sorted({key.serial for key in series if key.serial and key not in self.registers})
        self.by_serial = {}
        for start in range(0, len(serials), SERIALS_PER_QUERY):
            some = serials[start : start + SERIALS_PER_QUERY]
            query = select(Meter).where(Meter.serial.in_(some))
            for meter in uow.session.scalars(query.options(selectinload(Meter.registers))):
                self.by_serial[meter.serial, meter.utility] = meter

    def _register(self, key: SeriesKey, uow: UnitOfWork) -> Found | None:
        known = self.registers.get(key)
        if known is not None:
            return known
        meter = self._meter(key, uow)
        if meter is None:
            self.registers[key] = None
            return None
        row = register_of(uow.session, meter, key.register)
        found = Found(row.id, row.number, row.interval_minutes, row.kind, meter.id)
        self.registers[key] = found
        self.result.add_meter(meter)
        return found

    def _meter(self, key: SeriesKey, uow: UnitOfWork) -> Meter | None:
        utility = key.register.utility or self.command.utility
        valid_ean = ean_numbers.is_valid(key.ean)
        if key.ean and not valid_ean:
            self.result.warn("ean_check", key.ean)
        chosen = self._chosen(key, uow, utility)
        if chosen is not None:
            return chosen if self._is_in_scope(chosen, uow) else None
        reference = key.serial or (key.ean if valid_ean else "") or self._reference(utility)
        meter = self.by_serial.get((reference, utility)) if utility else None
        if meter is None and (not key.serial or utility is None):
            meter = meter_services.find_by_serial(uow.session, reference, utility)
        if meter is None and valid_ean and not key.serial:
            meter = meter_services.find_by_ean(uow.session, key.ean, utility)
        if meter is None:
            meter = self._add(reference, key, uow, utility)
        if meter is None or not self._is_in_scope(meter, uow):
            return None
        self._link(meter, key, uow)
        return meter

    def _is_in_scope(self, meter: Meter, uow: UnitOfWork) -> bool:
        """Tell whether the actor may fill a meter: of their buildings, or of none yet."""
        visible = visible_building_ids(self.actor)
        if visible is None or meter.building_id is None:
            return True
        theirs = select(Meter.id).where(Meter.id == meter.id, Meter.building_id.in_(visible))
        return uow.session.scalar(theirs) is not None

    def _reference(self, utility: Utility | None) -> str:
        name = self.command.meter or self.command.file_name.partition(".")[0]
        main = Utility.ELECTRICITY if self.kind.name == "dsmr-reader" else utility
        return name if utility in (main, None) else f"{name}/{utility.value if utility else ''}"

    def _chosen(self, key: SeriesKey, uow: UnitOfWork, utility: Utility | None) -> Meter | None:
        """Return the meter the user named, for the series it can be."""
        if not self.command.meter:
            return None
        serials = {k.serial for k in self.registers if k.serial and k.register.utility == utility}
        if len(serials | ({key.serial} - {""})) > 1:
            raise errors.several_meters(len(serials | {key.serial}))
        return meter_services.find_by_reference(uow.session, self.command.meter, utility)

    def _add(
        self, reference: str, key: SeriesKey, uow: UnitOfWork, utility: Utility | None
    ) -> Meter | None:
        if not self.command.create_unknown or utility is None:
            return None
        lock_catalogue(uow.session)
        serial = self.command.meter or reference
        added_meanwhile = meter_services.find_by_serial(uow.session, serial, utility)
        if added_meanwhile is not None:
            return added_meanwhile
        now = self.clock.now()
        meter = Meter(
            serial=serial,
            utility=utility,
            received_ean="" if ean_numbers.is_valid(key.ean) else key.ean,
            multiplier=1.0,
            created_at=now,
            updated_at=now,
        )
        uow.session.add(meter)
        uow.flush()
        self.by_serial[meter.serial, utility] = meter
        touch_documents(uow.session, "meter", [meter.id])
        self.result.warn("meter_added", meter.serial)
        subject = meter_services.subject_of(meter)
        record(uow, self.actor, self.clock, action="energy.meter.add", subject=subject)
        return meter

    def _link(self, meter: Meter, key: SeriesKey, uow: UnitOfWork) -> None:
        ean = self.command.supply_point or (key.ean if ean_numbers.is_valid(key.ean) else "")
        if not ean:
            return
        if not ean_numbers.is_valid(ean_numbers.bare(ean)):
            raise errors.wrong_ean(ean)
        if meter.supply_point is None:
            meter.supply_point = meter_services.supply_point_of(
                uow.session, ean_numbers.bare(ean), meter.utility, self.clock
            )
        elif meter.supply_point.ean != ean_numbers.bare(ean):
            self.result.warn("other_ean", ean)

"""The readings of a meter as a file, for whoever goes on with them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import isnan
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from app.audit import record
from app.auth.needs import needs
from app.errors import NotFound
from app.i18n import gettext as _
from app.tabular.exports import FileFormat, table_file
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.downloads import download
from modules.energy import consumption
from modules.energy.consumption import Curve
from modules.energy.curves import brussels_day, shown_unit
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import get_meter
from modules.energy.readings.quality import Quality
from modules.energy.routes_web.blueprint import QUALITY_WORDS, blueprint
from modules.energy.routes_web.periods import SECOND, asked_period
from modules.energy.services.meters import subject_of


@blueprint.get("/meters/<uuid:meter_id>/readings.<string:kind>")
@needs(EnergyPermission.METER_READ)
def reading_file(meter_id: UUID, kind: str) -> ResponseReturnValue:
    """Send each slot of the period that is shown, and note who took it out."""
    if kind not in set(FileFormat):
        raise NotFound
    wanted, meter = FileFormat(kind), get_meter(current_actor(), reader(), meter_id)
    begin, end = asked_period(meter, default_days=7)
    curve = consumption.curve_of(reader(), meter, begin, end)
    unit, divisor, _decimals = shown_unit(meter.main_unit)
    headings = [_("Begins"), _("Begins (UTC)"), _("Consumption") + f" ({unit})", _("Quality")]
    days = f"{brussels_day(begin).isoformat()}-{brussels_day(end - SECOND).isoformat()}"
    with open_unit_of_work() as uow:
        record(
            uow,
            current_actor(),
            current_clock(),
            action="energy.meter.readings_exported",
            subject=subject_of(meter),
            changes={"period": (None, days)},
            building_id=meter.building_id,
        )
    body = table_file(headings, _rows(curve, divisor), wanted, title=meter.name)
    name = f"{meter.serial or meter.id}-{days}.{wanted.value}"
    return download(b"".join(body), name, wanted.media_type)


def _rows(curve: Curve, divisor: float) -> Iterator[list[Any]]:
    """Yield the slots; the clock on the wall shows one hour of October twice, UTC does not."""
    words = {quality: str(word) for quality, word in QUALITY_WORDS.items()}
    step = timedelta(seconds=curve.step_s)
    for number, (value, rank) in enumerate(zip(curve.values, curve.quality, strict=True)):
        quality, begins = Quality(int(rank)), curve.start + number * step
        shown = None if isnan(value) else round(float(value) / divisor, 6)
        yield [begins, f"{begins:%Y-%m-%dT%H:%M:%SZ}", shown, words[quality]]

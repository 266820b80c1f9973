"""What the estate does by itself at night."""

from datetime import date, timedelta

from app.auth.actor import system_actor
from app.jobs import JobRun
from modules.portfolio.commands import ChangeLotStatus, RecordCertificate
from modules.portfolio.enums import CertificateScheme, LotStatus, Region
from modules.portfolio.jobs import refresh_places
from modules.portfolio.models import Building, Lot
from modules.portfolio.services import change_lot_status, record_certificate
from tests.factories.portfolio import BUILDER, make_building, make_lot


def test_planned_states_come_true_and_certificates_expire(database, clock):
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        planned = ChangeLotStatus(lot.id, LotStatus.LET, date(2026, 3, 5))
        change_lot_status(BUILDER, planned, uow, clock)
        certificate = RecordCertificate(
            CertificateScheme.HOME, Region.BRUSSELS, date(2016, 3, 4), lot.id, energy_class="E"
        )
        record_certificate(BUILDER, certificate, uow, clock)
        public = make_building(uow, clock, code="BLD-0002")
        yearly = RecordCertificate(
            CertificateScheme.PUBLIC_BUILDING,
            Region.BRUSSELS,
            date(2025, 3, 4),
            building_id=public.id,
            energy_class="C",
        )
        record_certificate(BUILDER, yearly, uow, clock)
        assert public.energy_class == "C"
    reports = []
    run = JobRun(
        database, clock, system_actor("job"), report=lambda done, *_rest: reports.append(done)
    )
    refresh_places(run)
    clock.advance(timedelta(days=4))
    refresh_places(run)
    refresh_places(run)
    with database.reader() as session:
        lot = session.get(Lot, lot.id)
        assert (lot.status, lot.status_since) == (LotStatus.LET, date(2026, 3, 5))
        assert lot.energy_class is None
        building = session.get(Building, lot.building_id)
        assert (building.empty_lot_count, building.energy_class) == (0, None)
        assert session.get(Building, public.id).energy_class is None
    assert reports == [0, 3, 0]

"""Import and export energy certificates, named by their place, kind and day of issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import cast
from uuid import UUID

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Integer, Lookup, Text
from app.tabular.service_importer import ServiceImporter, Stored
from modules.portfolio.commands import Change, RecordCertificate
from modules.portfolio.enums import (
    CERTIFICATE_SCHEME_LABELS,
    REGION_LABELS,
    CertificateScheme,
    Region,
)
from modules.portfolio.importers.columns import BUILDING
from modules.portfolio.importers.in_places import (
    PLACE_KEY,
    place_ids,
    refuse_places,
    select_in_places,
)
from modules.portfolio.importers.source import Source
from modules.portfolio.models import Building, EnergyCertificate, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings, seen_lots, with_place
from modules.portfolio.services import (
    correct_certificate,
    record_certificate,
    refresh_energy_class,
)

_DAY = Day(low=date(2006, 1, 1))
_FACTS = ("scheme", "region", "number", "issued_on", "expires_on", "kwh_m2_year", "energy_class")

COLUMNS = (
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40),
           example="LOT-000123"),
    Column("building", _l("Building"), BUILDING,
           help=_l("Either a lot or a building.")),
    Column("scheme", _l("Certificate"),
           Choice(enum=CertificateScheme, labels=CERTIFICATE_SCHEME_LABELS), required=True),
    Column("issued_on", _l("Issued on"), _DAY, required=True, example="05/01/2026"),
    Column("expires_on", _l("Valid until"), _DAY),
    Column("region", _l("Region"), Choice(enum=Region, labels=REGION_LABELS)),
    Column("energy_class", _l("Class"), Text(max_length=3, pattern=r"[A-Ga-g][+-]{0,2}",
                example=_l("a letter from A to G, also with + or -, for example D+")),
           example="D+"),
    Column("kwh_m2_year", _l("Consumption"), Integer(low=0, high=5_000, likely_high=1_200)),
    Column("number", _l("Number"), Text(max_length=40)),
)  # fmt: skip


def _stored(certificate: EnergyCertificate, lot: str | None, building: str | None) -> Stored:
    values = {name: getattr(certificate, name) for name in _FACTS}
    return Stored(certificate.id, certificate.version, {"lot": lot, "building": building, **values})


SOURCE = Source(
    partial(select_in_places, model=EnergyCertificate),
    _stored,
    EnergyCertificate.id,
    (
        *PLACE_KEY,
        EnergyCertificate.scheme,
        EnergyCertificate.issued_on,
    ),
    ("lot", "building", "scheme", "issued_on"),
)


def _command(actor: Actor, values: Values, session: Session) -> RecordCertificate:
    facts = {name: values[name] for name in _FACTS if values.get(name) not in (None, "")}
    lot_id, building_id = place_ids(actor, session, values)
    return RecordCertificate(lot_id=lot_id, building_id=building_id, **facts)


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Record a certificate."""
    return record_certificate(actor, _command(actor, values, uow.session), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Correct a certificate."""
    command = _command(actor, values, uow.session)
    correct_certificate(actor, Change(stored.id, stored.version), command, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove certificates an import made; the letters of their places follow."""
    session, table = uow.session, cast("Table", EnergyCertificate.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids)
    of_lots = select(EnergyCertificate.lot_id).where(EnergyCertificate.id.in_(ids))
    homes = select(EnergyCertificate.building_id).where(EnergyCertificate.id.in_(ids))
    places: list[Lot | Building] = [
        *session.scalars(select(Lot).where(Lot.id.in_(of_lots)).options(*with_place())),
        *session.scalars(select(Building).where(Building.id.in_(homes))),
    ]
    # The day of the import stands for today: what expired since is dropped by the nightly job.
    latest = select(func.max(EnergyCertificate.updated_at)).where(EnergyCertificate.id.in_(ids))
    day = session.scalars(latest).one().date()
    delete_rows(session, table, ids)
    for place in places:
        refresh_energy_class(session, place, day)


CERTIFICATES = ServiceImporter(
    name="certificates",
    title=_l("Energy certificates"),
    permission=PortfolioPermission.CERTIFY,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=("lot", "building", "scheme", "issued_on"),
    needed=("region",),
    codes={"lot": seen_lots, "building": seen_buildings},
    subject_type="certificate",
    model=EnergyCertificate,
    load=SOURCE.load,
    create=create,
    change=change,
    remove=remove,
    find=SOURCE.find,
    prepare=refuse_places,
    records=SOURCE.records,
)

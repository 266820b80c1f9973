"""Certificates, warnings, documents and installations of places."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, NotFound
from app.i18n import lazy as _l
from modules.portfolio.commands import (
    Change,
    GiveWarning,
    InstallationFacts,
    RecordCertificate,
)
from modules.portfolio.energy_classes import class_of, letter_of, worst
from modules.portfolio.enums import CertificateScheme
from modules.portfolio.errors import exactly_one_place
from modules.portfolio.models import (
    Building,
    EnergyCertificate,
    Entrance,
    Installation,
    Lot,
    PlaceWarning,
    ServiceLink,
)
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import certificate_in_force, list_certificates
from modules.portfolio.queries.places import get_building, get_lot
from modules.portfolio.services.common import (
    building_subject,
    check_version,
    fresh_reference,
    lot_subject,
    note,
    refuse_taken,
)

# Years a certificate stays valid; that of a public building is measured again each year.
VALID_YEARS = {
    CertificateScheme.HOME: 10,
    CertificateScheme.OFFICE: 10,
    CertificateScheme.PUBLIC_BUILDING: 1,
}
INSTALLATION_SERIES = ("INS", 5)


def record_certificate(
    actor: Actor, command: RecordCertificate, uow: UnitOfWork, clock: Clock
) -> EnergyCertificate:
    """Record an energy certificate; the letter of the place follows the one in force."""
    require(actor, PortfolioPermission.CERTIFY)
    if error := exactly_one_place((command.lot_id, command.building_id)):
        raise error
    place = _place(actor, uow.session, command.lot_id, command.building_id)
    complete = _completed(command)
    now = clock.now()
    values = {f.name: getattr(complete, f.name) for f in fields(complete)}
    certificate = EnergyCertificate(
        **values, letter=letter_of(complete.energy_class), created_at=now, updated_at=now
    )
    uow.session.add(certificate)
    uow.flush()
    refresh_energy_class(uow.session, place, clock.today())
    subject = lot_subject(place) if isinstance(place, Lot) else building_subject(place)
    change = {"energy_class": (None, certificate.energy_class)}
    note(uow, actor, clock, "certificate.record", subject, change)
    return certificate


def _place(
    actor: Actor, session: Session, lot_id: UUID | None, building_id: UUID | None
) -> Lot | Building:
    if lot_id is not None:
        return get_lot(actor, session, lot_id)
    if building_id is None:
        raise NotFound
    return get_building(actor, session, building_id)


def _completed(command: RecordCertificate) -> RecordCertificate:
    energy_class = command.energy_class.strip().upper()
    if not energy_class:
        if command.kwh_m2_year is None:
            raise Invalid(
                "certificate_empty",
                _l("Give the class of the certificate, or its figure in kWh/m² per year."),
                field="energy_class",
            )
        energy_class = class_of(command.kwh_m2_year, command.region)
    expires_on = command.expires_on or years_after(command.issued_on, VALID_YEARS[command.scheme])
    if expires_on <= command.issued_on:
        raise Invalid(
            "certificate_dates", _l("A certificate ends after it was issued."), field="expires_on"
        )
    return replace(command, energy_class=energy_class, expires_on=expires_on)


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 28 February.

    >>> years_after(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def refresh_energy_class(session: Session, place: Lot | Building, day: date) -> None:
    """Show the letter in force on a lot, and on its building the worst of its lots."""
    if isinstance(place, Lot):
        found = certificate_in_force(list_certificates(session, lot_id=place.id), day)
        place.energy_class = found.letter if found else None
        session.flush()
    building = place.building if isinstance(place, Lot) else place
    own = certificate_in_force(list_certificates(session, building_id=building.id), day)
    letters = session.scalars(
        select(Lot.energy_class).where(
            Lot.building_id == building.id,
            Lot.archived_at.is_(None),
            Lot.energy_class.is_not(None),
        )
    ).all()
    building.energy_class = own.letter if own else worst([x for x in letters if x])
    session.flush()


def give_warning(actor: Actor, command: GiveWarning, uow: UnitOfWork, clock: Clock) -> PlaceWarning:
    """Warn about a lot or a building, with a reason and an end when one is known."""
    require(actor, PortfolioPermission.WARN)
    if error := exactly_one_place((command.lot_id, command.building_id)):
        raise error
    if not command.reason.strip():
        raise Invalid("reason_needed", _l("Say why: others will rely on it."), field="reason")
    if command.ends_on and command.ends_on < command.starts_on:
        raise Invalid("warning_dates", _l("The end lies before the start."), field="ends_on")
    place = _place(actor, uow.session, command.lot_id, command.building_id)
    warning = PlaceWarning(
        **{f.name: getattr(command, f.name) for f in fields(command)},
        author_id=actor.user_id,
        author_name=actor.display_name,
        created_at=clock.now(),
    )
    uow.session.add(warning)
    uow.flush()
    subject = lot_subject(place) if isinstance(place, Lot) else building_subject(place)
    change = {"warning": (None, f"{warning.kind}: {warning.reason}")}
    note(uow, actor, clock, "warning.give", subject, change)
    return warning


def lift_warning(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> PlaceWarning:
    """End a warning today; it stays in the history."""
    require(actor, PortfolioPermission.WARN)
    warning = uow.session.get(PlaceWarning, change.id)
    if warning is None:
        raise NotFound
    place = _place(actor, uow.session, warning.lot_id, warning.building_id)
    check_version(warning, change.version)
    warning.archived_at = clock.now()
    warning.archived_by_id = actor.user_id
    uow.flush()
    subject = lot_subject(place) if isinstance(place, Lot) else building_subject(place)
    note(uow, actor, clock, "warning.lift", subject, {"warning": (str(warning.kind), None)})
    return warning


def add_installation(
    actor: Actor, facts: InstallationFacts, uow: UnitOfWork, clock: Clock
) -> Installation:
    """Add an installation and write whom it serves: lots, entrances, else the building."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, facts.building_id)
    code = fresh_reference(uow.session, Installation.code, facts.code, INSTALLATION_SERIES)
    now = clock.now()
    installation = Installation(
        **(_installation_values(facts) | {"code": code}), created_at=now, updated_at=now
    )
    uow.session.add(installation)
    uow.flush()
    _write_links(uow.session, installation, facts)
    change = {"installation": (None, f"{installation.code} {installation.kind}")}
    note(uow, actor, clock, "installation.add", building_subject(building), change)
    return installation


def change_installation(
    actor: Actor, change: Change, facts: InstallationFacts, uow: UnitOfWork, clock: Clock
) -> Installation:
    """Change an installation and rewrite whom it serves."""
    require(actor, PortfolioPermission.CHANGE)
    installation = uow.session.get(Installation, change.id)
    if installation is None:
        raise NotFound
    building = get_building(actor, uow.session, installation.building_id)
    check_version(installation, change.version)
    values = _installation_values(facts)
    values["code"] = facts.code.strip() or installation.code
    values["building_id"] = installation.building_id
    refuse_taken(uow.session, Installation.code, values["code"], except_id=installation.id)
    changes = changed_fields(installation, values)
    installation.updated_at = clock.now()
    for link in uow.session.scalars(
        select(ServiceLink).where(ServiceLink.installation_id == installation.id)
    ):
        uow.session.delete(link)
    uow.flush()
    _write_links(uow.session, installation, facts)
    note(uow, actor, clock, "installation.change", building_subject(building), changes)
    return installation


def _installation_values(facts: InstallationFacts) -> dict[str, Any]:
    links = {"entrance_ids", "lot_ids"}
    return {f.name: getattr(facts, f.name) for f in fields(facts) if f.name not in links}


def _write_links(session: Session, installation: Installation, facts: InstallationFacts) -> None:
    home = installation.building_id
    for model, ids in ((Entrance, facts.entrance_ids), (Lot, facts.lot_ids)):
        owners = session.scalars(select(model.building_id).where(model.id.in_(ids))).all()
        if len(owners) != len(set(ids)) or any(owner != home for owner in owners):
            raise NotFound
    links = [ServiceLink(installation_id=installation.id, lot_id=i) for i in facts.lot_ids]
    links += [
        ServiceLink(installation_id=installation.id, entrance_id=i) for i in facts.entrance_ids
    ]
    session.add_all(links or [ServiceLink(installation_id=installation.id, building_id=home)])
    session.flush()

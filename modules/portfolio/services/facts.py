"""Energy certificates and warnings: dated facts about a lot or a building."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, NotFound
from app.i18n import lazy as _l
from modules.portfolio.commands import Change, GiveWarning, RecordCertificate
from modules.portfolio.energy_classes import class_of, letter_of, worst
from modules.portfolio.enums import CertificateScheme
from modules.portfolio.errors import exactly_one_place, warning_there
from modules.portfolio.models import Building, EnergyCertificate, Lot, PlaceWarning
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import (
    certificate_in_force,
    get_certificate,
    get_warning,
    list_certificates,
)
from modules.portfolio.queries.places import get_building, get_lot
from modules.portfolio.services.common import (
    building_subject,
    lot_subject,
    note,
    refuse_archived,
)

# Years a certificate stays valid; that of a public building is measured again each year.
VALID_YEARS = {
    CertificateScheme.HOME: 10,
    CertificateScheme.OFFICE: 10,
    CertificateScheme.PUBLIC_BUILDING: 1,
}


def record_certificate(
    actor: Actor, command: RecordCertificate, uow: UnitOfWork, clock: Clock
) -> EnergyCertificate:
    """Record an energy certificate; the letter of the place follows the one in force."""
    require(actor, PortfolioPermission.CERTIFY)
    if error := exactly_one_place((command.lot_id, command.building_id)):
        raise error
    now = clock.now()
    certificate = EnergyCertificate(**_certified(command), created_at=now, updated_at=now)
    place = _place(actor, uow.session, command.lot_id, command.building_id)
    refuse_archived(place)
    uow.session.add(certificate)
    change = {"energy_class": (None, certificate.energy_class)}
    _settle(actor, place, "certificate.record", change, uow, clock)
    return certificate


def correct_certificate(
    actor: Actor, change: Change, command: RecordCertificate, uow: UnitOfWork, clock: Clock
) -> EnergyCertificate:
    """Correct what was read from a certificate; the place it is of stays."""
    require(actor, PortfolioPermission.CERTIFY)
    certificate = get_certificate(actor, uow.session, change.id)
    certificate.require_version(change.version)
    values = _certified(command)
    del values["lot_id"], values["building_id"]
    changes = changed_fields(certificate, values)
    if changes:
        certificate.updated_at = clock.now()
        place = _place(actor, uow.session, certificate.lot_id, certificate.building_id)
        _settle(actor, place, "certificate.correct", changes, uow, clock)
    return certificate


def withdraw_certificate(
    actor: Actor, change: Change, uow: UnitOfWork, clock: Clock
) -> EnergyCertificate:
    """Take back a certificate recorded by mistake; it stays in the history."""
    require(actor, PortfolioPermission.CERTIFY)
    certificate = get_certificate(actor, uow.session, change.id)
    certificate.require_version(change.version)
    certificate.archive(actor.user_id, clock.now())
    certificate.updated_at = clock.now()
    place = _place(actor, uow.session, certificate.lot_id, certificate.building_id)
    gone = {"energy_class": (certificate.energy_class, None)}
    _settle(actor, place, "certificate.withdraw", gone, uow, clock)
    return certificate


def restore_certificate(
    actor: Actor, change: Change, uow: UnitOfWork, clock: Clock
) -> EnergyCertificate:
    """Bring a withdrawn certificate back."""
    require(actor, PortfolioPermission.CERTIFY)
    certificate = get_certificate(actor, uow.session, change.id)
    certificate.require_version(change.version)
    certificate.restore()
    certificate.updated_at = clock.now()
    place = _place(actor, uow.session, certificate.lot_id, certificate.building_id)
    back = {"energy_class": (None, certificate.energy_class)}
    _settle(actor, place, "certificate.restore", back, uow, clock)
    return certificate


def _certified(command: RecordCertificate) -> dict[str, Any]:
    complete = _completed(command)
    values = {f.name: getattr(complete, f.name) for f in fields(complete)}
    return values | {"letter": letter_of(complete.energy_class)}


def _settle(
    actor: Actor,
    place: Lot | Building,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    """Show the letter in force on the place and write the change in its history."""
    uow.flush()
    refresh_energy_class(uow.session, place, clock.today())
    note(uow, actor, clock, action, _subject(place), changes)


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
    _refuse_backwards(command.starts_on, command.ends_on)
    place = _place(actor, uow.session, command.lot_id, command.building_id)
    refuse_archived(place)
    _refuse_repeated(uow.session, command)
    warning = PlaceWarning(
        **{f.name: getattr(command, f.name) for f in fields(command)}
        | {"author_name": command.author_name or actor.display_name},
        author_id=actor.user_id,
        created_at=clock.now(),
    )
    uow.session.add(warning)
    uow.flush()
    change = {"warning": (None, f"{warning.kind}: {warning.reason}")}
    note(uow, actor, clock, "warning.give", _subject(place), change)
    return warning


def _refuse_backwards(starts_on: date, ends_on: date | None) -> None:
    if ends_on and ends_on < starts_on:
        raise Invalid("warning_dates", _l("The end lies before the start."), field="ends_on")


def _refuse_repeated(session: Session, command: GiveWarning) -> None:
    """Raise Conflict when the same is said of the place from the same day on."""
    same = select(PlaceWarning.id).where(
        PlaceWarning.lot_id == command.lot_id,
        PlaceWarning.building_id == command.building_id,
        PlaceWarning.kind == command.kind,
        PlaceWarning.starts_on == command.starts_on,
        PlaceWarning.reason == command.reason,
        PlaceWarning.archived_at.is_(None),
    )
    if session.scalars(same).first() is not None:
        raise warning_there()


def end_warning_on(
    actor: Actor, change: Change, ends_on: date | None, uow: UnitOfWork, clock: Clock
) -> PlaceWarning:
    """Write until when a warning holds, None for as long as nobody lifts it."""
    require(actor, PortfolioPermission.WARN)
    warning = get_warning(actor, uow.session, change.id)
    place = _place(actor, uow.session, warning.lot_id, warning.building_id)
    warning.require_version(change.version)
    _refuse_backwards(warning.starts_on, ends_on)
    if changes := changed_fields(warning, {"ends_on": ends_on}):
        uow.flush()
        note(uow, actor, clock, "warning.change", _subject(place), changes)
    return warning


def lift_warning(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> PlaceWarning:
    """End a warning today; it stays in the history."""
    require(actor, PortfolioPermission.WARN)
    warning = get_warning(actor, uow.session, change.id)
    place = _place(actor, uow.session, warning.lot_id, warning.building_id)
    warning.require_version(change.version)
    warning.archive(actor.user_id, clock.now())
    uow.flush()
    note(uow, actor, clock, "warning.lift", _subject(place), {"warning": (str(warning.kind), None)})
    return warning


def _subject(place: Lot | Building) -> tuple[Subject, UUID]:
    return lot_subject(place) if isinstance(place, Lot) else building_subject(place)

"""Say how the office presents itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import TranslatedText, UnitOfWork
from app.errors import Invalid, StaleVersion
from app.i18n import lazy as _l
from app.office.letterhead import find_office
from app.office.models import THE_OFFICE, Organisation
from app.policies import HousePermission


@dataclass(frozen=True, slots=True)
class PresentOffice:
    """Name and address by language, how to reach it, and the version last seen (0: none yet)."""

    name: TranslatedText
    address: TranslatedText
    phone: str = ""
    email: str = ""
    version: int = 0
    privacy_contact: str = ""


def present_office(
    actor: Actor, command: PresentOffice, uow: UnitOfWork, clock: Clock
) -> Organisation:
    """Change name, address and how to reach whom; StaleVersion when somebody was first."""
    require(actor, HousePermission.SETTINGS_MANAGE)
    if not any(command.name.values()):
        raise Invalid("name_needed", _l("Fill in this field."), field="name_fr")
    office = _office(command.version, uow, clock)
    values = {
        "name": command.name,
        "address": command.address,
        "phone": command.phone,
        "email": command.email,
        "privacy_contact": command.privacy_contact,
    }
    _save(office, changed_fields(office, values), actor, uow, clock)
    return office


def set_logo(
    actor: Actor, logo: bytes, version: int, uow: UnitOfWork, clock: Clock
) -> Organisation:
    """Show a logo (PNG, see `make_logo`), or none when it is empty; StaleVersion."""
    require(actor, HousePermission.SETTINGS_MANAGE)
    office = _office(version, uow, clock)
    before, office.logo = office.logo, logo
    changes = {"logo": (bool(before), bool(logo))} if before != logo else {}
    _save(office, changes, actor, uow, clock)
    return office


def _office(seen: int, uow: UnitOfWork, clock: Clock) -> Organisation:
    office = find_office(uow.session)
    if (office.version if office else 0) != seen:
        raise StaleVersion
    if office is None:
        now = clock.now()
        office = Organisation(
            id=THE_OFFICE,
            name=TranslatedText(),
            address=TranslatedText(),
            phone="",
            email="",
            privacy_contact="",
            logo=b"",
            created_at=now,
            updated_at=now,
        )
        uow.session.add(office)
    return office


def _save(
    office: Organisation,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    if not changes:
        return
    office.updated_at = clock.now()
    subject = Subject("organisation", office.id, office.name.text("fr"))
    record(uow, actor, clock, action="house.organisation.change", subject=subject, changes=changes)
    uow.flush()

"""Who may do what with places."""

from __future__ import annotations

from enum import StrEnum

from app.auth.actor import Actor
from app.auth.roles import Role
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.subjects import Confidentiality


class PortfolioPermission(StrEnum):
    """The rights of this module."""

    READ = "portfolio.place.read"
    CHANGE = "portfolio.place.change"
    ARCHIVE = "portfolio.place.archive"
    CHANGE_STATUS = "portfolio.lot.change_status"
    CERTIFY = "portfolio.certificate.record"
    WARN = "portfolio.warning.write"
    READ_ACCESS = "portfolio.access.read"
    CHANGE_ACCESS = "portfolio.access.change"
    READ_LAND = "portfolio.land.read"
    CHANGE_LAND = "portfolio.land.change"
    READ_DOCUMENTS = "portfolio.document.read"
    ADD_DOCUMENTS = "portfolio.document.add"
    READ_PERSONAL_DOCUMENTS = "portfolio.document.read_personal"
    READ_SENSITIVE_DOCUMENTS = "portfolio.document.read_sensitive"
    IMPORT = "portfolio.place.import"
    EXPORT = "portfolio.place.export"


_READER = frozenset(
    {
        PortfolioPermission.READ,
        PortfolioPermission.READ_LAND,
        PortfolioPermission.READ_DOCUMENTS,
        PortfolioPermission.EXPORT,
    }
)
_FIELD = frozenset(
    {PortfolioPermission.READ, PortfolioPermission.READ_DOCUMENTS, PortfolioPermission.WARN}
)
# Codes and keys: who sends people out or opens doors. A technician gets those of an order.
_OPENS = frozenset({PortfolioPermission.READ_ACCESS})
_KEYS = _OPENS | {PortfolioPermission.CHANGE_ACCESS}
_KEEPER = (
    _READER
    | _FIELD
    | {
        PortfolioPermission.CHANGE,
        PortfolioPermission.CHANGE_STATUS,
        PortfolioPermission.CERTIFY,
        PortfolioPermission.ADD_DOCUMENTS,
        PortfolioPermission.READ_PERSONAL_DOCUMENTS,
    }
)

GRANTS: dict[Role, frozenset[PortfolioPermission]] = {
    Role.PROPERTY_DIRECTOR: frozenset(PortfolioPermission),
    Role.ADMINISTRATOR: frozenset(PortfolioPermission),
    Role.LETTING_AGENT: _KEEPER | {PortfolioPermission.CHANGE_LAND},
    Role.CALL_CENTRE_AGENT: _FIELD,
    Role.DISPATCHER: _FIELD | _OPENS | {PortfolioPermission.EXPORT},
    Role.DISPATCH_LEADER: _FIELD | _KEYS | {PortfolioPermission.EXPORT},
    Role.CARETAKER: _FIELD | _KEYS,
    Role.SITE_COORDINATOR: _FIELD | {PortfolioPermission.EXPORT},
    Role.STOREKEEPER: frozenset({PortfolioPermission.READ}),
    Role.WORKS_CREW: _FIELD,
    Role.TECHNICIAN: _FIELD,
    Role.INTERIOR_ARCHITECT: _READER | {PortfolioPermission.ADD_DOCUMENTS},
    Role.MAINTENANCE_ENGINEER: _READER
    | _FIELD
    | _KEYS
    | {PortfolioPermission.CHANGE, PortfolioPermission.ADD_DOCUMENTS},
    Role.ENERGY_COORDINATOR: _READER
    | {PortfolioPermission.CERTIFY, PortfolioPermission.ADD_DOCUMENTS},
    Role.WORKS_PROJECT_LEAD: _READER
    | _FIELD
    | {PortfolioPermission.CHANGE_STATUS, PortfolioPermission.ADD_DOCUMENTS},
    # What is to be awarded are works on land, with what they may cost.
    Role.PURCHASING_AGENT: frozenset({PortfolioPermission.READ, PortfolioPermission.READ_LAND}),
    Role.FINANCE: _READER,
    Role.PREVENTION_ADVISER: _READER | _FIELD,
    Role.DATA_PROTECTION_OFFICER: _READER | {PortfolioPermission.READ_PERSONAL_DOCUMENTS},
    Role.CLIMATE_OFFICER: _READER,
    Role.ANALYST: _READER,
    Role.CARE_HOME_DIRECTOR: _FIELD,
    Role.BRANCH_OFFICE_HEAD: _FIELD,
    Role.SOCIAL_WORKER: frozenset({PortfolioPermission.READ}),
    Role.COUNCIL: frozenset({PortfolioPermission.READ, PortfolioPermission.READ_LAND}),
}


def sees_documents(actor: Actor) -> Confidentiality:
    """Return the highest level of document about a place an actor is shown."""
    levels = (
        (PortfolioPermission.READ_SENSITIVE_DOCUMENTS, Confidentiality.SENSITIVE),
        (PortfolioPermission.READ_PERSONAL_DOCUMENTS, Confidentiality.PERSONAL),
        (PortfolioPermission.READ_DOCUMENTS, Confidentiality.INTERNAL),
    )
    found = (level for permission, level in levels if actor.can(permission))
    return next(found, Confidentiality.PUBLIC)


LABELS: dict[PortfolioPermission, LazyText] = {
    PortfolioPermission.READ: _l("See sites, buildings and lots"),
    PortfolioPermission.CHANGE: _l("Change sites, buildings and lots"),
    PortfolioPermission.ARCHIVE: _l("Archive sites, buildings and lots"),
    PortfolioPermission.CHANGE_STATUS: _l("Change the status of a lot"),
    PortfolioPermission.CERTIFY: _l("Record energy certificates"),
    PortfolioPermission.WARN: _l("Write warnings about a place"),
    PortfolioPermission.READ_ACCESS: _l("Read access codes"),
    PortfolioPermission.CHANGE_ACCESS: _l("Change access codes"),
    PortfolioPermission.READ_LAND: _l("See land"),
    PortfolioPermission.CHANGE_LAND: _l("Change land"),
    PortfolioPermission.READ_DOCUMENTS: _l("Read documents"),
    PortfolioPermission.ADD_DOCUMENTS: _l("Add documents"),
    PortfolioPermission.READ_PERSONAL_DOCUMENTS: _l("Read documents with personal data"),
    PortfolioPermission.READ_SENSITIVE_DOCUMENTS: _l("Read sensitive documents"),
    PortfolioPermission.IMPORT: _l("Import places"),
    PortfolioPermission.EXPORT: _l("Export places"),
}

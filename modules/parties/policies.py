"""Who may do what with people's data."""

from __future__ import annotations

from enum import StrEnum

from app.auth.roles import Role
from app.i18n import LazyText
from app.i18n import lazy as _l


class PartyPermission(StrEnum):
    """The rights of this module."""

    READ = "parties.party.read"
    CHANGE = "parties.party.change"
    MERGE = "parties.party.merge"
    ARCHIVE = "parties.party.archive"
    IMPORT = "parties.party.import"
    EXPORT = "parties.party.export"
    ERASE = "parties.party.erase"
    DISCLOSE = "parties.party.disclose"
    OCCUPY = "parties.occupancy.change"


_READ = frozenset({PartyPermission.READ})
_CLERK = frozenset({PartyPermission.READ, PartyPermission.CHANGE})

GRANTS: dict[Role, frozenset[PartyPermission]] = {
    Role.ADMINISTRATOR: frozenset(PartyPermission),
    Role.PROPERTY_DIRECTOR: _CLERK
    | {
        PartyPermission.MERGE,
        PartyPermission.ARCHIVE,
        PartyPermission.OCCUPY,
        PartyPermission.EXPORT,
        PartyPermission.IMPORT,
    },
    Role.LETTING_AGENT: _CLERK
    | {
        PartyPermission.MERGE,
        PartyPermission.ARCHIVE,
        PartyPermission.OCCUPY,
        PartyPermission.EXPORT,
    },
    Role.CALL_CENTRE_AGENT: _CLERK,
    Role.DISPATCHER: _CLERK,
    Role.DISPATCH_LEADER: _CLERK | {PartyPermission.MERGE, PartyPermission.ARCHIVE},
    Role.CARETAKER: _READ,
    Role.TECHNICIAN: _READ,
    Role.SITE_COORDINATOR: _READ,
    Role.FINANCE: _READ | {PartyPermission.EXPORT},
    Role.DATA_PROTECTION_OFFICER: _READ
    | {PartyPermission.ERASE, PartyPermission.DISCLOSE, PartyPermission.EXPORT},
    Role.CARE_HOME_DIRECTOR: _READ,
    Role.SOCIAL_WORKER: _READ,
    Role.MAINTENANCE_ENGINEER: _READ,
    Role.WORKS_PROJECT_LEAD: _READ,
}

LABELS: dict[PartyPermission, LazyText] = {
    PartyPermission.READ: _l("See people and households"),
    PartyPermission.CHANGE: _l("Change people and households"),
    PartyPermission.MERGE: _l("Merge people entered twice"),
    PartyPermission.ARCHIVE: _l("Archive people and households"),
    PartyPermission.IMPORT: _l("Import people"),
    PartyPermission.EXPORT: _l("Export people"),
    PartyPermission.ERASE: _l("Erase a person’s data"),
    PartyPermission.DISCLOSE: _l("Give a person their data"),
    PartyPermission.OCCUPY: _l("Record who lives where"),
}

"""The rights of the house itself."""

from collections.abc import Mapping
from enum import StrEnum

from app.auth.roles import Role
from app.i18n import LazyText
from app.i18n import lazy as _l


class HousePermission(StrEnum):
    """What can be done to the house, as opposed to the business in it."""

    AUDIT_READ = "house.audit.read"
    IMPORT_RUN = "house.import.run"
    JOB_READ = "house.job.read"
    JOB_RUN = "house.job.run"
    PRIVACY_MANAGE = "house.privacy.manage"
    SETTINGS_MANAGE = "house.settings.manage"
    TOKEN_CREATE = "house.token.create"  # noqa: S105  a permission, not a secret
    USER_MANAGE = "house.user.manage"
    VIEW_SHARE = "house.view.share"


_OFFICE = frozenset({HousePermission.VIEW_SHARE, HousePermission.TOKEN_CREATE})

GRANTS: Mapping[Role, frozenset[HousePermission]] = {
    Role.ADMINISTRATOR: frozenset(HousePermission),
    Role.PROPERTY_DIRECTOR: _OFFICE | {HousePermission.IMPORT_RUN, HousePermission.JOB_READ},
    Role.LETTING_AGENT: frozenset({HousePermission.IMPORT_RUN}),
    Role.DISPATCH_LEADER: _OFFICE | {HousePermission.IMPORT_RUN},
    Role.MAINTENANCE_ENGINEER: frozenset({HousePermission.IMPORT_RUN}),
    Role.ENERGY_COORDINATOR: _OFFICE
    | {HousePermission.IMPORT_RUN, HousePermission.JOB_READ, HousePermission.JOB_RUN},
    Role.ANALYST: _OFFICE,
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {HousePermission.AUDIT_READ, HousePermission.PRIVACY_MANAGE}
    ),
}

LABELS: dict[HousePermission, LazyText] = {
    HousePermission.AUDIT_READ: _l("Read the audit trail"),
    HousePermission.IMPORT_RUN: _l("Import files"),
    HousePermission.JOB_READ: _l("See the background jobs"),
    HousePermission.JOB_RUN: _l("Start and stop background jobs"),
    HousePermission.PRIVACY_MANAGE: _l("Handle requests about personal data"),
    HousePermission.SETTINGS_MANAGE: _l("Change the settings"),
    HousePermission.TOKEN_CREATE: _l("Make keys for programs"),
    HousePermission.USER_MANAGE: _l("Manage accounts and roles"),
    HousePermission.VIEW_SHARE: _l("Share views of lists"),
}

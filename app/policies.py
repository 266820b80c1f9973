"""The rights of the house itself."""

from collections.abc import Mapping
from enum import StrEnum

from app.auth.roles import Role


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
    Role.DISPATCH_LEADER: _OFFICE,
    Role.MAINTENANCE_ENGINEER: frozenset({HousePermission.IMPORT_RUN}),
    Role.ENERGY_COORDINATOR: _OFFICE
    | {HousePermission.IMPORT_RUN, HousePermission.JOB_READ, HousePermission.JOB_RUN},
    Role.ANALYST: _OFFICE,
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {HousePermission.AUDIT_READ, HousePermission.PRIVACY_MANAGE}
    ),
}

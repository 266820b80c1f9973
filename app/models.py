"""Every model of the house, imported in one place so that migrations see them all."""

from app.audit.models import AuditEntry
from app.auth.models import (
    ApiToken,
    PasswordLink,
    RoleOverride,
    SignInAttempt,
    User,
    UserRole,
    UserScope,
    UserSession,
)
from app.calendar.models import ClosingDay, WorkingHours
from app.jobs.models import JobRecord, JobSchedule, SchedulerLease
from app.mail.models import OutboxMail
from app.numbers import NumberCounter
from app.search.models import SearchChange, SearchVersion
from app.tabular.models import ImportBatch, ImportBatchRow, ImportProfile
from app.web.idempotent_calls import IdempotentCall

__all__ = [
    "ApiToken",
    "AuditEntry",
    "ClosingDay",
    "IdempotentCall",
    "ImportBatch",
    "ImportBatchRow",
    "ImportProfile",
    "JobRecord",
    "JobSchedule",
    "NumberCounter",
    "OutboxMail",
    "PasswordLink",
    "RoleOverride",
    "SchedulerLease",
    "SearchChange",
    "SearchVersion",
    "SignInAttempt",
    "User",
    "UserRole",
    "UserScope",
    "UserSession",
    "WorkingHours",
]

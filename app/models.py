"""Every model of the house, imported in one place so that migrations see them all."""

from app.audit.models import AuditEntry
from app.auth.models import RoleOverride, SignInAttempt, User, UserRole, UserScope, UserSession
from app.jobs.models import JobRecord, JobSchedule, SchedulerLease

__all__ = [
    "AuditEntry",
    "JobRecord",
    "JobSchedule",
    "RoleOverride",
    "SchedulerLease",
    "SignInAttempt",
    "User",
    "UserRole",
    "UserScope",
    "UserSession",
]

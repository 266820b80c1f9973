"""Every model of the house, imported in one place so that migrations see them all."""

from app.audit.models import AuditEntry, AuditSeal
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
from app.calendar.models import ClosingDay, OfficeWeek
from app.comments.models import Comment
from app.files.models import Attachment
from app.jobs.models import JobRecord, JobSchedule, SchedulerLease
from app.lists.models import DefaultView, SavedView
from app.mail.models import OutboxMail
from app.notifications.models import Notification, NotificationPreference
from app.numbers import NumberCounter
from app.office.models import Organisation
from app.privacy.models import RetentionChoice
from app.search.models import SearchChange, SearchVersion
from app.tabular.models import ImportBatch, ImportBatchRow, ImportProfile
from app.web.idempotent_calls import IdempotentCall

__all__ = [
    "ApiToken",
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "ClosingDay",
    "Comment",
    "DefaultView",
    "IdempotentCall",
    "ImportBatch",
    "ImportBatchRow",
    "ImportProfile",
    "JobRecord",
    "JobSchedule",
    "Notification",
    "NotificationPreference",
    "NumberCounter",
    "OfficeWeek",
    "Organisation",
    "OutboxMail",
    "PasswordLink",
    "RetentionChoice",
    "RoleOverride",
    "SavedView",
    "SchedulerLease",
    "SearchChange",
    "SearchVersion",
    "SignInAttempt",
    "User",
    "UserRole",
    "UserScope",
    "UserSession",
]

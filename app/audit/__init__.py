"""The audit trail: who changed or consulted what, readable, in the same transaction."""

from app.audit.record import Subject, changed_fields, history_of, record, record_consultation

__all__ = ["Subject", "changed_fields", "history_of", "record", "record_consultation"]

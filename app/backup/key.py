"""The text backups are sealed with: read when it is needed, kept nowhere."""

import os

KEY = "INTENDANT_BACKUP_KEY"


def backup_key() -> str:
    """Return what the operator set; empty: backups are not sealed."""
    return os.environ.get(KEY, "")

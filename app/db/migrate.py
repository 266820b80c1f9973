"""Run Alembic from code: upgrade, downgrade, current and head revision, drafts.

A web server only compares revisions: Alembic, ten megabytes, is imported where it works.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

    from app.db import Database

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"
HEAD_FILE = MIGRATIONS / ".current-head"


def config_for(database: Database | None = None) -> Config:
    """Make Alembic's configuration; the database travels in its attributes."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["database"] = database
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply migrations up to a revision."""
    from alembic import command

    command.upgrade(config_for(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo migrations down to a revision (`-1` is one step, `base` is all)."""
    from alembic import command

    command.downgrade(config_for(database), revision)


def bring_to(database: Database, revision: str) -> None:
    """Apply or undo migrations until the database stands at a revision, or at `base`."""
    current = current_revision(database)
    if current is not None and (revision == "base" or int(revision) < int(current)):
        downgrade(database, revision)
    elif revision not in ("base", current):
        upgrade(database, revision)


def known_revisions() -> frozenset[str]:
    """Return every revision this version has a migration for."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config_for()).walk_revisions()
    return frozenset(script.revision for script in scripts)


def current_revision(database: Database) -> str | None:
    """Return the revision the database stands at, or None before the first."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def draft(database: Database, name: str) -> str:
    """Write the next numbered migration from the models and return its file name."""
    from alembic import command

    number = f"{int(head_revision()) + 1:04d}"
    script = command.revision(config_for(database), name, autogenerate=True, rev_id=number)
    HEAD_FILE.write_text(f"{number}\n")
    return str(script.path) if script and not isinstance(script, list) else number


def head_revision() -> str:
    """Return the newest revision: the head file names it, so that two branches with one collide."""
    return HEAD_FILE.read_text().strip() if HEAD_FILE.exists() else "0"

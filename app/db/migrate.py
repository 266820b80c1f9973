"""Run Alembic from code: upgrade, downgrade, current and head revision, drafts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from app.db import Database

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"
HEAD_FILE = MIGRATIONS / ".current-head"


def config_for(database: Database | None = None) -> Config:
    """Make Alembic's configuration; the database travels in its attributes."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["database"] = database
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply migrations up to a revision."""
    command.upgrade(config_for(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo migrations down to a revision (`-1` is one step, `base` is all)."""
    command.downgrade(config_for(database), revision)


def current_revision(database: Database) -> str | None:
    """Return the revision the database stands at, or None before the first."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the newest revision of this version."""
    return str(ScriptDirectory.from_config(config_for()).get_current_head())


def draft(database: Database, name: str) -> str:
    """Write the next numbered migration from the models and return its file name."""
    number = f"{int(head_number()) + 1:04d}"
    script = command.revision(config_for(database), name, autogenerate=True, rev_id=number)
    HEAD_FILE.write_text(f"{number}\n")
    return str(script.path) if script and not isinstance(script, list) else number


def head_number() -> str:
    """Return the number in the head file, where two branches with one number collide."""
    return HEAD_FILE.read_text().strip() if HEAD_FILE.exists() else "0"

"""`flask db`: bring the database to the schema of this version, or back."""

import click
from flask.cli import with_appcontext

from app.cli.group import CommandGroup
from app.db import migrate
from app.web.context import database

group = CommandGroup("db", help="Bring the database to the schema of this version, or back.")


@group.command()
@with_appcontext
def upgrade() -> None:
    """Apply every migration that is missing."""
    migrate.upgrade(database())
    click.echo(f"database at {migrate.current_revision(database())}")


@group.command()
@click.argument("revision", default="-1")
@with_appcontext
def downgrade(revision: str) -> None:
    """Undo migrations, the last one unless a revision is named."""
    migrate.downgrade(database(), revision)
    click.echo(f"database at {migrate.current_revision(database())}")


@group.command()
@with_appcontext
def current() -> None:
    """Print the revision the database stands at, and the newest one."""
    click.echo(f"{migrate.current_revision(database())} of {migrate.head_revision()}")


@group.command()
@click.argument("name")
@with_appcontext
def revision(name: str) -> None:
    """Draft the next migration from the difference between models and database."""
    click.echo(migrate.draft(database(), name))

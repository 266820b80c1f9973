"""`flask backup`: create, verify, restore."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.backup import services
from app.backup.expiry import MOST_DAYS, expire_backups
from app.backup.key import KEY, backup_key
from app.backup.trail import OTHER_KEY, is_other_key
from app.cli.group import CommandGroup
from app.db import migrate
from app.web.context import current_clock, database, house

group = CommandGroup("backup", help="Back up the database with its attachments, and restore it.")

made = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="put it in the place of a file that is there")
@with_appcontext
def create(file: Path, *, overwrite: bool) -> None:
    """Write a backup to a new file; encrypted when INTENDANT_BACKUP_KEY is set."""
    manifest = services.create_backup(
        database(),
        house().settings.files_dir,
        file,
        current_clock(),
        anchor=house().settings.audit_anchor,
        passphrase=backup_key(),
        overwrites=overwrite,
    )
    _tell(manifest)


@group.command()
@made
def verify(file: Path) -> None:
    """Read a backup whole and compare every hash."""
    _tell(services.verify_backup(file, passphrase=backup_key()))


@group.command()
@made
@with_appcontext
def restore(file: Path) -> None:
    """Restore into the configured database and folder of files, which must be empty."""
    settings = house().settings
    had_anchor = settings.audit_anchor.exists()
    manifest = services.restore_backup(
        database(),
        settings.files_dir,
        file,
        anchor=settings.audit_anchor,
        passphrase=backup_key(),
    )
    _tell(manifest)
    click.echo("Restored: every row and every file is as it was when the backup was made.")
    head = migrate.head_revision()
    if manifest.revision != head:
        click.echo(f"This version works at revision {head}: run `flask db upgrade` now.")
    if had_anchor:
        click.echo(f"The anchor that stood there was kept as {settings.audit_anchor}.until-….")
    if is_other_key(database(), settings):
        raise click.ClickException(OTHER_KEY)


@group.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=MOST_DAYS,
    show_default=True,
    help="how old a backup may become",
)
@with_appcontext
def expire(folder: Path, days: int) -> None:
    """Delete the backups of a folder that are too old; the newest always stays."""
    before = current_clock().now() - timedelta(days=days)
    done = expire_backups(folder, before, passphrase=backup_key())
    for path in done.removed:
        click.echo(f"removed {path}")
    wrong = [f"{path} cannot be read: set {KEY}, or look at it" for path in done.unreadable]
    if done.kept_too_long:
        wrong.append(f"{done.kept_too_long} is too old, but the newest: make a backup")
    if wrong:
        raise click.ClickException("\n".join(wrong))


def _tell(manifest: services.Manifest) -> None:
    rows = sum(table["rows"] for table in manifest.tables.values())
    click.echo(
        f"{manifest.created_at}: revision {manifest.revision}, {len(manifest.tables)} tables, "
        f"{rows} rows, {len(manifest.files)} files"
    )

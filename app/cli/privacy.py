"""`flask privacy`: forget again whom a restored backup brought back."""

import sys

import click
from flask.cli import with_appcontext

from app.cli.group import CommandGroup
from app.errors import AppError
from app.i18n import use_locale
from app.privacy.again import AGAIN, come_back, forget_person
from app.web.context import database, house

group = CommandGroup("privacy", help="Forget again whom a restored backup brought back.")


@group.command("erase-again")
@click.option("--dry-run", is_flag=True, help="Say who it is, by address, and change nothing.")
@with_appcontext
def erase_again(*, dry_run: bool) -> None:
    """Forget everybody of the list again; exit with status 1 if somebody cannot be."""
    with database().reader() as session:
        back = come_back(house(), session)
    refused = 0
    for one, person in back:
        where = person.url or f"{person.type}/{person.id}"
        if dry_run:
            click.echo(f"{where}, forgotten on {one.at:%Y-%m-%d}, is back")
            continue
        try:
            with database().unit_of_work("cli") as uow:
                forget_person(AGAIN, person, house(), uow, with_files=one.with_files)
        except AppError as error:
            refused += 1
            with use_locale("en"):
                click.echo(f"{where} stays: {error.message}")
        else:
            click.echo(f"{where} is forgotten again")
    click.echo(f"{len(back)} came back, {refused} could not be forgotten again")
    sys.exit(1 if refused else 0)

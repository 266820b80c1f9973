"""`flask demo`: an invented estate to look around in."""

import click
from flask.cli import with_appcontext

from app.cli.group import CommandGroup
from app.demo import DEMO_PASSWORD, SEED_NUMBER, demo_accounts, load_demo
from app.i18n import use_locale
from app.web.context import house

group = CommandGroup("demo", help="Load an invented estate to look around in.")


@group.command()
@click.option("--scale", default=1.0, show_default=True, help="1 is the whole estate.")
@click.option("--seed", "number", default=SEED_NUMBER, show_default=True)
@with_appcontext
def load(scale: float, number: int) -> None:
    """Plant what is missing of the demo.

    The same seed makes the same estate and people on a day; what was called in, repaired and
    measured runs up to the moment it is planted.
    """
    if house().settings.is_production:
        raise click.ClickException("this is production: a demo would mix with real data")
    load_demo(house(), scale=scale, number=number, say=click.echo)


@group.command()
def accounts() -> None:
    """Print the demo accounts, one for each role, and their password."""
    with use_locale("en"):
        for account in demo_accounts():
            click.echo(f"  {account.email:44} {account.label}")
    click.echo(f"  password of each: {DEMO_PASSWORD}")

"""`flask users`: make accounts from the command line."""

import click
from flask.cli import with_appcontext

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.web.context import current_clock, database

group = click.Group("users", help="Make and list accounts.")


@group.command()
@click.argument("email")
@click.option("--name", required=True, help="The name shown on screen.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]))
@click.option("--locale", default="fr", type=click.Choice(["fr", "nl", "en"]))
@click.password_option()
@with_appcontext
def create(email: str, name: str, roles: tuple[str, ...], locale: str, password: str) -> None:
    """Make an account that signs in with a password."""
    command = CreateUser(email, name, tuple(Role(r) for r in roles), password, locale)
    with database().unit_of_work("cli") as uow:
        create_user(system_actor("flask users create"), command, uow, current_clock())
    click.echo(f"{email} can sign in")

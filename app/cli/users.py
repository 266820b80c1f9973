"""`flask users`: make, list and archive accounts, and links with which people choose a password."""

from __future__ import annotations

import click
from flask import current_app, url_for
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import password_changes, services
from app.auth.actor import system_actor
from app.auth.commands import CreateUser
from app.auth.models import User
from app.auth.roles import Role
from app.cli.group import CommandGroup
from app.demo import plant_accounts
from app.i18n import LOCALES
from app.web.context import current_clock, database, house

group = CommandGroup("users", help="Make, list and archive accounts.")


def find_by_email(email: str, session: Session) -> User:
    """Return the account of an address; a plain error when there is none."""
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise click.ClickException(f"no account has the address {email}")
    return user


@group.command()
@click.argument("email")
@click.option("--name", required=True, help="The name shown on screen.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]))
@click.option("--locale", default="fr", type=click.Choice(LOCALES))
@click.option("--link", is_flag=True, help="Print a one-time link instead of asking a password.")
@with_appcontext
def create(email: str, name: str, roles: tuple[str, ...], locale: str, *, link: bool) -> None:
    """Make an account that sees the whole estate; its scope is narrowed on screen."""
    password = "" if link else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    actor = system_actor("flask users create")
    command = CreateUser(email, name, tuple(Role(r) for r in roles), password, locale)
    with database().unit_of_work("cli") as uow:
        user = services.create_user(actor, command, uow, current_clock())
    click.echo(f"{user.email} is made")
    if link:
        _print_link(user.email)


@group.command("list")
@click.option("--archived", is_flag=True, help="The archived ones instead.")
@with_appcontext
def list_accounts(*, archived: bool) -> None:
    """List accounts with their roles."""
    wanted = User.archived_at.is_not(None) if archived else User.archived_at.is_(None)
    with database().reader() as session:
        for user in session.scalars(select(User).where(wanted).order_by(User.email)):
            roles = ", ".join(held.role.value for held in user.roles) or "no role"
            click.echo(f"{user.email:44} {user.locale}  {roles}")


@group.command()
@click.argument("email")
@with_appcontext
def archive(email: str) -> None:
    """Take an account out of use; its sessions end at once."""
    with database().unit_of_work("cli") as uow:
        user = find_by_email(email, uow.session)
        services.archive_user(system_actor("flask users archive"), user.id, uow, current_clock())
    click.echo(f"{email} is archived")


@group.command()
@click.argument("email")
@with_appcontext
def password(email: str) -> None:
    """Print a one-time link with which a person chooses a password; it lives two days."""
    _print_link(email)


@group.command()
@with_appcontext
def demo() -> None:
    """Make the demo accounts, one for each role; refused in production."""
    if house().settings.is_production:
        raise click.ClickException("this is production: demo accounts would be open doors")
    plant_accounts(database(), system_actor("flask users demo"), current_clock())
    click.echo("the demo accounts exist; `flask demo accounts` lists them")


def _print_link(email: str) -> None:
    with database().unit_of_work("cli") as uow:
        user = find_by_email(email, uow.session)
        secret = password_changes.make_password_link(
            system_actor("flask users password"), user.id, uow, current_clock()
        )
    with current_app.test_request_context():
        path = url_for("auth.password_link", secret=secret)
    click.echo(house().settings.base_url + path)

"""`flask tokens`: personal keys for programs."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.auth import tokens
from app.auth.actor import system_actor
from app.auth.commands import CreateToken
from app.auth.models import ApiToken
from app.auth.sessions import actor_of
from app.cli.group import CommandGroup
from app.cli.users import find_by_email
from app.registry import permissions_of
from app.web.context import current_clock, database, house

group = CommandGroup("tokens", help="Make, list and revoke personal keys of the API.")


@group.command()
@click.argument("email")
@click.option("--name", default="flask tokens", show_default=True, help="What will use it.")
@click.option("--days", default=90, show_default=True, help="How long it lives, at most 366.")
@click.option("--permission", "permissions", multiple=True, help="Only this; may be repeated.")
@with_appcontext
def create(email: str, name: str, days: int, permissions: tuple[str, ...]) -> None:
    """Print a key with which a program acts for the account, shown this once."""
    for unknown in sorted(set(permissions) - set(permissions_of(house().modules))):
        raise click.BadParameter(f"There is no permission “{unknown}”.", param_hint="--permission")
    command = CreateToken(name, permissions, days)
    with database().unit_of_work("cli") as uow:
        owner = find_by_email(email, uow.session)
        actor = actor_of(owner, house().grants, uow.session)
        _token, secret = tokens.issue_token(actor, owner.id, command, uow, current_clock())
    click.echo(secret)


@group.command("list")
@with_appcontext
def list_keys() -> None:
    """List the keys in use: identifier, beginning, owner, name, end."""
    with database().reader() as session:
        for token in session.scalars(select(ApiToken).where(ApiToken.revoked_at.is_(None))):
            until = token.expires_at.date().isoformat()
            click.echo(f"{token.id}  {token.prefix}  {until}  {token.user.email}  {token.name}")


@group.command()
@click.argument("token_id", type=click.UUID)
@with_appcontext
def revoke(token_id: UUID) -> None:
    """End a key at once."""
    with database().unit_of_work("cli") as uow:
        tokens.revoke_token(system_actor("flask tokens revoke"), token_id, uow, current_clock())
    click.echo("revoked")

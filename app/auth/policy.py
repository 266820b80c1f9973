"""The checks of rights, first line of every service."""

from app.auth.actor import Actor
from app.errors import Forbidden


def require(actor: Actor, permission: str) -> None:
    """Raise Forbidden unless the actor holds a permission."""
    if not actor.can(permission):
        raise Forbidden(permission=str(permission))


def require_whole(actor: Actor) -> None:
    """Raise Forbidden for a key made for some permissions: an account is none of them."""
    if actor.is_narrowed:
        raise Forbidden

"""How a route says who may call it; a route that says nothing is refused by everyone."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

SIGNED_IN = "signed-in"


def needs(permission: str) -> Callable[[View], View]:
    """Declare the permission a route needs; `SIGNED_IN` asks only for a session."""

    def declare(view: View) -> View:
        view.needs_permission = str(permission)  # type: ignore[attr-defined]
        return view

    return declare


def public(reason: str) -> Callable[[View], View]:
    """Declare that a route is open to everybody, and why."""

    def declare(view: View) -> View:
        view.public_reason = reason  # type: ignore[attr-defined]
        return view

    return declare


def background(view: View) -> View:
    """Declare that pages ask for this by themselves, so that it does not count as activity."""
    view.is_background = True  # type: ignore[attr-defined]
    return view

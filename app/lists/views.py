"""Keep views of lists: private or shared, one of them the default of a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.models import User
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict, Invalid, NotFound
from app.i18n import lazy as _l
from app.lists.models import DefaultView, SavedView
from app.policies import HousePermission

MOST_VIEWS = 50
MOST_CHARACTERS = 4000
_NO_NAME = _l("Give the view a name.")
_TOO_MANY = _l("You keep many views of this list already: delete one first.")
_TOO_LONG = _l("This view is too long to be kept: use fewer filters.")


@dataclass(frozen=True, slots=True)
class SaveView:
    """Keep a view of a list under a name; `query` is the address after the question mark.

    Unsaid, a view that is shared already stays so.
    """

    list_name: str
    name: str
    query: str
    is_shared: bool | None = None


def save_view(actor: Actor, command: SaveView, uow: UnitOfWork, clock: Clock) -> SavedView:
    """Keep a view; one of the same name of the same person is replaced."""
    if command.is_shared:
        require(actor, HousePermission.VIEW_SHARE)
    name = " ".join(command.name.split())[:80]
    if not name:
        raise Invalid("view_without_name", _NO_NAME, field="name")
    if len(command.query) > MOST_CHARACTERS:
        raise Invalid("view_too_long", _TOO_LONG, field="name")
    mine = (SavedView.list_name == command.list_name) & (SavedView.owner_id == actor.user_id)
    view = uow.session.scalar(select(SavedView).where(mine, SavedView.name == name))
    if view is None:
        kept = uow.session.scalar(select(func.count()).select_from(SavedView).where(mine)) or 0
        if kept >= MOST_VIEWS:
            raise Conflict("too_many_views", _TOO_MANY, field="name")
        view = SavedView(
            list_name=command.list_name[:80],
            name=name,
            owner_id=actor.user_id,
            is_shared=False,
            created_at=clock.now(),
        )
        uow.session.add(view)
    view.query = command.query
    if command.is_shared is not None:
        view.is_shared = command.is_shared
    uow.flush()
    return view


def delete_view(actor: Actor, view_id: UUID, uow: UnitOfWork) -> SavedView:
    """Forget a view: one's own, or any shared one for who manages the settings."""
    view = _visible(actor, view_id, uow.session)
    if view.owner_id != actor.user_id:
        require(actor, HousePermission.SETTINGS_MANAGE)
    uow.session.execute(delete(DefaultView).where(DefaultView.view_id == view.id))
    uow.session.delete(view)
    return view


def choose_default(
    actor: Actor, view_id: UUID, uow: UnitOfWork, *, is_default: bool | None = None
) -> SavedView:
    """Open the list with this view from now on, or stop that; unsaid, choosing it again stops."""
    view = _visible(actor, view_id, uow.session)
    present = uow.session.get(DefaultView, (actor.user_id, view.list_name))
    is_present = present is not None and present.view_id == view.id
    wanted = not is_present if is_default is None else is_default
    if wanted and present is not None:
        present.view_id = view.id
    elif wanted:
        row = DefaultView(user_id=actor.user_id, list_name=view.list_name, view_id=view.id)
        uow.session.add(row)
    elif is_present:
        uow.session.delete(present)
    return view


def list_views(actor: Actor, list_name: str, session: Session) -> Sequence[tuple[SavedView, bool]]:
    """Return the views of a list an actor can use, each with whether it is their default."""
    query = (
        select(SavedView, DefaultView.view_id)
        .outerjoin(
            DefaultView,
            (DefaultView.view_id == SavedView.id) & (DefaultView.user_id == actor.user_id),
        )
        .where(
            SavedView.list_name == list_name,
            or_(SavedView.owner_id == actor.user_id, SavedView.is_shared.is_(True)),
        )
        .order_by(SavedView.is_shared, SavedView.name, SavedView.id)
    )
    return [(view, default is not None) for view, default in session.execute(query)]


def sharers_of(actor: Actor, shown: Iterable[SavedView], session: Session) -> dict[UUID, str]:
    """Return the names of the colleagues who share some of these views, by account."""
    others = {view.owner_id for view in shown if view.owner_id != actor.user_id}
    if not others:
        return {}
    named = select(User.id, User.display_name).where(User.id.in_(others))
    return dict(session.execute(named).all())


def _visible(actor: Actor, view_id: UUID, session: Session) -> SavedView:
    view = session.get(SavedView, view_id)
    if view is None or (view.owner_id != actor.user_id and not view.is_shared):
        raise NotFound
    return view

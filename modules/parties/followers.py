"""What other modules declare so that their rows follow a party that is merged into another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.parties.events import PartyMerged, PartyMergeUndone

Handlers = tuple[tuple[type, Callable[..., None]], ...]


def follow_parties(*columns: Any) -> Handlers:
    """Return the handlers that move rows with a party they point at, and back when that is undone.

    `columns` are attributes of models with an `id`, such as `Ticket.caller_id`.
    """

    def follow(event: PartyMerged, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> None:
        for column in columns:
            model = column.class_
            ids = uow.session.scalars(select(model.id).where(column == event.merged_id)).all()
            _point(uow, column, ids, event.merged_id, event.kept_id)
            if ids:
                event.moved[_name(column)] = [str(one) for one in ids]

    def go_back(event: PartyMergeUndone, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> None:
        for column in columns:
            ids = [UUID(one) for one in event.moved.get(_name(column), ())]
            _point(uow, column, ids, event.kept_id, event.merged_id)

    return ((PartyMerged, follow), (PartyMergeUndone, go_back))


def _name(column: Any) -> str:
    return f"{column.class_.__tablename__}.{column.key}"


def _point(uow: UnitOfWork, column: Any, ids: Any, origin: UUID, target: UUID) -> None:
    """Move rows that still point at `origin`: what was given or forgotten since stays so."""
    model = column.class_
    if ids:
        uow.session.execute(
            update(model).where(model.id.in_(ids), column == origin).values({column.key: target}),
            execution_options={"synchronize_session": False},
        )

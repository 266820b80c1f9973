"""Duplicates: found, dismissed, settled by a merge, and brought up again when it is undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import NotFound
from modules.parties.enums import DuplicateState
from modules.parties.matching import Likeness, Match, find_matches
from modules.parties.models import (
    Occupancy,
    Party,
    PartyDuplicate,
    PartyEmail,
    PartyPhone,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import select_pairs
from modules.parties.queries.people import get_party
from modules.parties.services.people import note


def find_duplicates(uow: UnitOfWork, clock: Clock) -> int:
    """Look for parties that look alike and note the new pairs; return how many were new.

    A pair that was dismissed or merged is not brought up again.
    """
    known = {
        (first, second)
        for first, second in uow.session.execute(
            select(PartyDuplicate.first_id, PartyDuplicate.second_id)
        )
    }
    matches = [
        match
        for match in find_matches(_likenesses(uow.session))
        if (match.first_id, match.second_id) not in known
    ]
    uow.session.add_all(_row(match, clock) for match in matches)
    uow.flush()
    return len(matches)


def _row(match: Match, clock: Clock) -> PartyDuplicate:
    return PartyDuplicate(
        first_id=match.first_id,
        second_id=match.second_id,
        score=match.score,
        reasons=JsonDict(dict(match.reasons)),
        found_at=clock.now(),
    )


def _likenesses(session: Session) -> list[Likeness]:
    """Read what is compared of every living party, in four queries."""
    phones = _gathered(session, PartyPhone.party_id, PartyPhone.e164)
    emails = _gathered(session, PartyEmail.party_id, PartyEmail.email)
    lots = _gathered(session, Occupancy.party_id, Occupancy.lot_id)
    statement = select(Party.id, Party.sort_name, Party.birth_date, Party.kind).where(
        Party.archived_at.is_(None), Party.merged_into_id.is_(None)
    )
    return [
        Likeness(
            id=party_id,
            name=name,
            birth_date=born,
            phones=frozenset(phones.get(party_id, ())),
            emails=frozenset(emails.get(party_id, ())),
            lots=frozenset(lots.get(party_id, ())),
            kind=kind.value,
        )
        for party_id, name, born, kind in session.execute(statement)
    ]


def _gathered(session: Session, owner: Any, value: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for party_id, item in session.execute(select(owner, value)):
        found.setdefault(party_id, []).append(item)
    return found


def dismiss_duplicate(
    actor: Actor, duplicate_id: UUID, uow: UnitOfWork, clock: Clock
) -> PartyDuplicate:
    """Write that two parties are not the same, so that they are not brought up again."""
    require(actor, PartyPermission.MERGE)
    duplicate = uow.session.get(PartyDuplicate, duplicate_id)
    if duplicate is None:
        raise NotFound
    first = get_party(actor, uow.session, duplicate.first_id)
    get_party(actor, uow.session, duplicate.second_id)
    _decide(duplicate, DuplicateState.DISMISSED, actor, clock)
    uow.flush()
    note(uow, actor, clock, "dismiss_duplicate", first)
    return duplicate


def dismiss_duplicates(
    actor: Actor, pair_ids: Collection[UUID], uow: UnitOfWork, clock: Clock
) -> int:
    """Write of several pairs that they are two; those decided or gone meanwhile are left alone."""
    ticked = select_pairs(actor).where(PartyDuplicate.id.in_(pair_ids))
    pairs = uow.session.scalars(ticked).all()
    for pair in pairs:
        dismiss_duplicate(actor, pair.id, uow, clock)
    return len(pairs)


def _decide(duplicate: PartyDuplicate, state: DuplicateState, actor: Actor, clock: Clock) -> None:
    duplicate.state = state
    duplicate.decided_at = clock.now()
    duplicate.decided_by_id = actor.user_id


def close_pairs(
    session: Session, kept_id: UUID, merged_id: UUID, actor: Actor, clock: Clock
) -> list[str]:
    """Settle the pair, and every other open pair of the party that is gone; return which."""
    gone = (PartyDuplicate.first_id == merged_id) | (PartyDuplicate.second_id == merged_id)
    statement = select(PartyDuplicate).where(gone, PartyDuplicate.state == DuplicateState.OPEN)
    pairs = session.scalars(statement.order_by(PartyDuplicate.id)).all()
    for pair in pairs:
        is_this = {pair.first_id, pair.second_id} == {kept_id, merged_id}
        state = DuplicateState.MERGED if is_this else DuplicateState.DISMISSED
        _decide(pair, state, actor, clock)
    return [str(pair.id) for pair in pairs]


def open_pairs_again(session: Session, pair_ids: Sequence[str]) -> None:
    """Bring up again what a merge settled by the way, unless one of the two is gone since."""
    gone = select(Party.id).where(Party.archived_at.is_not(None))
    statement = select(PartyDuplicate).where(
        PartyDuplicate.id.in_([UUID(one) for one in pair_ids]),
        PartyDuplicate.first_id.not_in(gone),
        PartyDuplicate.second_id.not_in(gone),
    )
    for pair in session.scalars(statement):
        pair.state, pair.decided_at, pair.decided_by_id = DuplicateState.OPEN, None, None

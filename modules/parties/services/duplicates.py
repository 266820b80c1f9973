"""Duplicates: found, dismissed, merged without losing links, and merges undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import NotFound
from app.search.changes import touch_documents
from modules.parties.commands import MergeParties
from modules.parties.enums import DuplicateState
from modules.parties.errors import merge_undone_already, merged_already, merged_since, same_party
from modules.parties.events import PartyMerged, PartyMergeUndone
from modules.parties.matching import Likeness, Match, find_matches
from modules.parties.models import (
    ContactPermission,
    Occupancy,
    Party,
    PartyDuplicate,
    PartyEmail,
    PartyMerge,
    PartyPhone,
    PartyRelation,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import get_party
from modules.parties.services.people import note, spell

# What points at a party in this module, with what makes two rows say the same.
_LINKS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("party_phones.party_id", PartyPhone.party_id, ("e164",)),
    ("party_emails.party_id", PartyEmail.party_id, ("email",)),
    ("contact_permissions.party_id", ContactPermission.party_id, ("channel",)),
    ("occupancies.party_id", Occupancy.party_id, ()),
    ("party_relations.party_id", PartyRelation.party_id, ("person_id", "relation", "starts_on")),
    ("party_relations.person_id", PartyRelation.person_id, ("party_id", "relation", "starts_on")),
)
_GAPS = ("first_name", "birth_date", "enterprise_number", "postal_address", "note")


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


def _decide(duplicate: PartyDuplicate, state: DuplicateState, actor: Actor, clock: Clock) -> None:
    duplicate.state = state
    duplicate.decided_at = clock.now()
    duplicate.decided_by_id = actor.user_id


def merge_parties(actor: Actor, command: MergeParties, uow: UnitOfWork, clock: Clock) -> PartyMerge:
    """Merge one party into another: every link moves, gaps are filled, and it can be undone.

    A number both have stays once; the other copy stays with the merged party, so that undoing
    gives each its own again. Other modules move their links on `PartyMerged`.
    """
    require(actor, PartyPermission.MERGE)
    if command.kept_id == command.merged_id:
        raise same_party()
    kept = get_party(actor, uow.session, command.kept_id)
    merged = get_party(actor, uow.session, command.merged_id)
    if kept.merged_into_id or merged.merged_into_id:
        raise merged_already()
    moved = _move_links(uow.session, merged.id, kept.id)
    filled = _fill_gaps(kept, merged)
    spell(kept)
    event = PartyMerged(kept.id, merged.id, moved)
    merged.merged_into_id = kept.id
    merged.archive(actor.user_id, clock.now())
    kept.updated_at = clock.now()
    uow.flush()
    uow.publish(event, actor, clock)
    pairs = _close_pairs(uow.session, kept.id, merged.id, actor, clock)
    merge = PartyMerge(
        kept_id=kept.id,
        merged_id=merged.id,
        moved=JsonDict({"links": event.moved, "filled": filled, "pairs": pairs}),
        merged_at=clock.now(),
        merged_by_id=actor.user_id,
    )
    uow.session.add(merge)
    uow.flush()
    uow.session.expire(kept)
    uow.session.expire(merged)
    touch_documents(uow.session, "party", [kept.id, merged.id])
    for party in (kept, merged):
        note(uow, actor, clock, "merge", party)
    return merge


def _move_links(session: Session, source: UUID, target: UUID) -> dict[str, list[str]]:
    """Point the links of one party at another, leaving those that would say a thing twice."""
    moved: dict[str, list[str]] = {}
    for name, column, same in _LINKS:
        model = column.class_
        present = (
            {_key(row, same) for row in session.scalars(_of(column, target))} if same else set()
        )
        rows = session.scalars(_of(column, source)).all()
        ids = [
            row.id
            for row in rows
            if (not same or _key(row, same) not in present) and not _ties_to(row, target)
        ]
        if ids:
            session.execute(
                update(model).where(model.id.in_(ids)).values({column.key: target}),
                execution_options={"synchronize_session": False},
            )
            moved[name] = [str(i) for i in ids]
    return moved


def _of(column: Any, party_id: UUID) -> Any:
    return select(column.class_).where(column == party_id)


def _key(row: Any, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _ties_to(row: Any, target: UUID) -> bool:
    """Tell whether a relation would tie a party to itself once moved."""
    return isinstance(row, PartyRelation) and target in {row.party_id, row.person_id}


def _fill_gaps(kept: Party, merged: Party) -> list[str]:
    filled = []
    for name in _GAPS:
        if not getattr(kept, name) and getattr(merged, name):
            setattr(kept, name, getattr(merged, name))
            filled.append(name)
    if kept.language == "unknown" and merged.language != "unknown":
        kept.language = merged.language
        filled.append("language")
    return filled


def _close_pairs(
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


def _open_pairs(session: Session, pair_ids: Sequence[str]) -> None:
    """Bring up again what a merge settled by the way, unless one of the two is gone since."""
    gone = select(Party.id).where(Party.archived_at.is_not(None))
    statement = select(PartyDuplicate).where(
        PartyDuplicate.id.in_([UUID(one) for one in pair_ids]),
        PartyDuplicate.first_id.not_in(gone),
        PartyDuplicate.second_id.not_in(gone),
    )
    for pair in session.scalars(statement):
        pair.state, pair.decided_at, pair.decided_by_id = DuplicateState.OPEN, None, None


def undo_merge(actor: Actor, merge_id: UUID, uow: UnitOfWork, clock: Clock) -> PartyMerge:
    """Take a merge back: what was moved returns, what was filled in is emptied again.

    The pairs it settled are brought up again.
    What somebody changed since stays as it is. Raises Conflict when it was undone before, or when
    the party that was kept has been merged since: its links went on to another.
    """
    require(actor, PartyPermission.MERGE)
    merge = uow.session.get(PartyMerge, merge_id)
    if merge is None:
        raise NotFound
    kept = get_party(actor, uow.session, merge.kept_id)
    if merge.undone_at is not None:
        raise merge_undone_already()
    if kept.merged_into_id is not None:
        raise merged_since()
    merged = uow.session.get(Party, merge.merged_id)
    if merged is None:
        raise NotFound
    links: dict[str, list[str]] = merge.moved["links"]
    for name, column, _same in _LINKS:
        ids = [UUID(i) for i in links.get(name, ())]
        model = column.class_
        uow.session.execute(
            update(model).where(model.id.in_(ids)).values({column.key: merged.id}),
            execution_options={"synchronize_session": False},
        )
    for name in merge.moved["filled"]:
        if getattr(kept, name) == getattr(merged, name):
            setattr(kept, name, _empty(name))
    spell(kept)
    merged.merged_into_id = None
    merged.restore()
    merge.undone_at = clock.now()
    uow.flush()
    # A merge kept by an earlier release does not say which pairs it settled.
    _open_pairs(uow.session, merge.moved.get("pairs", ()))
    uow.publish(PartyMergeUndone(kept.id, merged.id, links), actor, clock)
    uow.session.expire(kept)
    uow.session.expire(merged)
    touch_documents(uow.session, "party", [kept.id, merged.id])
    for party in (kept, merged):
        note(uow, actor, clock, "undo_merge", party)
    return merge


def _empty(name: str) -> str | None:
    if name == "language":
        return "unknown"
    return None if name in {"birth_date", "enterprise_number"} else ""

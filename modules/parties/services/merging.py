"""Merge two parties without losing links, and take a merge back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork, Versioned
from app.errors import NotFound
from app.search.changes import touch_documents
from modules.parties.commands import MergeParties
from modules.parties.errors import (
    archived_cannot_merge,
    merge_undone_already,
    merged_already,
    merged_since,
    same_party,
)
from modules.parties.events import PartyMerged, PartyMergeUndone
from modules.parties.models import (
    ContactPermission,
    Occupancy,
    Party,
    PartyEmail,
    PartyMerge,
    PartyPhone,
    PartyRelation,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import get_party
from modules.parties.services.duplicates import close_pairs, open_pairs_again
from modules.parties.services.heads import step_down, step_up_again
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


def merge_parties(actor: Actor, command: MergeParties, uow: UnitOfWork, clock: Clock) -> PartyMerge:
    """Merge one party into another: every link moves, gaps are filled, and it can be undone.

    A number both have stays once; the other copy stays with the merged party, so that undoing
    gives each its own again. Of two heads at a time one stays, as `stepped` says. Other
    modules move their links on `PartyMerged`.
    """
    require(actor, PartyPermission.MERGE)
    if command.kept_id == command.merged_id:
        raise same_party()
    kept = get_party(actor, uow.session, command.kept_id)
    merged = get_party(actor, uow.session, command.merged_id)
    if kept.merged_into_id or merged.merged_into_id:
        raise merged_already()
    for party in (kept, merged):
        if party.archived_at is not None:
            raise archived_cannot_merge(party.full_name)
    stepped = step_down(uow.session, kept.id, merged.id)
    moved, states = _move_links(uow.session, merged.id, kept.id)
    filled = _fill_gaps(kept, merged)
    spell(kept)
    event = PartyMerged(kept.id, merged.id, moved)
    merged.merged_into_id = kept.id
    merged.archive(actor.user_id, clock.now())
    kept.updated_at = clock.now()
    uow.flush()
    uow.publish(event, actor, clock)
    pairs = close_pairs(uow.session, kept.id, merged.id, actor, clock)
    merge = PartyMerge(
        kept_id=kept.id,
        merged_id=merged.id,
        moved=JsonDict(
            {
                "links": event.moved,
                "states": states,
                "filled": filled,
                "pairs": pairs,
                "stepped": stepped,
            }
        ),
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


def _move_links(
    session: Session, source: UUID, target: UUID
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Point the links of one party at another, leaving those that would say a thing twice.

    Return which, and the state of each that people may change.
    """
    moved: dict[str, list[str]] = {}
    states: dict[str, str] = {}
    for name, column, same in _LINKS:
        present = (
            {_key(row, same) for row in session.scalars(_of(column, target))} if same else set()
        )
        rows = session.scalars(_of(column, source)).all()
        moving = [
            row
            for row in rows
            if (not same or _key(row, same) not in present) and not _ties_to(row, target)
        ]
        if moving:
            _point(session, column, [row.id for row in moving], target)
            moved[name] = [str(row.id) for row in moving]
            states |= {str(row.id): _state(row) for row in moving}
    return moved, states


def _point(session: Session, column: Any, ids: Sequence[UUID], target: UUID) -> None:
    model = column.class_
    session.execute(
        update(model).where(model.id.in_(ids)).values({column.key: target}),
        execution_options={"synchronize_session": False},
    )


def _state(row: Any) -> str:
    """Return what changes when somebody changes a link; a number or an address is only removed."""
    if isinstance(row, ContactPermission):
        return f"{row.is_allowed} {row.since.isoformat()}"
    return str(row.version) if isinstance(row, Versioned) else ""


def _move_back(
    session: Session, moved: Mapping[str, Any], kept: UUID, merged: UUID
) -> dict[str, int]:
    """Give a party its links again; those changed or removed since stay, and are counted.

    A merge kept by an earlier release does not say in which state they were.
    """
    left: Counter[str] = Counter()
    states = moved.get("states", {})
    for name, column, _same in _LINKS:
        ids = [UUID(one) for one in moved["links"].get(name, ())]
        rows = session.scalars(_of(column, kept).where(column.class_.id.in_(ids))).all()
        back = [row.id for row in rows if states.get(str(row.id), _state(row)) == _state(row)]
        _point(session, column, back, merged)
        left[column.class_.__tablename__] += len(ids) - len(back)
    return dict(+left)


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


def undo_merge(actor: Actor, merge_id: UUID, uow: UnitOfWork, clock: Clock) -> PartyMerge:
    """Take a merge back: what was moved returns, what was filled in is emptied again.

    The pairs it settled are brought up again. What somebody changed since stays as it is, and
    `moved["left"]` counts such links; when the kept one was archived since, both are. Raises
    Conflict when it was undone before, or when the party that was kept has been merged since: its
    links went on to another.
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
    left = _move_back(uow.session, merge.moved, kept.id, merged.id)
    merge.moved = JsonDict({**merge.moved, "left": left})
    step_up_again(uow.session, merge.stepped, kept.id)
    for name in merge.moved["filled"]:
        if getattr(kept, name) == getattr(merged, name):
            setattr(kept, name, _empty(name))
    spell(kept)
    merged.merged_into_id = None
    if merged.erased_at is None:
        # The office had no more to do with either of them, once the kept one was archived.
        merged.archived_at, merged.archived_by_id = kept.archived_at, kept.archived_by_id
    merge.undone_at = clock.now()
    uow.flush()
    # A merge kept by an earlier release does not say which pairs it settled.
    open_pairs_again(uow.session, merge.moved.get("pairs", ()))
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

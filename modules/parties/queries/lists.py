"""Lists of parties: whom the actor may see, ready to be filtered, sorted and paged."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, selectinload, with_expression

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from app.search.identifiers import IdentifierKind, identify
from app.search.normalise import typed_words
from modules.parties.enums import DuplicateState
from modules.parties.models import (
    Occupancy,
    Party,
    PartyDuplicate,
    PartyEmail,
    PartyMerge,
    PartyPhone,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.scope import parties_in_scope
from modules.portfolio.api import lot_address_sql, visible_lot_ids

# The two sides of a pair, in one statement.
FIRST, SECOND = aliased(Party), aliased(Party)


def select_parties(actor: Actor) -> Select[Party]:
    """Return the living parties the actor sees, with phones and e-mails in two more queries."""
    return select_bare_parties(actor).options(
        selectinload(Party.phones), selectinload(Party.emails)
    )


def select_bare_parties(actor: Actor) -> Select[Party]:
    """Return the living parties the actor sees, without phones and e-mails."""
    living = select(Party).where(Party.archived_at.is_(None), Party.merged_into_id.is_(None))
    return parties_in_scope(living, actor)


def select_listed_parties(actor: Actor) -> Select[Party]:
    """Return the parties of the list: the living ones, and the archived that may come back."""
    known = select(Party).where(Party.erased_at.is_(None), Party.merged_into_id.is_(None))
    return parties_in_scope(known, actor).options(
        selectinload(Party.phones), selectinload(Party.emails)
    )


def select_parties_with_homes(actor: Actor) -> Select[Party]:
    """Return the parties of the list with the address each is in, of the lots the actor sees."""
    lots = visible_lot_ids(actor)
    seen = true() if lots is None else Occupancy.lot_id.in_(lots)
    latest = (
        select(Occupancy.lot_id)
        .where(Occupancy.party_id == Party.id, Occupancy.ends_on.is_(None), seen)
        .order_by(Occupancy.starts_on.desc())
        .limit(1)
        .correlate(Party)
        .scalar_subquery()
    )
    home = with_expression(Party.home, lot_address_sql(latest))
    return select_listed_parties(actor).options(home)


def matches_party(text: str) -> ColumnElement[bool]:
    """Return the condition that a party is called so, or has this number or address."""
    words = typed_words(text).all
    column = Party.search_text
    named = and_(
        true(),
        *(
            or_(
                column.startswith(word, autoescape=True),
                column.contains(f" {word}", autoescape=True),
            )
            for word in words
        ),
    )
    conditions = [named] if words else []
    for item in identify(text):
        if item.kind is IdentifierKind.PHONE:
            conditions.append(_has_phone(PartyPhone.e164 == f"+{item.value}"))
        elif item.kind is IdentifierKind.LAST_DIGITS:
            conditions.append(_has_phone(ends_with(item.value)))
        elif item.kind is IdentifierKind.EMAIL:
            conditions.append(has_email(item.value))
    return or_(*conditions) if conditions else Party.id.is_not(None)


def ends_with(reversed_ending: str) -> ColumnElement[bool]:
    """Return the condition that a telephone number ends with some digits, given backwards.

    A range uses the index of each database; its end is of digits alone, as a sign may sort before
    them: in French or Dutch PostgreSQL puts the colon there.
    """
    digits = PartyPhone.reversed_digits
    return digits.between(reversed_ending, reversed_ending.ljust(digits.type.length, "9"))


def has_email(beginning: str) -> ColumnElement[bool]:
    """Return the condition that an e-mail of a party begins so, in lower case."""
    email = PartyEmail.email.startswith(beginning, autoescape=True)
    return Party.id.in_(select(PartyEmail.party_id).where(email))


def _has_phone(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Party.id.in_(select(PartyPhone.party_id).where(condition))


def is_housed(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001 # the value of a filter
    """Return the condition that a party occupies a lot without a known end, or that it does not."""
    here = exists().where(Occupancy.party_id == Party.id, Occupancy.ends_on.is_(None))
    return here if wanted else ~here


def select_pairs(actor: Actor) -> Select[PartyDuplicate]:
    """Return the pairs to decide on with both sides; a pair waits while one is archived."""
    require(actor, PartyPermission.MERGE)
    living = select_bare_parties(actor).with_only_columns(Party.id)
    first, second = PartyDuplicate.first, PartyDuplicate.second
    return (
        select(PartyDuplicate)
        .join(first.of_type(FIRST))
        .join(second.of_type(SECOND))
        .options(contains_eager(first.of_type(FIRST)), contains_eager(second.of_type(SECOND)))
        .where(
            PartyDuplicate.state == DuplicateState.OPEN,
            PartyDuplicate.first_id.in_(living),
            PartyDuplicate.second_id.in_(living),
        )
    )


def is_in_pair(text: str) -> ColumnElement[bool]:
    """Return the condition that one side of a pair is called so, or has this number or address."""
    found = select(Party.id).where(matches_party(text))
    return or_(PartyDuplicate.first_id.in_(found), PartyDuplicate.second_id.in_(found))


def get_pair(actor: Actor, session: Session, pair_id: UUID) -> PartyDuplicate:
    """Return a pair to decide on; NotFound when it was decided or is out of scope."""
    contacts = [
        contains_eager(side.of_type(party)).selectinload(channel)
        for side, party in ((PartyDuplicate.first, FIRST), (PartyDuplicate.second, SECOND))
        for channel in (party.phones, party.emails)
    ]
    query = select_pairs(actor).where(PartyDuplicate.id == pair_id)
    pair = session.scalars(query.options(*contacts)).first()
    if pair is None:
        raise NotFound
    return pair


def open_pairs(actor: Actor, session: Session, limit: int = 100) -> Sequence[PartyDuplicate]:
    """Return the pairs to decide on, the most alike first; both sides must be in scope."""
    order = (PartyDuplicate.score.desc(), PartyDuplicate.id)
    return session.scalars(select_pairs(actor).order_by(*order).limit(limit)).all()


def count_open_pairs(actor: Actor, session: Session) -> int:
    """Count the pairs to decide on."""
    pairs = select_pairs(actor).with_only_columns(func.count())
    return session.scalar(pairs) or 0


def merges_of(session: Session, party_id: UUID) -> Sequence[PartyMerge]:
    """Return the merges into a party that were not undone, the latest first."""
    statement = select(PartyMerge).where(
        PartyMerge.kept_id == party_id, PartyMerge.undone_at.is_(None)
    )
    return session.scalars(statement.order_by(PartyMerge.merged_at.desc())).all()

"""Taking a party out of the lists, and bringing it back."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.search.changes import touch_documents
from modules.parties.commands import Change
from modules.parties.errors import (
    erased_for_good,
    household_lives_here,
    lives_here,
    merged_already,
)
from modules.parties.events import PartyArchived
from modules.parties.models import Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import get_party
from modules.parties.queries.related import housed_of, housemates_of
from modules.parties.services.people import note


def archive_party(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Party:
    """Take a party the office has no more to do with out of the lists and the search.

    Conflict while it or its household is in a lot, or will be; another module that still works for
    it refuses on `PartyArchived`.
    """
    party = _asked(actor, change, uow)
    if party.archived_at is not None:
        return party
    _refuse_housed(party, uow.session, clock.today())
    party.archive(actor.user_id, clock.now())
    return _written(actor, party, "archive", uow, clock)


def _refuse_housed(party: Party, session: Session, day: date) -> None:
    """Raise Conflict while a party is in a lot or will be, itself or with its household."""
    housed = housed_of(session, {party.id, *housemates_of(session, party, day)}, day)
    if party.id in housed:
        raise lives_here()
    if housed:
        raise household_lives_here()


def restore_party(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Party:
    """Bring an archived party back; Conflict for one that was merged or erased."""
    party = _asked(actor, change, uow)
    if party.erased_at is not None:
        raise erased_for_good()
    if party.merged_into_id is not None:
        raise merged_already()
    if party.archived_at is None:
        return party
    party.restore()
    return _written(actor, party, "restore", uow, clock)


def _asked(actor: Actor, change: Change, uow: UnitOfWork) -> Party:
    require(actor, PartyPermission.ARCHIVE)
    party = get_party(actor, uow.session, change.id)
    party.require_version(change.version)
    return party


def _written(actor: Actor, party: Party, verb: str, uow: UnitOfWork, clock: Clock) -> Party:
    party.updated_at = clock.now()
    uow.flush()
    touch_documents(uow.session, "party", [party.id])
    note(uow, actor, clock, verb, party)
    if verb == "archive":
        uow.publish(PartyArchived(party.id), actor, clock)
    return party

"""Parties: making them, changing them, and how they may be reached.

The audit trail names a party by its reference and says which fields changed, never their values:
a person's data must not outlive its erasure.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import has_code, refuse_formula
from app.errors import FieldError
from app.i18n import lazy as _l
from app.numbers import reserve_numbers
from app.phones import read_phone
from app.search.changes import touch_documents
from app.search.normalise import fold, index_text
from modules.parties.commands import AllowChannel, Change, PartyFacts, PhoneFacts
from modules.parties.contact import phone_kind, read_email, reversed_digits
from modules.parties.enums import PhoneKind
from modules.parties.errors import (
    UNBORN,
    archived_already,
    email_unreadable,
    erased_for_good,
    invalid_party,
    merged_away,
    phone_unreadable,
    reference_taken,
)
from modules.parties.models import (
    ContactPermission,
    Party,
    PartyEmail,
    PartyPhone,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import get_party

SERIES = "P"
EVERY_YEAR = 0
MASK = "•••"


def create_party(actor: Actor, facts: PartyFacts, uow: UnitOfWork, clock: Clock) -> Party:
    """Add a party; Invalid names every number or address that cannot be read."""
    require(actor, PartyPermission.CHANGE)
    phones, emails = _readable(facts)
    refuse_unborn(facts.birth_date, clock)
    now = clock.now()
    party = Party(**_values(facts), created_at=now, updated_at=now)
    party.reference = _fresh_reference(uow.session, facts.reference)
    spell(party)
    party.phones = [_phone(e164, p, i) for i, (e164, p) in enumerate(phones)]
    party.emails = [PartyEmail(email=email, position=i) for i, email in enumerate(emails)]
    uow.session.add(party)
    uow.flush()
    touch_documents(uow.session, "party", [party.id])
    note(uow, actor, clock, "create", party)
    return party


def change_party(
    actor: Actor, change: Change, facts: PartyFacts, uow: UnitOfWork, clock: Clock
) -> Party:
    """Change a party with its numbers and addresses; StaleVersion when somebody was first."""
    require(actor, PartyPermission.CHANGE)
    party = get_party(actor, uow.session, change.id)
    party.require_version(change.version)
    refuse_archived(party)
    phones, emails = _readable(facts)
    if facts.birth_date != party.birth_date:
        refuse_unborn(facts.birth_date, clock)
    changed = set(changed_fields(party, _values(facts)))
    if facts.reference.strip() and facts.reference.strip() != party.reference:
        party.reference = _fresh_reference(uow.session, facts.reference, party.id)
        changed.add("reference")
    if _sync_phones(party, phones):
        changed.add("phones")
    if _sync_emails(party, emails):
        changed.add("emails")
    if not changed:
        return party
    spell(party)
    party.updated_at = clock.now()
    # A changed phone is a changed party, also within the same instant.
    flag_modified(party, "updated_at")
    uow.flush()
    touch_documents(uow.session, "party", [party.id])
    note(uow, actor, clock, "change", party, changed)
    return party


def refuse_unborn(birth_date: date | None, clock: Clock) -> None:
    """Raise Invalid for a birth still to come."""
    if birth_date is not None and birth_date > clock.today():
        raise invalid_party([FieldError("birth_date", UNBORN, birth_date.isoformat())])


def refuse_archived(*parties: Party) -> None:
    """Raise Conflict for a party that left the lists: nothing is written about it."""
    for party in parties:
        if party.erased_at is not None:
            raise erased_for_good()
        if party.merged_into_id is not None:
            raise merged_away()
        if party.archived_at is not None:
            raise archived_already()


def _values(facts: PartyFacts) -> dict[str, Any]:
    left_out = {"phones", "emails", "reference"}
    values = {f.name: getattr(facts, f.name) for f in fields(facts) if f.name not in left_out}
    # A member of an enumeration is a str too, and must stay a member.
    return {k: v.strip() if type(v) is str else v for k, v in values.items()}


def spell(party: Party) -> None:
    """Write the name as it sorts and as it is searched."""
    party.sort_name = fold(f"{party.name} {party.first_name}")[:250]
    party.search_text = index_text(party.name, party.first_name, party.reference)[:300]


def _readable(facts: PartyFacts) -> tuple[list[tuple[str, PhoneFacts]], list[str]]:
    """Read every number and address once, or say which cannot be read."""
    errors: list[FieldError] = []
    if not facts.name.strip():
        errors.append(FieldError("name", _l("Give a name."), facts.name))
    phones: dict[str, PhoneFacts] = {}
    for position, given in enumerate(facts.phones):
        if e164 := read_phone(given.number):
            phones.setdefault(e164, given)
        else:
            errors.append(phone_unreadable(given.number, position))
    emails: dict[str, None] = {}
    for position, address in enumerate(facts.emails):
        if email := read_email(address):
            emails.setdefault(email)
        else:
            errors.append(email_unreadable(address, position))
    if errors:
        raise invalid_party(errors)
    return list(phones.items()), list(emails)


def _phone(e164: str, given: PhoneFacts, position: int) -> PartyPhone:
    kind = phone_kind(e164) if given.kind is PhoneKind.OTHER else given.kind
    return PartyPhone(
        e164=e164,
        reversed_digits=reversed_digits(e164),
        kind=kind,
        label=given.label.strip(),
        position=position,
    )


def _sync_phones(party: Party, phones: list[tuple[str, PhoneFacts]]) -> bool:
    before = [(p.e164, p.kind, p.label) for p in sorted(party.phones, key=lambda p: p.position)]
    known = {p.e164: p for p in party.phones}
    wanted = [_phone(e164, given, i) for i, (e164, given) in enumerate(phones)]
    after = [(p.e164, p.kind, p.label) for p in wanted]
    if before == after:
        return False
    for phone in wanted:
        if old := known.get(phone.e164):
            old.kind, old.label, old.position = phone.kind, phone.label, phone.position
    party.phones = [known.get(phone.e164, phone) for phone in wanted]
    return True


def _sync_emails(party: Party, emails: list[str]) -> bool:
    if [e.email for e in sorted(party.emails, key=lambda e: e.position)] == emails:
        return False
    known = {e.email: e for e in party.emails}
    party.emails = [known.get(email, PartyEmail(email=email)) for email in emails]
    for position, row in enumerate(party.emails):
        row.position = position
    return True


def _fresh_reference(session: Session, given: str, but: UUID | None = None) -> str:
    if given.strip():
        refuse_formula("reference", given)
        if (other := _who_bears(session, given, but)) is not None:
            raise reference_taken(other)
        return given.strip()
    while True:
        reference = f"{SERIES}-{reserve_numbers(SERIES, EVERY_YEAR, 1, session):06d}"
        if _who_bears(session, reference, but) is None:
            return reference


def _who_bears(session: Session, reference: str, but: UUID | None) -> str | None:
    """Return a reference another party bears that is this one, but for its capitals."""
    taken = select(Party.reference).where(has_code(Party.reference, [reference]), Party.id != but)
    return session.scalars(taken).first()


def note(  # an entry has these parts, as in app.audit.record
    uow: UnitOfWork,
    actor: Actor,
    clock: Clock,
    verb: str,
    party: Party,
    changed: set[str] | None = None,
) -> None:
    """Write an audit entry that names fields but holds no personal data."""
    record(
        uow,
        actor,
        clock,
        action=f"parties.party.{verb}",
        subject=party_subject(party),
        changes=dict.fromkeys(sorted(changed or ()), (MASK, MASK)),
    )


def party_subject(party: Party) -> Subject:
    """Name a party for the audit trail, by its reference alone."""
    return Subject("party", party.id, party.reference)


def allow_channel(
    actor: Actor, command: AllowChannel, uow: UnitOfWork, clock: Clock
) -> ContactPermission:
    """Write whether a party may be reached by a channel, from today."""
    require(actor, PartyPermission.CHANGE)
    party = get_party(actor, uow.session, command.party_id)
    refuse_archived(party)
    statement = select(ContactPermission).where(
        ContactPermission.party_id == party.id, ContactPermission.channel == command.channel
    )
    permission = uow.session.scalars(statement).one_or_none()
    if permission is None:
        permission = ContactPermission(party_id=party.id, channel=command.channel)
        uow.session.add(permission)
    permission.is_allowed = command.is_allowed
    permission.reason = command.reason.strip()
    permission.since = clock.today()
    uow.flush()
    note(uow, actor, clock, "allow_channel", party, {f"channel_{command.channel}"})
    return permission

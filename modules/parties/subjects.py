"""Parties as records that take files, comments and a history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.subjects import Confidentiality, Subject, SubjectKind
from modules.parties.enums import OCCUPANCY_ROLE_LABELS
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import find_party

ACTION_LABELS: dict[str, LazyText] = {
    "parties.party.create": _l("Party added"),
    "parties.party.change": _l("Party changed"),
    "parties.party.change_relation": _l("Relation changed"),
    "parties.party.allow_channel": _l("Contact permission changed"),
    "parties.party.relate": _l("Relation added"),
    "parties.party.end_relation": _l("Relation ended"),
    "parties.party.merge": _l("Merged"),
    "parties.party.undo_merge": _l("Merge undone"),
    "parties.party.dismiss_duplicate": _l("Found to be somebody else"),
    "parties.party.archive": _l("Archived"),
    "parties.party.restore": _l("Brought back"),
    "parties.party.erase": _l("Data erased"),
    "parties.occupancy.start": _l("Moved in"),
    "parties.occupancy.change": _l("Stay corrected"),
    "parties.occupancy.end": _l("Moved out"),
    "party.consulted": _l("Consulted"),
}
FIELD_LABELS: dict[str, LazyText] = {
    "birth_date": _l("Born"),
    "channel_email": _l("E-mail"),
    "channel_phone": _l("Telephone"),
    "channel_post": _l("Post"),
    "channel_sms": _l("Text message"),
    "emails": _l("E-mail"),
    "ends_on": _l("Last day"),
    "enterprise_number": _l("Enterprise number"),
    "first_name": _l("First name"),
    "kind": _l("Kind"),
    "language": _l("Language"),
    "lot": _l("Lot"),
    "name": _l("Name"),
    "note": _l("Note"),
    "phones": _l("Telephone"),
    "postal_address": _l("Address"),
    "reason": _l("Reason"),
    "reference": _l("Reference"),
    "relations": _l("Relations"),
    "role": _l("As"),
}


def find_party_subject(actor: Actor, session: Session, party_id: UUID) -> Subject | None:
    """Return a party as a record, None outside the actor's scope or rights."""
    if not actor.can(PartyPermission.READ):
        return None
    party = find_party(actor, session, party_id)
    if party is None:
        return None
    may_disclose = actor.can(PartyPermission.DISCLOSE)
    return Subject(
        type="party",
        id=party.id,
        # The label goes into the audit trail: a name would outlive its erasure there.
        label=party.reference,
        url=f"/parties/{party.id}",
        can_write=actor.can(PartyPermission.CHANGE),
        sees=Confidentiality.SENSITIVE if may_disclose else Confidentiality.PERSONAL,
    )


PARTY = SubjectKind(
    type="party",
    label=_l("Party"),
    find=find_party_subject,
    right=PartyPermission.READ,
    actions=ACTION_LABELS,
    fields=FIELD_LABELS,
    values={"role": OCCUPANCY_ROLE_LABELS},
)

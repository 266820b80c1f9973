"""Words for the history of a party and for why two look alike."""

from __future__ import annotations

from app.i18n import LazyText
from app.i18n import lazy as _l

ACTION_LABELS: dict[str, LazyText] = {
    "parties.party.create": _l("Party added"),
    "parties.party.change": _l("Party changed"),
    "parties.party.allow_channel": _l("Contact permission changed"),
    "parties.party.relate": _l("Relation added"),
    "parties.party.end_relation": _l("Relation ended"),
    "parties.party.merge": _l("Merged"),
    "parties.party.undo_merge": _l("Merge undone"),
    "parties.party.dismiss_duplicate": _l("Found to be somebody else"),
    "parties.party.erase": _l("Data erased"),
    "parties.occupancy.start": _l("Moved in"),
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
}
REASON_LABELS: dict[str, LazyText] = {
    "same_name": _l("same name"),
    "similar_name": _l("similar name"),
    "same_birth_date": _l("same birth date"),
    "same_phone": _l("same telephone"),
    "same_email": _l("same e-mail"),
    "same_lot": _l("same lot"),
}


def action_label(action: str) -> str:
    """Return the words for an audited action."""
    return str(ACTION_LABELS.get(action, action))


def field_label(name: str) -> str:
    """Return the words for a field."""
    return str(FIELD_LABELS.get(name, name.replace("_", " ")))


def reason_label(reason: str) -> str:
    """Return the words for a reason of likeness."""
    return str(REASON_LABELS.get(reason, reason))

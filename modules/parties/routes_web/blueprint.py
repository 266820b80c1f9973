"""The blueprint, and what several pages need."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.web.forms import choices
from modules.parties import enums
from modules.parties.wording import reason_label

blueprint = Blueprint("parties", __name__)


def options() -> dict[str, Any]:
    """Return every choice the forms of this module offer."""
    return {
        "kinds": choices(enums.PARTY_KIND_LABELS),
        "languages": choices(enums.LANGUAGE_LABELS),
        "relation_choices": choices(enums.RELATION_LABELS),
        "roles": choices(enums.OCCUPANCY_ROLE_LABELS),
        "channels": choices(enums.CHANNEL_LABELS),
    }


@blueprint.app_template_global()
def party_label(kind: str, value: Any) -> str:
    """Return the word for a member of an enumeration: `party_label("LANGUAGE", party.language)`."""
    return str(getattr(enums, f"{kind}_LABELS").get(value, ""))


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """Give the templates the words of this module."""
    return {
        "party_reason": reason_label,
    }

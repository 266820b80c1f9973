"""The lists of this module: people, and pairs that look alike."""

from __future__ import annotations

from app.i18n import lazy as _l
from app.lists import Choice, Column, EmptyState, ListSource, TableSpec, Text, YesNo
from app.phones import show_phone
from modules.parties.enums import LANGUAGE_LABELS, PARTY_KIND_LABELS
from modules.parties.models import Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import (
    is_housed,
    matches_party,
    select_listed_parties,
)

PARTIES = TableSpec(
    name="parties.parties",
    title=_l("People and organisations"),
    key=Party.id,
    permission=PartyPermission.READ,
    export_permission=PartyPermission.EXPORT,
    columns=(
        Column(
            # Not “Name”: an import of this list would take it for the family name.
            "name", _l("Full name"), lambda row: row.full_name, sort=Party.sort_name,
            link=lambda row: f"/parties/{row.id}",
        ),
        Column("kind", _l("Kind"), sort=Party.kind, labels=PARTY_KIND_LABELS),
        Column("language", _l("Language"), sort=Party.language, labels=LANGUAGE_LABELS),
        Column(
            "phones", _l("Telephone"),
            lambda row: ", ".join(show_phone(phone.e164) for phone in row.phones),
        ),
        Column("emails", _l("E-mail"), lambda row: ", ".join(item.email for item in row.emails)),
        Column("reference", _l("Reference"), sort=Party.reference),
        Column(
            "birth_date", _l("Born"), sort=Party.birth_date, format="date", is_default=False
        ),
    ),
    filters=(
        Text(
            "q", _l("Search"), condition=matches_party,
            placeholder=_l("Name, telephone or e-mail"),
        ),
        Choice("kind", _l("Kind"), Party.kind, options=PARTY_KIND_LABELS),
        Choice("language", _l("Language"), Party.language, options=LANGUAGE_LABELS),
        YesNo("housed", _l("Occupies a lot"), condition=is_housed, is_prominent=False),
        YesNo(
            "archived",
            _l("Archived"),
            Party.archived_at.is_not(None),
            is_prominent=False,
            unsaid=False,
        ),
    ),
    default_sort=("name",),
    empty=EmptyState(
        _l("Nobody yet"),
        _l("Callers, tenants and suppliers are kept here once, whatever they need."),
        icon="users",
        action_label=_l("New person or organisation"),
        action_endpoint="parties.party_new",
        action_permission=PartyPermission.CHANGE,
    ),
)  # fmt: skip


LISTS = (ListSource("parties.parties", PARTIES, select_listed_parties),)

"""The lists of this module: people, and pairs that look alike."""

from __future__ import annotations

from app.i18n import lazy as _l
from app.lists import (
    BulkAction,
    Choice,
    Column,
    DateRange,
    EmptyState,
    ListSource,
    NumberRange,
    TableSpec,
    Text,
    YesNo,
)
from app.phones import show_phone
from modules.parties.enums import LANGUAGE_LABELS, PARTY_KIND_LABELS
from modules.parties.models import Party, PartyDuplicate
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import (
    FIRST,
    SECOND,
    is_housed,
    is_in_pair,
    matches_party,
    select_pairs,
    select_parties_with_homes,
)
from modules.parties.wording import reasons_said

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
        Column("home", _l("Place"), lambda row: row.home or ""),
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

DUPLICATES = TableSpec(
    name="parties.duplicates",
    title=_l("Entered twice?"),
    key=PartyDuplicate.id,
    permission=PartyPermission.MERGE,
    export_permission=PartyPermission.EXPORT,
    columns=(
        Column(
            "first", _l("Full name"), lambda row: row.first.full_name, sort=FIRST.sort_name,
            link=lambda row: f"/parties/duplicates/{row.id}",
        ),
        Column(
            "second", _l("Looks like"), lambda row: row.second.full_name, sort=SECOND.sort_name
        ),
        Column("score", _l("Alike, of 100"), sort=PartyDuplicate.score, format="integer"),
        Column("reasons", _l("Because of"), lambda row: reasons_said(row.reasons)),
        Column("kind", _l("Kind"), lambda row: row.first.kind, sort=FIRST.kind,
               labels=PARTY_KIND_LABELS, is_default=False),
        Column("first_reference", _l("Reference"), lambda row: row.first.reference,
               sort=FIRST.reference, is_default=False),
        Column("second_reference", _l("Reference of the other"),
               lambda row: row.second.reference, sort=SECOND.reference, is_default=False),
        Column("found", _l("Found"), lambda row: row.found_at, sort=PartyDuplicate.found_at,
               format="date"),
    ),
    filters=(
        Text(
            "q", _l("Search"), condition=is_in_pair, placeholder=_l("Name, telephone or e-mail")
        ),
        Choice("kind", _l("Kind"), FIRST.kind, options=PARTY_KIND_LABELS),
        NumberRange("score", _l("Alike, of 100"), PartyDuplicate.score),
        DateRange("found", _l("Found"), PartyDuplicate.found_at, is_prominent=False),
    ),
    default_sort=("-score",),
    empty=EmptyState(
        _l("Nobody looks entered twice"),
        _l("The search runs every night; new pairs appear here."),
        icon="users",
    ),
    bulk_actions=(
        BulkAction("dismiss", _l("These are two"), "parties.duplicates_dismiss",
                   PartyPermission.MERGE, confirm=_l("Keep %(count)s pairs apart?")),
    ),
)  # fmt: skip


LISTS = (
    ListSource("parties.parties", PARTIES, select_parties_with_homes),
    ListSource("parties.duplicates", DUPLICATES, select_pairs),
)

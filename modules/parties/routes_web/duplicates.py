"""Parties that look alike, and merging them."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.i18n import ngettext
from app.phones import show_phone
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import Form, done
from app.web.tables import list_page
from app.web.urls import safe_next
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import get_pair, open_pairs, select_pairs
from modules.parties.queries.people import lots_of_parties, party_labels
from modules.parties.routes_web.blueprint import blueprint
from modules.parties.schemas import MergeIn
from modules.parties.services import (
    dismiss_duplicate,
    dismiss_duplicates,
    merge_parties,
    undo_merge,
)
from modules.parties.tables import DUPLICATES
from modules.parties.wording import merged_words, undone_words
from modules.portfolio.api import lot_labels


@blueprint.get("/parties/duplicates")
@needs(PartyPermission.MERGE)
def duplicate_list() -> ResponseReturnValue:
    """List the pairs that look alike, the most alike first."""
    pairs = select_pairs(current_actor())
    return list_page(
        DUPLICATES, pairs, template="parties/duplicate_list.html", next_pair=_next_pair()
    )


@blueprint.get("/parties/duplicates/<uuid:duplicate_id>")
@needs(PartyPermission.MERGE)
def duplicate_detail(duplicate_id: UUID) -> ResponseReturnValue:
    """Show the two sides of a pair beside each other."""
    pair = get_pair(current_actor(), reader(), duplicate_id)
    people = {party.id: party for party in (pair.first, pair.second)}
    lots = lots_of_parties(reader(), people, current_clock().today())
    labels = lot_labels(reader(), [lot for found in lots.values() for lot in found])
    places = {key: ", ".join(labels[lot] for lot in found) for key, found in lots.items()}
    numbers = {
        key: ", ".join(show_phone(phone.e164) for phone in party.phones)
        for key, party in people.items()
    }
    return render_template(
        "parties/duplicate_detail.html", pair=pair, places=places, numbers=numbers
    )


@blueprint.post("/parties/merges")
@needs(PartyPermission.MERGE)
def party_merge() -> ResponseReturnValue:
    """Merge one party into another."""
    form = Form(MergeIn, request.form)
    with open_unit_of_work() as uow:
        merge = merge_parties(current_actor(), form.load(), uow, current_clock())
    target = url_for("parties.party_detail", party_id=merge.kept_id)
    people = {UUID(one[key]) for one in merge.stepped for key in ("head_id", "person_id")}
    return done(target, merged_words(merge.stepped, party_labels(reader(), people)))


@blueprint.post("/parties/merges/<uuid:merge_id>/undo")
@needs(PartyPermission.MERGE)
def merge_undo(merge_id: UUID) -> ResponseReturnValue:
    """Take a merge back."""
    with open_unit_of_work() as uow:
        merge = undo_merge(current_actor(), merge_id, uow, current_clock())
    target = url_for("parties.party_detail", party_id=merge.kept_id)
    return done(target, undone_words(merge.left))


@blueprint.post("/parties/duplicates/<uuid:duplicate_id>/dismiss")
@needs(PartyPermission.MERGE)
def duplicate_dismiss(duplicate_id: UUID) -> ResponseReturnValue:
    """Write that two parties are not the same, and show the next pair."""
    with open_unit_of_work() as uow:
        dismiss_duplicate(current_actor(), duplicate_id, uow, current_clock())
    return done(_next_pair() or url_for("parties.duplicate_list"), _("Noted: these are two."))


@blueprint.post("/parties/duplicates/dismiss")
@needs(PartyPermission.MERGE)
def duplicates_dismiss() -> ResponseReturnValue:
    """Write of the pairs ticked that they are two."""
    with open_unit_of_work() as uow:
        ticked = request.form.getlist("selected", type=UUID)
        count = dismiss_duplicates(current_actor(), ticked, uow, current_clock())
    said = ngettext("%(count)s pair is kept apart.", "%(count)s pairs are kept apart.", count)
    return done(safe_next(request.form.get("next"), url_for("parties.duplicate_list")), said)


def _next_pair() -> str:
    """Return the page of the pair most alike: who decides one after the other needs no list."""
    pairs = open_pairs(current_actor(), reader(), limit=1)
    return url_for("parties.duplicate_detail", duplicate_id=pairs[0].id) if pairs else ""

"""Parties that look alike, and merging them."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.phones import show_phone
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import Form, done
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import open_pairs
from modules.parties.queries.people import lots_of_parties
from modules.parties.routes_web.blueprint import blueprint
from modules.parties.schemas import MergeIn
from modules.parties.services import dismiss_duplicate, merge_parties, undo_merge
from modules.parties.wording import undone_words
from modules.portfolio.api import lot_labels

# Who decides one pair after the other needs no pages: the next ones come up by themselves.
SHOWN = 20


@blueprint.get("/parties/duplicates")
@needs(PartyPermission.MERGE)
def duplicate_list() -> ResponseReturnValue:
    """Show the pairs that look alike, the most alike first, side by side."""
    every = open_pairs(current_actor(), reader())
    pairs = every[:SHOWN]
    people = {party.id: party for pair in pairs for party in (pair.first, pair.second)}
    day = current_clock().today()
    lots = lots_of_parties(reader(), people, day)
    labels = lot_labels(reader(), [lot for found in lots.values() for lot in found])
    places = {key: ", ".join(labels[lot] for lot in found) for key, found in lots.items()}
    numbers = {
        key: ", ".join(show_phone(phone.e164) for phone in party.phones)
        for key, party in people.items()
    }
    return render_template(
        "parties/duplicate_list.html",
        pairs=pairs,
        more=len(every) - len(pairs),
        places=places,
        numbers=numbers,
    )


@blueprint.post("/parties/merges")
@needs(PartyPermission.MERGE)
def party_merge() -> ResponseReturnValue:
    """Merge one party into another."""
    form = Form(MergeIn, request.form)
    with open_unit_of_work() as uow:
        merge = merge_parties(current_actor(), form.load(), uow, current_clock())
    target = url_for("parties.party_detail", party_id=merge.kept_id)
    return done(target, _("Merged. It can be undone on this page."))


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
    """Write that two parties are not the same."""
    with open_unit_of_work() as uow:
        dismiss_duplicate(current_actor(), duplicate_id, uow, current_clock())
    return done(url_for("parties.duplicate_list"), _("Noted: these are two."))

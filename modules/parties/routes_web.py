"""The pages of people: list, sheet, forms, duplicates, privacy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit import record_consultation
from app.auth.needs import needs
from app.i18n import LazyText
from app.i18n import gettext as _
from app.registry import panels_for
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form
from app.web.tables import list_page
from modules.parties import enums
from modules.parties.commands import Change, RelatePerson
from modules.parties.contact import show_phone
from modules.parties.models import Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import (
    count_open_pairs,
    matches_party,
    merges_of,
    open_pairs,
    select_parties,
)
from modules.parties.queries.people import (
    contact_permissions,
    get_party,
    list_occupancies,
    list_relations,
    lots_of_parties,
    occupants_of_lots,
    party_labels,
)
from modules.parties.schemas import (
    ChannelIn,
    MergeIn,
    MoveOutIn,
    OccupyIn,
    PartyIn,
    RelationIn,
    VersionIn,
)
from modules.parties.services import (
    allow_channel,
    change_party,
    create_party,
    dismiss_duplicate,
    end_relation,
    merge_parties,
    move_in,
    move_out,
    relate_person,
    undo_merge,
)
from modules.parties.services.people import party_subject
from modules.parties.tables import PARTIES
from modules.parties.wording import reason_label
from modules.portfolio.api import get_lot, list_lots_of_building, lot_address, lot_labels

blueprint = Blueprint("parties", __name__)


def choices(labels: Mapping[Any, LazyText]) -> list[tuple[str, str]]:
    """Return the members of an enumeration as options."""
    return [(key.value, str(label)) for key, label in labels.items()]


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
        "show_phone": show_phone,
        "party_reason": reason_label,
    }


@blueprint.get("/parties")
@needs(PartyPermission.READ)
def party_list() -> ResponseReturnValue:
    """List people, households and organisations."""
    query = select_parties(current_actor())
    pairs = count_open_pairs(reader()) if current_actor().can(PartyPermission.MERGE) else 0
    return list_page(PARTIES, query, template="parties/party_list.html", pairs=pairs)


@blueprint.get("/parties/options.json")
@needs(PartyPermission.READ)
def party_options() -> ResponseReturnValue:
    """Answer a searchable field: people whose name, number or address begins so."""
    text = request.args.get("q", "").strip()
    query = select_parties(current_actor()).where(matches_party(text)).order_by(Party.sort_name)
    found = reader().scalars(query.limit(12)).all() if text else ()
    return Response(
        orjson.dumps(
            [{"value": str(p.id), "text": p.full_name, "hint": p.reference} for p in found]
        ),
        mimetype="application/json",
    )


@blueprint.get("/parties/<uuid:party_id>")
@needs(PartyPermission.READ)
def party_detail(party_id: UUID) -> ResponseReturnValue:
    """Show a party; that it was consulted is noted."""
    actor, session = current_actor(), reader()
    party = get_party(actor, session, party_id)
    stays = list_occupancies(session, party_id=party.id)
    page = render_template(
        "parties/party_detail.html",
        party=party,
        stays=stays,
        lots=lot_labels(session, [stay.lot_id for stay in stays]),
        relations=list_relations(session, party.id),
        permissions={item.channel: item for item in contact_permissions(session, party.id)},
        merges=merges_of(session, party.id),
        merged_into=party_labels(session, [party.merged_into_id] if party.merged_into_id else []),
        today=current_clock().today(),
        panels=_panels(party.id),
        **options(),
    )
    with open_unit_of_work() as uow:
        record_consultation(uow, actor, current_clock(), subject=party_subject(party))
    return page


def _panels(party_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "key": panel.endpoint.replace(".", "-").replace("_", "-"),
            "label": str(panel.title),
            "url": url_for(panel.endpoint, subject_id=party_id),
        }
        for panel in panels_for(house().modules, "party", current_actor())
    ]


@blueprint.get("/parties/new")
@needs(PartyPermission.CHANGE)
def party_new() -> ResponseReturnValue:
    """Show the form of a new party; the address may bring what a caller said."""
    given = {"kind": "person", **request.args.to_dict()}
    return render_template("parties/party_form.html", form=Form(PartyIn, given), **options())


@blueprint.post("/parties")
@needs(PartyPermission.CHANGE)
def party_create() -> ResponseReturnValue:
    """Add a party."""
    form = Form(PartyIn, request.form)
    try:
        with open_unit_of_work() as uow:
            party = create_party(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return _refused(form, error)
    target = url_for("parties.party_detail", party_id=party.id)
    return form.done(target, _("%(name)s added", name=party.full_name))


def _refused(form: Form, error: Any, **context: Any) -> ResponseReturnValue:
    """Show the form again; the lines of one box are named by the box."""
    error.errors = tuple(
        type(item)(item.field.split(".")[0], item.message, item.value) for item in error.errors
    )
    return form.refused(error, "parties/party_form.html", **context, **options())


@blueprint.get("/parties/<uuid:party_id>/edit")
@needs(PartyPermission.CHANGE)
def party_edit(party_id: UUID) -> ResponseReturnValue:
    """Show the form of a party."""
    party = get_party(current_actor(), reader(), party_id)
    form = Form(PartyIn, shows=party)
    return render_template("parties/party_form.html", form=form, party=party, **options())


@blueprint.post("/parties/<uuid:party_id>/edit")
@needs(PartyPermission.CHANGE)
def party_change(party_id: UUID) -> ResponseReturnValue:
    """Save a party; two people at once are shown both versions."""
    form = Form(PartyIn, request.form)
    try:
        change = Change(party_id, Form(VersionIn, request.form).load()["version"])
        with open_unit_of_work() as uow:
            change_party(current_actor(), change, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        party = get_party(current_actor(), reader(), party_id)
        return _refused(form, error, fresh=party, party=party)
    return form.done(url_for("parties.party_detail", party_id=party_id), _("Saved"))


@blueprint.post("/parties/<uuid:party_id>/channels")
@needs(PartyPermission.CHANGE)
def channel_change(party_id: UUID) -> ResponseReturnValue:
    """Write whether a channel may be used."""
    form = Form(ChannelIn, {**request.form, "party_id": str(party_id)})
    with open_unit_of_work() as uow:
        allow_channel(current_actor(), form.load(), uow, current_clock())
    return form.done(url_for("parties.party_detail", party_id=party_id), _("Saved"))


@blueprint.post("/parties/<uuid:party_id>/relations")
@needs(PartyPermission.CHANGE)
def relation_create(party_id: UUID) -> ResponseReturnValue:
    """Add a member of a household, or a contact."""
    form = Form(RelationIn, request.form)
    with open_unit_of_work() as uow:
        command = RelatePerson(party_id, **form.load())
        relate_person(current_actor(), command, uow, current_clock())
    return form.done(url_for("parties.party_detail", party_id=party_id), _("Saved"))


@blueprint.post("/parties/<uuid:party_id>/relations/<uuid:relation_id>/end")
@needs(PartyPermission.CHANGE)
def relation_end(party_id: UUID, relation_id: UUID) -> ResponseReturnValue:
    """End a relation."""
    form = Form(RelationIn)
    with open_unit_of_work() as uow:
        end_relation(current_actor(), relation_id, uow, current_clock())
    return form.done(url_for("parties.party_detail", party_id=party_id), _("Saved"))


@blueprint.get("/lots/<uuid:subject_id>/parts/occupants")
@needs(PartyPermission.READ)
def lot_occupants(subject_id: UUID) -> ResponseReturnValue:
    """Show who is in a lot, and who was."""
    lot = get_lot(current_actor(), reader(), subject_id)
    stays = list_occupancies(reader(), lot_id=lot.id)
    return render_template(
        "parties/_occupants.html",
        lot=lot,
        stays=stays,
        names=party_labels(reader(), [stay.party_id for stay in stays]),
        today=current_clock().today(),
        **options(),
    )


@blueprint.get("/buildings/<uuid:subject_id>/parts/occupants")
@needs(PartyPermission.READ)
def building_occupants(subject_id: UUID) -> ResponseReturnValue:
    """Show who is in each lot of a building today."""
    lots = list_lots_of_building(current_actor(), reader(), subject_id)
    people = occupants_of_lots(reader(), [lot.id for lot in lots], current_clock().today())
    return render_template("parties/_building_occupants.html", lots=lots, people=people)


@blueprint.get("/lots/<uuid:lot_id>/occupancies/new")
@needs(PartyPermission.OCCUPY)
def occupancy_new(lot_id: UUID) -> ResponseReturnValue:
    """Show the form to move a party into a lot."""
    lot = get_lot(current_actor(), reader(), lot_id)
    form = Form(OccupyIn, {"lot_id": str(lot.id), "starts_on": str(current_clock().today())})
    return render_template("parties/occupancy_form.html", form=form, **_lot_context(lot))


def _lot_context(lot: Any) -> dict[str, Any]:
    return {"lot": lot, "address": lot_address(lot), **options()}


@blueprint.post("/lots/<uuid:lot_id>/occupancies")
@needs(PartyPermission.OCCUPY)
def occupancy_create(lot_id: UUID) -> ResponseReturnValue:
    """Move a party into a lot."""
    form = Form(OccupyIn, {**request.form, "lot_id": str(lot_id)})
    try:
        with open_unit_of_work() as uow:
            move_in(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        lot = get_lot(current_actor(), reader(), lot_id)
        return form.refused(error, "parties/occupancy_form.html", **_lot_context(lot))
    return form.done(url_for("portfolio.lot_detail", lot_id=lot_id), _("Saved"))


@blueprint.post("/occupancies/<uuid:occupancy_id>/end")
@needs(PartyPermission.OCCUPY)
def occupancy_end(occupancy_id: UUID) -> ResponseReturnValue:
    """Write the last day of a party in a lot."""
    form = Form(MoveOutIn, request.form)
    with open_unit_of_work() as uow:
        day = form.load()["ends_on"]
        stay = move_out(current_actor(), occupancy_id, day, uow, current_clock())
    return form.done(url_for("portfolio.lot_detail", lot_id=stay.lot_id), _("Saved"))


@blueprint.get("/parties/duplicates")
@needs(PartyPermission.MERGE)
def duplicate_list() -> ResponseReturnValue:
    """Show the pairs that look alike, the most alike first, side by side."""
    pairs = open_pairs(current_actor(), reader())
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
        "parties/duplicate_list.html", pairs=pairs, places=places, numbers=numbers
    )


@blueprint.post("/parties/merges")
@needs(PartyPermission.MERGE)
def party_merge() -> ResponseReturnValue:
    """Merge one party into another."""
    form = Form(MergeIn, request.form)
    with open_unit_of_work() as uow:
        merge = merge_parties(current_actor(), form.load(), uow, current_clock())
    target = url_for("parties.party_detail", party_id=merge.kept_id)
    return form.done(target, _("Merged. It can be undone on this page."))


@blueprint.post("/parties/merges/<uuid:merge_id>/undo")
@needs(PartyPermission.MERGE)
def merge_undo(merge_id: UUID) -> ResponseReturnValue:
    """Take a merge back."""
    form = Form(MergeIn)
    with open_unit_of_work() as uow:
        merge = undo_merge(current_actor(), merge_id, uow, current_clock())
    target = url_for("parties.party_detail", party_id=merge.kept_id)
    return form.done(target, _("The merge was undone."))


@blueprint.post("/parties/duplicates/<uuid:duplicate_id>/dismiss")
@needs(PartyPermission.MERGE)
def duplicate_dismiss(duplicate_id: UUID) -> ResponseReturnValue:
    """Write that two parties are not the same."""
    form = Form(MergeIn)
    with open_unit_of_work() as uow:
        dismiss_duplicate(current_actor(), duplicate_id, uow, current_clock())
    return form.done(url_for("parties.duplicate_list"), _("Noted: these are two."))

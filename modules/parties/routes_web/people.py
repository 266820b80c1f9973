"""A party: the list, its sheet, its forms, its relations and the channels it allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done, done_or_why
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.parties.commands import Change, RelatePerson
from modules.parties.enums import PartyKind
from modules.parties.models import Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import (
    count_open_pairs,
    matches_party,
    merges_of,
    select_parties,
    select_parties_with_homes,
)
from modules.parties.queries.people import (
    contact_permissions,
    get_party,
    list_occupancies,
    list_relations,
    party_labels,
)
from modules.parties.routes_web.blueprint import blueprint, options
from modules.parties.schemas import ChannelIn, PartyIn, RelationIn, VersionIn
from modules.parties.services import (
    allow_channel,
    archive_party,
    change_party,
    consult_party,
    create_party,
    end_relation,
    relate_person,
    restore_party,
)
from modules.parties.tables import PARTIES
from modules.portfolio.api import lot_labels


@blueprint.get("/parties")
@needs(PartyPermission.READ)
def party_list() -> ResponseReturnValue:
    """List people, households and organisations."""
    query = select_parties_with_homes(current_actor())
    can_merge = current_actor().can(PartyPermission.MERGE)
    pairs = count_open_pairs(current_actor(), reader()) if can_merge else 0
    return list_page(PARTIES, query, template="parties/party_list.html", pairs=pairs)


@blueprint.get("/parties/options.json")
@needs(PartyPermission.READ)
def party_options() -> ResponseReturnValue:
    """Answer a searchable field: people whose name, number or address begins so.

    `?kind=organisation` keeps the organisations.
    """
    text, kind = request.args.get("q", "").strip(), request.args.get("kind")
    query = select_parties(current_actor()).where(matches_party(text)).order_by(Party.sort_name)
    if kind in set(PartyKind):
        query = query.where(Party.kind == kind)
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
    party = _consulted(party_id)
    session = reader()
    stays = list_occupancies(session, party_id=party.id)
    return render_template(
        "parties/party_detail.html",
        party=party,
        stays=stays,
        lots=lot_labels(session, [stay.lot_id for stay in stays]),
        relations=list_relations(session, party.id, current_clock().today()),
        permissions={item.channel: item for item in contact_permissions(session, party.id)},
        merges=merges_of(session, party.id),
        merged_into=party_labels(session, [party.merged_into_id] if party.merged_into_id else []),
        today=current_clock().today(),
        panels=panel_tabs("party", party.id) + _panels_of_kind(party),
        **options(),
    )


def _panels_of_kind(party: Party) -> list[dict[str, Any]]:
    """Return what other modules show of organisations alone."""
    return panel_tabs("organisation", party.id) if party.kind is PartyKind.ORGANISATION else []


def _consulted(party_id: UUID) -> Party:
    with open_unit_of_work() as uow:
        return consult_party(current_actor(), party_id, uow, current_clock())


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
    return done(target, _("%(name)s added", name=party.full_name))


def _refused(form: Form, error: Any, **context: Any) -> ResponseReturnValue:
    """Show the form again; the lines of one box are named by the box."""
    error.errors = tuple(
        type(item)(item.field.split(".")[0], item.message, item.value) for item in error.errors
    )
    return form.refused(error, "parties/party_form.html", **context, **options())


@blueprint.get("/parties/<uuid:party_id>/edit")
@needs(PartyPermission.CHANGE)
def party_edit(party_id: UUID) -> ResponseReturnValue:
    """Show the form of a party, which says as much as its sheet."""
    party = _consulted(party_id)
    form = Form(PartyIn, shows=party)
    return render_template("parties/party_form.html", form=form, party=party, **options())


@blueprint.post("/parties/<uuid:party_id>/edit")
@needs(PartyPermission.CHANGE)
def party_change(party_id: UUID) -> ResponseReturnValue:
    """Save a party; two people at once are shown both versions."""
    form = Form(PartyIn, request.form)
    try:
        change = _asked(party_id)
        with open_unit_of_work() as uow:
            change_party(current_actor(), change, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        party = get_party(current_actor(), reader(), party_id)
        return _refused(form, error, fresh=party, party=party)
    return done(url_for("parties.party_detail", party_id=party_id), _("Saved"))


@blueprint.post("/parties/<uuid:party_id>/archive")
@needs(PartyPermission.ARCHIVE)
def party_archive(party_id: UUID) -> ResponseReturnValue:
    """Take a party out of the lists; what is refused is said on its sheet."""
    return _moved(party_id, archive_party, _("Archived"))


@blueprint.post("/parties/<uuid:party_id>/restore")
@needs(PartyPermission.ARCHIVE)
def party_restore(party_id: UUID) -> ResponseReturnValue:
    """Bring an archived party back."""
    return _moved(party_id, restore_party, _("Brought back"))


def _moved(party_id: UUID, move: Callable[..., Party], message: str) -> ResponseReturnValue:
    sheet = url_for("parties.party_detail", party_id=party_id)
    return done_or_why(
        sheet, message, lambda uow: move(current_actor(), _asked(party_id), uow, current_clock())
    )


def _asked(party_id: UUID) -> Change:
    return Change(party_id, Form(VersionIn, request.form).load()["version"])


@blueprint.post("/parties/<uuid:party_id>/channels")
@needs(PartyPermission.CHANGE)
def channel_change(party_id: UUID) -> ResponseReturnValue:
    """Write whether a channel may be used."""
    form = Form(ChannelIn, {**request.form, "party_id": str(party_id)})
    with open_unit_of_work() as uow:
        allow_channel(current_actor(), form.load(), uow, current_clock())
    return done(url_for("parties.party_detail", party_id=party_id), _("Saved"))


@blueprint.post("/parties/<uuid:party_id>/relations")
@needs(PartyPermission.CHANGE)
def relation_create(party_id: UUID) -> ResponseReturnValue:
    """Add a member of a household, or a contact."""
    form = Form(RelationIn, request.form)
    command = RelatePerson(party_id, **form.load())
    return done_or_why(
        url_for("parties.party_detail", party_id=party_id),
        _("Saved"),
        lambda uow: relate_person(current_actor(), command, uow, current_clock()),
    )


@blueprint.post("/parties/<uuid:party_id>/relations/<uuid:relation_id>/end")
@needs(PartyPermission.CHANGE)
def relation_end(party_id: UUID, relation_id: UUID) -> ResponseReturnValue:
    """End a relation."""
    with open_unit_of_work() as uow:
        end_relation(current_actor(), relation_id, uow, current_clock())
    return done(url_for("parties.party_detail", party_id=party_id), _("Saved"))

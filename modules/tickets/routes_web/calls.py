"""The call centre's screen: find the caller, see what is open there, note what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import BRUSSELS
from app.i18n import get_locale, use_locale
from app.phones import read_phone, show_phone
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form
from modules.parties.api import CHANNEL_LABELS, get_party
from modules.portfolio.api import building_labels
from modules.tickets import services
from modules.tickets.commands import CallAgain, Caller, CountAffected
from modules.tickets.enums import SOURCE_LABELS
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission, own_source, sources_of
from modules.tickets.queries.callers import homes_of_callers, places_of_tickets
from modules.tickets.queries.intake import (
    IntakeCaller,
    IntakePlace,
    describe_caller,
    describe_place,
)
from modules.tickets.queries.similar import Asked, count_repeats, find_similar
from modules.tickets.queries.tickets import get_ticket, list_of_caller, list_of_phones
from modules.tickets.routes_web.found import FOUND, Known, find_choices
from modules.tickets.rulebook import Rules
from modules.tickets.rules import load_rules
from modules.tickets.schemas import CallerIn, CallIn
from modules.tickets.services.telling import spoken_sentence
from modules.tickets.standing import describe_standing

blueprint = Blueprint("calls", __name__)

MOST_HOMES = 12


def rules_today() -> Rules:
    """Return the priorities, categories and safety questions in force today."""
    return load_rules(reader(), current_clock().today(BRUSSELS))


@blueprint.get("/calls/new")
@needs(TicketPermission.OPEN)
def call_new() -> ResponseReturnValue:
    """Show the intake: the box alone, or the form once a place is chosen.

    Enter in the box goes straight on when only one thing answers.
    """
    only = find_choices(request.args.get("q", ""), _known(request.args)).only
    return redirect(only.href) if only and only.href else _intake(Form(CallIn))


@blueprint.get("/calls/found")
@needs(TicketPermission.OPEN)
def call_found() -> ResponseReturnValue:
    """Answer the box while the agent types: people, homes, buildings and tickets."""
    found = find_choices(request.args.get("q", ""), _known(request.args))
    return render_template("tickets/_found.html", found=found, **_described(found.earlier))


@blueprint.get("/calls/callers/<uuid:party_id>")
@needs(TicketPermission.OPEN)
def call_caller(party_id: UUID) -> ResponseReturnValue:
    """Go on with a known caller: straight to their home when there is only one."""
    day = current_clock().today(BRUSSELS)
    # Absent for whoever may not see this person: where somebody lives is theirs to tell.
    party_id = get_party(current_actor(), reader(), party_id).id
    homes = homes_of_callers(current_actor(), reader(), [party_id], day).get(party_id, {})
    lot_id = next(iter(homes)) if len(homes) == 1 else None
    return redirect(url_for("calls.call_new", party=party_id, lot=lot_id))


@blueprint.get("/calls/categories")
@needs(TicketPermission.OPEN)
def call_categories() -> ResponseReturnValue:
    """Answer the words of a problem with the categories they may mean."""
    text = request.args.get("category_text", "").strip()
    rules = rules_today()
    return render_template(
        "tickets/_categories.html",
        # Without a word nothing is proposed, and so nothing is chosen for the agent.
        found=rules.search_categories(text, FOUND if text else 0),
        rules=rules,
        typed=text,
        chosen=request.args.get("category", ""),
        language=get_locale(),
    )


@blueprint.get("/calls/similar")
@needs(TicketPermission.OPEN)
def call_similar() -> ResponseReturnValue:
    """Show, beside the form, the tickets that may be the same thing, and the first questions."""
    rules = rules_today()
    beside = _beside(rules)
    standing = describe_standing(one.ticket for one in beside["similar"])
    return render_template("tickets/_similar.html", **beside, **standing, rules=rules)


@blueprint.post("/calls")
@needs(TicketPermission.OPEN)
def call_save() -> ResponseReturnValue:
    """Save the report; the answer is its number and the sentence to read aloud."""
    form = Form(CallIn, request.form)
    try:
        with open_unit_of_work() as uow:
            ticket = services.open_ticket(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        form.errors = error.errors
        return _intake(form, refused=str(error.message)), error.status
    return redirect(url_for("calls.call_saved", ticket_id=ticket.id), code=303)


@blueprint.get("/calls/saved/<uuid:ticket_id>")
@needs(TicketPermission.OPEN)
def call_saved(ticket_id: UUID) -> ResponseReturnValue:
    """Show the number and what to read aloud, in the caller's language."""
    ticket = get_ticket(current_actor(), reader(), ticket_id)
    with use_locale(ticket.caller_locale):
        sentence = spoken_sentence(ticket)
    return render_template(
        "tickets/call_saved.html", ticket=ticket, sentence=sentence, rules=rules_today()
    )


@blueprint.post("/calls/again/<uuid:ticket_id>")
@needs(TicketPermission.NOTE)
def call_again(ticket_id: UUID) -> ResponseReturnValue:
    """Note that somebody reports what is known already, instead of a second ticket."""
    caller = _posted_caller()
    command = CallAgain(
        caller=caller,
        note=request.form.get("description", ""),
        is_new_household=request.form.get("is_new_household") == "on",
    )
    with open_unit_of_work() as uow:
        services.call_again(current_actor(), ticket_id, command, uow, current_clock())
    return redirect(url_for("calls.call_saved", ticket_id=ticket_id), code=303)


@blueprint.post("/calls/affected/<uuid:outage_id>")
@needs(TicketPermission.OPEN)
def call_affected(outage_id: UUID) -> ResponseReturnValue:
    """Count one more household of a known failure: one key, no ticket."""
    with open_unit_of_work() as uow:
        outage = services.count_affected(
            current_actor(),
            outage_id,
            CountAffected(caller=_posted_caller(), lot_id=_id_of(request.form.get("lot"))),
            uow,
            current_clock(),
        )
    return render_template("tickets/call_counted.html", outage=outage)


def _posted_caller() -> Caller:
    caller: Caller = Form(CallerIn, request.form).load()
    return caller


def _known(given: Mapping[str, str]) -> Known:
    return Known(_id_of(given.get("party")), read_phone(given.get("phone", "")) or "")


def _beside(rules: Rules) -> dict[str, Any]:
    actor, session, clock = current_actor(), reader(), current_clock()
    lot_id, building_id = (_id_of(request.args.get(name)) for name in ("lot", "building"))
    if lot_id is None and building_id is None:
        return {"similar": [], "repeats": [], "outages": [], "category": None, "safety": None}
    context = describe_place(actor, session, building_id=building_id, lot_id=lot_id, clock=clock)
    category = rules.categories.get(request.args.get("category", ""))
    asked = Asked(
        building_id=context.place.building_id,
        lot_id=lot_id,
        installation_id=_id_of(request.args.get("installation")),
        caller_id=_id_of(request.args.get("party")),
        family=category.family if category else "",
    )
    return {
        "similar": find_similar(actor, session, asked, clock),
        "repeats": count_repeats(actor, session, asked, clock) if category else [],
        "outages": [
            outage
            for outage in context.outages
            if category is None or category.key.startswith(outage.category_key)
        ],
        "category": category,
        "safety": rules.safety.get(category.safety_key) if category else None,
    }


def _intake(form: Form, refused: str = "") -> str:
    actor, session, clock = current_actor(), reader(), current_clock()
    args = request.args if request.method == "GET" else request.form
    lot_id, building_id = (_id_of(args.get(name)) for name in ("lot", "building"))
    known = _known(args)
    party_id = known.party_id
    rules = rules_today()
    found = find_choices(args.get("q", ""), known)
    context: dict[str, Any] = {"place": None, "who": None, "calls": [], "homes": {}}
    if party_id is not None:
        context["who"] = describe_caller(actor, session, party_id)
        day = clock.today(BRUSSELS)
        context["homes"] = homes_of_callers(actor, session, [party_id], day).get(party_id, {})
        context["calls"] = list_of_caller(actor, session, party_id, 5)
    if lot_id is not None or building_id is not None:
        context["place"] = describe_place(
            actor, session, building_id=building_id, lot_id=lot_id, clock=clock
        )
    earlier = _earlier(known, context)
    is_own = not actor.can(TicketPermission.TAKE_CALLS)
    if request.method == "GET":
        form.values |= _known_before(actor, known, context["who"])
    return render_template(
        "tickets/call_new.html",
        form=form,
        most_homes=MOST_HOMES,
        typed=request.form.get("category_text", "").strip(),
        most_found=FOUND,
        channel_labels=CHANNEL_LABELS,
        errors=form.errors,
        refused=refused,
        rules=rules,
        sources=[(key, SOURCE_LABELS[key]) for key in sources_of(actor)],
        priorities=rules.priority_choices,
        plants=_choices(context["place"].plants) if context["place"] else [],
        rooms=_choices(context["place"].rooms) if context["place"] else [],
        is_own=is_own,
        own_places=_own_places(actor) if is_own else {},
        lot_id=lot_id,
        building_id=building_id,
        party_id=party_id,
        **context,
        **_described(earlier, found.earlier, context["calls"], *_open_on(context["place"])),
        earlier=earlier,
        found=found,
    )


def _known_before(actor: Actor, known: Known, who: IntakeCaller | None) -> dict[str, Any]:
    """Return what an empty form says already: about what, and who calls as far as is known."""
    values = {name: request.args.get(name, "") for name in ("installation", "room")}
    if not actor.can(TicketPermission.TAKE_CALLS):
        values |= _from_colleague(actor)
    if who is not None:
        return values | _from_caller(who)
    return values | ({"caller_phone": show_phone(known.phone)} if known.phone else {})


def _from_colleague(actor: Actor) -> dict[str, Any]:
    """Return what the form says of a colleague who reports; they are told by their account."""
    return {
        "caller_name": actor.display_name,
        "caller_locale": actor.locale,
        "source": own_source(actor).value,
    }


def _own_places(actor: Actor) -> Mapping[UUID, str]:
    return building_labels(reader(), actor.scope.building_ids)


def _earlier(known: Known, context: dict[str, Any]) -> Sequence[Ticket]:
    """Return what was reported from the numbers of the caller, but for what is shown as theirs."""
    numbers = context["who"].phones if context["who"] else [known.phone] if known.phone else []
    shown = {one.id for one in context["calls"]}
    found = list_of_phones(current_actor(), reader(), numbers, 10)
    return [one for one in found if one.id not in shown][:5]


def _choices(names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in names.items()]


def _open_on(place: IntakePlace | None) -> Sequence[Sequence[Ticket]]:
    return (place.on_lot, place.in_building) if place else ()


def _described(*groups: Sequence[Ticket]) -> dict[str, Any]:
    """Return how tickets stand, and where they are."""
    tickets = [one for group in groups for one in group]
    places = places_of_tickets(current_actor(), reader(), tickets)
    return {"places": places, **describe_standing(tickets)}


def _id_of(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _from_caller(caller: IntakeCaller) -> dict[str, Any]:
    return {
        "caller_name": caller.name,
        "caller_phone": show_phone(caller.phone),
        "caller_email": caller.email,
        "caller_locale": caller.locale,
    }

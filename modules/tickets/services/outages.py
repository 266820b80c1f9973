"""Known failures that touch many: announce, count one more caller, end and tell everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import TranslatedText, UnitOfWork
from app.errors import Conflict, Invalid, NotFound
from app.i18n import lazy as _l
from app.ids import new_id
from modules.portfolio.api import home_of_installation, place_facts, refuse_plant_elsewhere
from modules.tickets.commands import ChangeOutage, CountAffected, OpenOutage
from modules.tickets.errors import UnknownCategory
from modules.tickets.events import OutageEnded
from modules.tickets.models import Outage, OutageCall
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.outages import get_outage
from modules.tickets.rules import load_rules
from modules.tickets.services.known import known_caller
from modules.tickets.services.telling import tell_outage_over


def open_outage(actor: Actor, command: OpenOutage, uow: UnitOfWork, clock: Clock) -> Outage:
    """Announce a failure on a building or an installation, with the sentence agents say."""
    require(actor, TicketPermission.OUTAGE)
    building_id = _place(actor, command, uow.session)
    _check_kind(command.category_key, uow, clock)
    now = clock.now()
    outage = Outage(
        id=new_id(),
        title=_texts(command.title, "title"),
        sentence=_texts(command.sentence, "sentence"),
        category_key=command.category_key,
        building_id=building_id,
        installation_id=command.installation_id,
        started_at=now,
        expected_end_at=command.expected_end_at,
        opened_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    uow.session.add(outage)
    _audit(outage, "open", actor, uow, clock)
    uow.flush()
    return outage


def _place(actor: Actor, command: OpenOutage, session: Session) -> UUID:
    """Return where a failure is told: where its plant stands, else where it serves whom one sees.

    NotFound for a place one does not see, Invalid for plant that does not serve the one named.
    """
    building_id, plant_id = command.building_id, command.installation_id
    if building_id is None and plant_id is None:
        raise Invalid("place_needed", _l("Choose a building or an installation."), field="place")
    if building_id is not None:
        place = place_facts(actor, session, building_id=building_id, lot_id=None)
        if plant_id is not None:
            refuse_plant_elsewhere(actor, session, plant_id, place)
    home = home_of_installation(actor, session, plant_id) if plant_id else building_id
    told = home or building_id
    if told is None:
        raise NotFound
    return told


def change_outage(
    actor: Actor, outage_id: UUID, command: ChangeOutage, uow: UnitOfWork, clock: Clock
) -> Outage:
    """Change what agents say of a failure that goes on, and when it should end.

    StaleVersion if somebody changed it meanwhile, Conflict once it is over. Where it is stays: a
    failure elsewhere is another one, with other callers.
    """
    require(actor, TicketPermission.OUTAGE)
    outage = get_outage(actor, uow.session, outage_id)
    outage.require_version(command.version)
    if outage.ended_at is not None:
        raise Conflict("outage_ended", _l("This failure is over: nothing more is said of it."))
    if command.category_key != outage.category_key:
        _check_kind(command.category_key, uow, clock)
    said = {
        "title": _texts(command.title, "title"),
        "sentence": _texts(command.sentence, "sentence"),
        "category_key": command.category_key,
        "expected_end_at": command.expected_end_at,
    }
    if changes := changed_fields(outage, said):
        outage.updated_at = clock.now()
        _audit(outage, "change", actor, uow, clock, changes)
    uow.flush()
    return outage


def count_affected(
    actor: Actor, outage_id: UUID, command: CountAffected, uow: UnitOfWork, clock: Clock
) -> Outage:
    """Count one more caller of an outage instead of opening a ticket; one a lot or a party."""
    require(actor, TicketPermission.OPEN)
    outage = get_outage(actor, uow.session, outage_id)
    if outage.ended_at is not None:
        raise Conflict("outage_over", _l("This failure is over: open a ticket instead."))
    if _is_counted(outage, command, uow):
        return outage
    caller = known_caller(actor, uow.session, command.caller)
    uow.session.add(
        OutageCall(
            outage_id=outage.id,
            lot_id=command.lot_id,
            party_id=caller.party_id,
            caller_name=caller.name,
            caller_email=caller.email.strip().lower(),
            caller_locale=caller.locale,
            at=clock.now(),
            actor_id=actor.user_id,
        )
    )
    counted = outage.affected_count + 1
    # Who called stands in the row alone, where they are forgotten in time; the trail says how many.
    _audit(outage, "count", actor, uow, clock, {"affected_count": (outage.affected_count, counted)})
    outage.affected_count = counted
    outage.updated_at = clock.now()
    uow.flush()
    return outage


def end_outage(actor: Actor, outage_id: UUID, uow: UnitOfWork, clock: Clock) -> Outage:
    """Say that a failure is over and tell everybody who called about it; twice is once."""
    require(actor, TicketPermission.OUTAGE)
    outage = get_outage(actor, uow.session, outage_id)
    if outage.ended_at is not None:
        return outage
    outage.ended_at = outage.updated_at = clock.now()
    for call in uow.session.scalars(select(OutageCall).where(OutageCall.outage_id == outage.id)):
        tell_outage_over(call, outage, uow, clock)
    _audit(outage, "end", actor, uow, clock)
    uow.publish(OutageEnded(outage.id), actor, clock)
    uow.flush()
    return outage


def _check_kind(key: str, uow: UnitOfWork, clock: Clock) -> None:
    if key not in load_rules(uow.session, clock.today(BRUSSELS)).categories:
        raise UnknownCategory(key)


def _is_counted(outage: Outage, command: CountAffected, uow: UnitOfWork) -> bool:
    calls = select(OutageCall.id).where(OutageCall.outage_id == outage.id)
    if command.lot_id is not None:
        found = calls.where(OutageCall.lot_id == command.lot_id)
    elif command.caller.party_id is not None:
        found = calls.where(OutageCall.party_id == command.caller.party_id)
    else:
        return False
    return uow.session.execute(found.limit(1)).first() is not None


def _texts(given: Mapping[str, str], field: str) -> TranslatedText:
    """Keep the languages that were filled; French and Dutch are both needed."""
    texts = TranslatedText({key: text.strip() for key, text in given.items() if text.strip()})
    if not texts.get("fr") or not texts.get("nl"):
        message = _l("Write it in French and in Dutch: callers hear their own language.")
        raise Invalid("two_languages_needed", message, field=field)
    return texts


def _audit(
    outage: Outage,
    verb: str,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    record(
        uow,
        actor,
        clock,
        action=f"tickets.outage.{verb}",
        subject=Subject("outage", outage.id, outage.title.text("en")),
        changes=changes,
        building_id=outage.building_id,
    )

"""Who carries out orders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.models import User
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import lazy as _l
from app.ids import new_id
from app.phones import dial
from modules.interventions.commands import SaveTechnician
from modules.interventions.errors import AccountTaken
from modules.interventions.models import Technician, TechnicianArea, TechnicianSkill
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import find_technician, get_technician
from modules.portfolio.api import list_areas

Changes = dict[str, tuple[Any, Any]]


def save_technician(
    actor: Actor,
    technician_id: UUID | None,
    command: SaveTechnician,
    uow: UnitOfWork,
    clock: Clock,
) -> Technician:
    """Add a technician, or change one: name, account, trades, areas.

    Raises StaleVersion when somebody changed the technician since `command.version`, Invalid for
    an unknown account or area, and AccountTaken when another technician signs in with it.
    """
    require(actor, OrderPermission.TECHNICIANS)
    technician = _find_or_make(technician_id, command, uow, clock)
    _require_free(command.user_id, technician, uow)
    changes = _take_facts(technician, command, uow)
    changes |= _take_skills(technician, command)
    changes |= _take_areas(technician, command, uow)
    technician.updated_at = clock.now()
    subject = Subject("technician", technician.id, technician.name)
    record(
        uow,
        actor,
        clock,
        action="interventions.technician.save",
        subject=subject,
        changes=changes,
    )
    uow.flush()
    return technician


def _find_or_make(
    technician_id: UUID | None, command: SaveTechnician, uow: UnitOfWork, clock: Clock
) -> Technician:
    if technician_id is not None:
        technician = get_technician(uow.session, technician_id)
        technician.require_version(command.version)
        return technician
    now = clock.now()
    technician = Technician(
        id=new_id(), name=command.name, created_at=now, updated_at=now, skills=[], areas=[]
    )
    uow.session.add(technician)
    return technician


def _take_facts(technician: Technician, command: SaveTechnician, uow: UnitOfWork) -> Changes:
    changes = changed_fields(
        technician,
        {
            "name": command.name.strip(),
            "user_id": command.user_id,
            "phone": dial(command.phone.strip()),
            "locale": command.locale,
            "day_minutes": command.day_minutes,
            "is_active": command.is_active,
        },
    )
    if "user_id" in changes:
        before, after = changes["user_id"]
        changes["user_id"] = (_account(before, uow), _account(after, uow))
    return changes


def _account(user_id: UUID | None, uow: UnitOfWork) -> str:
    """Name an account as the audit trail shows it."""
    user = uow.session.get(User, user_id) if user_id else None
    return user.email if user else ""


def _require_free(user_id: UUID | None, technician: Technician, uow: UnitOfWork) -> None:
    if user_id is None:
        return
    if uow.session.get(User, user_id) is None:
        raise Invalid("unknown_account", _l("Choose an account that exists."), field="user_id")
    other = find_technician(uow.session, user_id)
    if other is not None and other.id != technician.id:
        raise AccountTaken(other.name)


def _take_skills(technician: Technician, command: SaveTechnician) -> Changes:
    known = {skill.trade: skill for skill in technician.skills}
    before = {trade: skill.level for trade, skill in known.items()}
    for skill in list(technician.skills):
        if skill.trade not in command.skills:
            technician.skills.remove(skill)
    for trade, level in command.skills.items():
        if trade in known:
            known[trade].level = level
        else:
            technician.skills.append(TechnicianSkill(trade=trade, level=level))
    old, new = (sorted(trade.value for trade in held) for held in (before, command.skills))
    return {} if before == command.skills else {"trades": (old, new)}


def _take_areas(technician: Technician, command: SaveTechnician, uow: UnitOfWork) -> Changes:
    wanted, before = set(command.area_ids), {area.area_id for area in technician.areas}
    areas = list_areas(uow.session)
    if not wanted <= before | {area.id for area in areas}:
        raise Invalid("unknown_area", _l("Choose an area from the list."), field="areas")
    for area in list(technician.areas):
        if area.area_id not in wanted:
            technician.areas.remove(area)
    technician.areas.extend(TechnicianArea(area_id=one) for one in sorted(wanted - before))
    if wanted == before:
        return {}
    old, new = ([dict(area.name) for area in areas if area.id in held] for held in (before, wanted))
    return {"areas": (old, new)}

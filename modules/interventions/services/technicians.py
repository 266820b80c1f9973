"""Who carries out orders."""

from __future__ import annotations

from uuid import UUID

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.models import User
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.ids import new_id
from modules.interventions.commands import SaveTechnician
from modules.interventions.models import Technician, TechnicianArea, TechnicianSkill
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import get_technician


def save_technician(
    actor: Actor,
    technician_id: UUID | None,
    command: SaveTechnician,
    uow: UnitOfWork,
    clock: Clock,
) -> Technician:
    """Add a technician, or change one: name, account, trades, areas."""
    require(actor, OrderPermission.TECHNICIANS)
    now = clock.now()
    if technician_id is None:
        technician = Technician(id=new_id(), name=command.name, created_at=now, updated_at=now)
        uow.session.add(technician)
    else:
        technician = get_technician(uow.session, technician_id)
    changes = changed_fields(
        technician,
        {
            "name": command.name.strip(),
            "user_id": command.user_id,
            "phone": command.phone.strip(),
            "locale": command.locale,
            "day_minutes": command.day_minutes,
            "is_active": command.is_active,
        },
    )
    if "user_id" in changes:
        before, after = changes["user_id"]
        changes["user_id"] = (_account(before, uow), _account(after, uow))
    _take_skills(technician, command)
    technician.updated_at = now
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


def _account(user_id: UUID | None, uow: UnitOfWork) -> str:
    """Name an account as the audit trail shows it."""
    user = uow.session.get(User, user_id) if user_id else None
    return user.email if user else ""


def _take_skills(technician: Technician, command: SaveTechnician) -> None:
    known = {skill.trade: skill for skill in technician.skills}
    for skill in list(technician.skills):
        if skill.trade not in command.skills:
            technician.skills.remove(skill)
    for trade, level in command.skills.items():
        if trade in known:
            known[trade].level = level
        else:
            technician.skills.append(TechnicianSkill(trade=trade, level=level))
    wanted = set(command.area_ids)
    for area in list(technician.areas):
        if area.area_id not in wanted:
            technician.areas.remove(area)
    present = {area.area_id for area in technician.areas}
    technician.areas.extend(TechnicianArea(area_id=one) for one in wanted - present)

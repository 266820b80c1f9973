"""Tell those of a trade that a ticket is their team's: given to it, or new for who asked."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.notifications import Notice, NotificationKind, is_wanted, notify, who_sees
from modules.interventions.models import Technician, TechnicianArea, TechnicianSkill
from modules.interventions.policies import OrderPermission
from modules.portfolio.api import scope_places
from modules.tickets.events import GivenToTeam

TEAM_TICKET = NotificationKind(
    "interventions.team_ticket",
    _l("A ticket is given to my team"),
    permission=OrderPermission.WORK,
)
# Every leak of the week is news for few: who wants it asks for it.
TEAM_NEW = NotificationKind(
    "interventions.team_new",
    _l("A new ticket is for my team"),
    in_page=False,
    by_mail=False,
    permission=OrderPermission.WORK,
)


def tell_team(event: GivenToTeam, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Tell those of a trade who cover the place and see it; who has no area covers all of them."""
    if event.is_new and not is_wanted(TEAM_NEW, uow):
        return
    places = scope_places(uow.session, event.building_id)
    areas = select(TechnicianArea.technician_id)
    team = (
        select(Technician.user_id)
        .join(TechnicianSkill, TechnicianSkill.technician_id == Technician.id)
        .where(
            TechnicianSkill.trade == event.trade,
            Technician.is_active,
            Technician.user_id.is_not(None),
            or_(
                Technician.id.not_in(areas),
                Technician.id.in_(areas.where(TechnicianArea.area_id.in_(places))),
            ),
        )
        .order_by(Technician.name)
    )
    named = {"number": event.number, "title": event.title}
    if event.is_new:
        kind, message = TEAM_NEW, _l("%(number)s is new for your team: %(title)s", **named)
    else:
        kind, message = TEAM_TICKET, _l("%(number)s is given to your team: %(title)s", **named)
    notice = Notice(kind, message, f"/tickets/{event.ticket_id}", ("ticket", event.ticket_id))
    told = [one for one in uow.session.scalars(team) if one and one != actor.user_id]
    notify(notice, who_sees(places, told, uow), uow, clock)

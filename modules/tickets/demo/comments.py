"""What colleagues write to each other under tickets of the demo, some calling others by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.models import User
from app.auth.roles import Role
from app.clock import FixedClock
from app.comments.models import Comment
from app.comments.services import Readers, post_comment
from app.db import UnitOfWork
from app.demo import Planting, Seed, account_email
from app.subjects import Subjects
from modules.tickets.enums import TicketSource, TicketStatus, WaitingReason
from modules.tickets.models import Ticket
from modules.tickets.subjects import SUBJECTS

_A, _D, _T = Role.CALL_CENTRE_AGENT, Role.DISPATCHER, Role.TECHNICIAN
# Between two comments.
_PAUSE = timedelta(minutes=25)


@dataclass(frozen=True, slots=True)
class Talk:
    """What is written under one ticket, found by its state and for what it waits."""

    said: tuple[tuple[Role, str], ...]
    category: str
    status: TicketStatus | None = None
    reason: WaitingReason | None = None


TALKS = (
    Talk(
        (
            (_D, "@technician la vanne est au magasin, peux-tu reprendre rendez-vous ?"),
            (_T, "Ja, ik bel de huurder vanmiddag. @dispatcher zet het donderdag op mijn bord."),
        ),
        "home.heating.radiator",
        TicketStatus.WAITING,
        WaitingReason.PART,
    ),
    Talk(
        (
            (_D, "@property.director sol complet ou réparation ? Le devis complet est de 1.840 €."),
            (Role.PROPERTY_DIRECTOR, "Je regarde avec les finances, réponse cette semaine."),
        ),
        "home.finish.floor",
        TicketStatus.WAITING,
        WaitingReason.DECISION,
    ),
    Talk(
        ((_A, "@dispatch.leader troisième appel pour le même problème, la dame s’impatiente."),),
        "home.water.toilet",
        TicketStatus.RETURNED,
    ),
    Talk(
        ((_D, "Code van de straatdeur veranderd, vraag de nieuwe aan @site.coordinator."),),
        "home.water.blocked",
        TicketStatus.WAITING,
        WaitingReason.ACCESS,
    ),
    Talk(
        (
            (Role.MAINTENANCE_ENGINEER, "Het stuk is besteld, de afspraak staat op de bon."),
            (_A, "Merci, affiché dans le hall et dit à ceux qui appellent. @maintenance.engineer"),
        ),
        "common.lift",
        TicketStatus.IN_PROGRESS,
    ),
    Talk(
        ((Role.CARE_HOME_DIRECTOR, "La chambre est occupée, @dispatcher prévenez l’étage."),),
        "public.call",
    ),
)  # fmt: skip


def plant_comments(planting: Planting) -> None:
    """Write what is said, each a while after what it is about."""
    with planting.database.unit_of_work("demo") as uow:
        users = {user.email: user for user in uow.session.scalars(select(User))}
        count = 0
        for talk in TALKS:
            ticket = _find(uow.session, talk)
            if ticket is not None:
                count += _write(planting, talk, ticket, users, uow)
    planting.say(f"{count} comments")


def are_comments_planted(session: Session) -> bool:
    """Tell whether somebody wrote something already."""
    return session.scalar(select(Comment.id).limit(1)) is not None


def _find(session: Session, talk: Talk) -> Ticket | None:
    """Return the latest ticket a talk can be about."""
    wanted = select(Ticket).where(
        Ticket.category_key.startswith(talk.category), Ticket.source != TicketSource.ALERT
    )
    if talk.status is not None:
        wanted = wanted.where(Ticket.status == talk.status)
    if talk.reason is not None:
        wanted = wanted.where(Ticket.waiting_reason == talk.reason)
    return session.scalars(wanted.order_by(Ticket.number.desc()).limit(1)).first()


def _write(
    planting: Planting, talk: Talk, ticket: Ticket, users: Mapping[str, User], uow: UnitOfWork
) -> int:
    """Write a talk, each comment a while after the one before, and return how many there are."""
    subjects = Subjects(SUBJECTS)
    # Whoever is called by name here sees every ticket.
    readers = Readers(subjects, lambda user: replace(planting.actor, user_id=user.id))
    at = ticket.updated_at if ticket.is_open else ticket.opened_at
    count = 0
    for role, text in talk.said:
        user = users.get(account_email(role))
        if user is None:
            continue
        at = min(at + _PAUSE, planting.clock.now())
        by = replace(planting.actor, user_id=user.id, display_name=user.display_name)
        subject = subjects.get(by, uow.session, "ticket", ticket.id)
        post_comment(by, subject, text, readers, uow, FixedClock(at))
        count += 1
    return count


SEED = Seed("what colleagues write", plant_comments, are_comments_planted)

"""A pass over a file of orders, and taking it back while its names still mean who they meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.tabular.importer import Entry
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, ServiceWork
from app.tabular.typed import Row
from modules.interventions.errors import NoTechnician
from modules.interventions.importers.meeting import Told, ask_about_meetings
from modules.interventions.importers.resolving import known_orders
from modules.interventions.models import Technician


class OrdersImporter(ServiceImporter):
    """An importer that knows technicians by their names, and asks before two visits meet."""

    def open(self, actor: Actor, clock: Clock) -> ServiceWork:
        """Begin a pass over a file, which remembers the visits of the rows before."""
        told = Told(clock.now())

        def prepare_and_ask(
            actor: Actor, session: Session, rows: Sequence[Row]
        ) -> Iterator[Problem]:
            yield from self.prepare(actor, session, rows)
            known = known_orders(actor, session, rows)
            yield from ask_about_meetings(actor, session, rows, known, told)

        return ServiceWork(replace(self, prepare=prepare_and_ask), actor, told.now)

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Give orders back to who had them; NoTechnician when two bear the name, also who left."""
        names = {entry.before.get("technician") for entry in entries if entry.before}
        shared = (
            select(Technician.name)
            .where(Technician.name.in_(name for name in names if name))
            .group_by(Technician.name)
            .having(func.count() > 1)
        )
        if uow.session.scalar(shared.limit(1)) is not None:
            raise NoTechnician
        super().undo(uow, actor, clock, entries)

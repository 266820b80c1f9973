"""Take back what a file of orders did, only while its names still mean who they meant."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.tabular.importer import Entry
from app.tabular.service_importer import ServiceImporter
from modules.interventions.errors import NoTechnician
from modules.interventions.models import Technician


class OrdersImporter(ServiceImporter):
    """An importer whose journal knows technicians by their names."""

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

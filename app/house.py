"""The parts an application is built from; what a job or a command needs without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.audit.sealing import trail_key
from app.auth.roles import Role
from app.auth.who import name_jobs
from app.clock import Clock, SystemClock
from app.db import Database, EventBus
from app.i18n import load_catalogues
from app.privacy.hooks import Privacy
from app.registry import Module, find_modules, grants_of, subjects_of
from app.settings import Settings
from app.subjects import Subjects


@dataclass(frozen=True, slots=True)
class House:
    """Settings, database, clock and modules, tied together once at start-up."""

    settings: Settings
    database: Database
    clock: Clock
    modules: tuple[Module, ...]
    grants: Mapping[Role, frozenset[str]]
    subjects: Subjects
    privacy: Privacy


def build_house(
    settings: Settings,
    *,
    clock: Clock | None = None,
    database: Database | None = None,
    modules: tuple[Module, ...] | None = None,
) -> House:
    """Find the modules, read the catalogues, open the database."""
    found = find_modules() if modules is None else modules
    load_catalogues(module.folder / "translations" for module in found if module.name != "house")
    name_jobs((job.name, job.title) for module in found for job in module.jobs)
    bus = EventBus(pair for module in found for pair in module.handlers)
    if database is None:
        database = Database(settings.database_url, bus)
    else:
        database.bus = bus
    subjects = subjects_of(found)
    declared = [item for module in found for item in module.privacy]
    privacy = Privacy(declared, trail_key(settings))
    return House(
        settings, database, clock or SystemClock(), found, grants_of(found), subjects, privacy
    )

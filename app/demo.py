"""The demo: one account per role, and what each module plants in its own part of the estate.

A module lists `Seed`s in its declaration. They run in the order of the modules, each once: a seed
says itself whether it is planted. Everything it invents comes from the `Random` it is handed, so
that the same seed number makes the same estate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor, system_actor
from app.auth.models import User
from app.auth.passwords import hash_password
from app.auth.roles import LABELS, Role
from app.auth.services import CreateUser, create_user
from app.clock import Clock
from app.db import Database
from app.files.store import FileStore, LocalFileStore
from app.house import House

# Written in the README and on the sign-in page of a demo; `flask doctor` warns of it elsewhere.
DEMO_PASSWORD = "a demo for everybody"  # noqa: S105 # published on purpose
DEMO_DOMAIN = "demo.example"
SEED_NUMBER = 2026

# Invented people, French- and Dutch-speaking by turns: an office is not made of job titles.
NAMES: dict[Role, str] = {
    Role.PROPERTY_DIRECTOR: "Hélène Marchal",
    Role.LETTING_AGENT: "Wouter De Smedt",
    Role.CALL_CENTRE_AGENT: "Nadia Lemaire",
    Role.DISPATCHER: "Bram Verhaegen",
    Role.DISPATCH_LEADER: "Olivier Dumont",
    Role.CARETAKER: "Rita Goossens",
    Role.SITE_COORDINATOR: "Fabrice Collard",
    Role.STOREKEEPER: "Dirk Maes",
    Role.WORKS_CREW: "Karim Benali",
    Role.TECHNICIAN: "Ilse Claes",
    Role.INTERIOR_ARCHITECT: "Camille Noël",
    Role.MAINTENANCE_ENGINEER: "Pieter Aerts",
    Role.ENERGY_COORDINATOR: "Yasmina Bakkali",
    Role.WORKS_PROJECT_LEAD: "Annelies Pauwels",
    Role.PURCHASING_AGENT: "Benoît Gilson",
    Role.FINANCE: "Katrien Wouters",
    Role.PREVENTION_ADVISER: "Serge Hanquet",
    Role.DATA_PROTECTION_OFFICER: "Lotte Segers",
    Role.CLIMATE_OFFICER: "Chloé Renard",
    Role.ANALYST: "Joris Thys",
    Role.CARE_HOME_DIRECTOR: "Véronique Piette",
    Role.BRANCH_OFFICE_HEAD: "Stijn Lievens",
    Role.SOCIAL_WORKER: "Fatou Ndiaye",
    Role.COUNCIL: "Greet Hermans",
    Role.ADMINISTRATOR: "Thomas Warnier",
}


@dataclass(frozen=True, slots=True)
class Planting:
    """What a seed is handed: where to plant, when, as whom, by which chance, and how much."""

    database: Database
    clock: Clock
    actor: Actor
    chance: Random
    # 1.0 plants the whole estate of 2,391 lots; tests plant a little.
    scale: float
    say: Callable[[str], None]
    # Where documents go; without one none are planted.
    files: FileStore | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A part of the demo; `is_planted` lets a second load skip it."""

    name: str
    run: Callable[[Planting], None]
    is_planted: Callable[[Session], bool]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to try a role with."""

    email: str
    role: Role
    locale: str
    label: str
    name: str


def invented_id(chance: Random) -> UUID:
    """Make an identifier from the demo's own chance, so that two loads make the same."""
    return UUID(int=chance.getrandbits(128), version=4)


def timed_id(chance: Random, at: datetime) -> UUID:
    """Make the identifier a row of a moment would have had, from the demo's own chance."""
    milliseconds = int(at.timestamp() * 1000)
    tail = (0x7 << 76) | (chance.getrandbits(12) << 64) | (0b10 << 62) | chance.getrandbits(62)
    return UUID(int=(milliseconds << 80) | tail)


def account_email(role: Role) -> str:
    """Return the address the demo account of a role signs in with."""
    return f"{role.value.replace('_', '.')}@{DEMO_DOMAIN}"


def demo_accounts() -> Iterator[DemoAccount]:
    """Name one account per role, every second one in Dutch; the roles in the present language."""
    for number, role in enumerate(Role):
        locale = ("fr", "nl")[number % 2]
        yield DemoAccount(account_email(role), role, locale, str(LABELS[role]), NAMES[role])


def load_demo(
    house: House,
    *,
    scale: float = 1.0,
    number: int = SEED_NUMBER,
    say: Callable[[str], None] = print,
) -> None:
    """Plant what is missing: the accounts, then each module's seeds in order."""
    plant_accounts(house.database, system_actor("demo"), house.clock)
    plant_seeds(house, scale=scale, number=number, say=say)


def plant_seeds(
    house: House,
    *,
    scale: float = 1.0,
    number: int = SEED_NUMBER,
    say: Callable[[str], None] = print,
) -> None:
    """Run the seeds that are not planted yet, in the order of the modules."""
    actor = system_actor("demo")
    files = LocalFileStore(house.settings.files_dir)
    for module in house.modules:
        for seed in module.seeds:
            with house.database.reader() as session:
                if seed.is_planted(session):
                    continue
            say(f"{module.name}: {seed.name}")
            # A chance of its own for each: a new seed must not change what the others invent.
            chance = Random(f"{number} {module.name} {seed.name}")  # noqa: S311 # invented data
            seed.run(Planting(house.database, house.clock, actor, chance, scale, say, files))


def plant_accounts(database: Database, actor: Actor, clock: Clock) -> None:
    """Make the demo accounts that do not exist yet."""
    # One hash for all: the password is public, and each hash is made to be slow.
    hashed = hash_password(DEMO_PASSWORD)
    with database.unit_of_work("demo") as uow:
        known = set(uow.session.scalars(select(User.email)))
        for account in demo_accounts():
            if account.email in known:
                continue
            command = CreateUser(
                email=account.email,
                display_name=account.name,
                roles=(account.role,),
                locale=account.locale,
            )
            user = create_user(actor, command, uow, clock)
            user.password_hash, user.password_changed_at = hashed, clock.now()

"""What a module declares, and how the house finds and orders the modules.

The house never names a module: it looks for `modules/<name>/module.py` and registers what the
`module` object there declares.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.auth.roles import Role
from app.i18n import LazyText
from app.subjects import Subjects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    import click
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from app.auth.actor import Actor
    from app.clock import Clock
    from app.demo import Seed
    from app.first_steps import FirstStep
    from app.jobs.job import Job
    from app.lists.sources import ListSource
    from app.mail.enclosures import Enclosure
    from app.notifications.kinds import NotificationKind
    from app.subjects import SubjectKind

HOUSE_FOLDER = Path(__file__).parent
MODULES_FOLDER = Path(__file__).parent.parent / "modules"


@dataclass(frozen=True, slots=True)
class Renamed:
    """What an entry of the menu is called to whoever does not hold a permission."""

    without: str
    label: LazyText
    icon: str


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the menu; shown to whoever holds the permission."""

    label: LazyText
    endpoint: str
    permission: str
    icon: str = "circle"
    group: LazyText | str = ""
    shortcut: str = ""
    order: int = 100
    renamed: Renamed | None = None
    # Offered only to who holds this right too, when the page is part of few people's work.
    work_of: str = ""

    def is_for(self, rights: Collection[str]) -> bool:
        """Tell whether the menu of whoever holds some rights has it."""
        return self.permission in rights and (not self.work_of or self.work_of in rights)

    def named_for(self, rights: Collection[str]) -> tuple[LazyText, str]:
        """Return the words and the icon for whoever holds some rights."""
        if self.renamed and self.renamed.without not in rights:
            return self.renamed.label, self.renamed.icon
        return self.label, self.icon


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands open in a panel: a number on its tab, and under `label` on top of the sheet.

    `count` takes an actor, the identifier of the sheet and a day and returns a scalar subquery: a
    sheet asks all its tallies in one query. `name`, the same, is shown instead of the number.
    """

    permission: str
    count: Callable[[Actor, UUID, date], Any]
    label: LazyText | None = None
    name: Callable[[Actor, UUID, date], Any] | None = None
    # How the tile looks as soon as there is one.
    tone: str = "warning"


@dataclass(frozen=True, slots=True)
class Panel:
    """A part a module adds to another module's sheet, loaded when it is opened.

    `place` names the sheet (building, lot, party, organisation, meter, ticket) and `endpoint` takes
    `subject_id`; on the home page (`home`) the endpoint takes nothing, and `concerns` says whether
    there is anything in it for the person who looks.
    """

    place: str
    title: LazyText
    endpoint: str
    permission: str
    order: int = 100
    concerns: Callable[[Actor, Session], bool] | None = None
    tally: Tally | None = None


def for_roles(*roles: Role) -> Callable[[Actor, Session], bool]:
    """Return what a panel `concerns` that is the work of some roles and of nobody else's day."""

    def concerns(actor: Actor, _session: Session) -> bool:
        return not actor.roles.isdisjoint(roles)

    return concerns


@dataclass(frozen=True, slots=True)
class ScopeKind:
    """What a person's view can be narrowed to: `kind` is `area` or `building`.

    `options` gives (identifier, label) of everything there is to choose from, `codes` (identifier,
    code) of the same: what files call it.
    """

    kind: str
    label: LazyText
    options: Callable[[Session], Iterable[tuple[UUID, str]]]
    codes: Callable[[Session], Iterable[tuple[UUID, str]]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number a module knows about another module's things, drawn as a layer of its map.

    `count` takes an actor and a session and returns the number of each thing, by identifier, in
    one query; a thing left out counts 0. `place` is building.
    """

    place: str
    key: str
    label: LazyText
    permission: str
    count: Callable[[Actor, Session], Mapping[UUID, int]]


@dataclass(frozen=True, slots=True)
class Remark:
    """A line a module knows about another module's things, shown beside each of them in a list.

    `tell` takes an actor, a session, identifiers and a clock and returns the line of each thing
    there is something to say of, in the reader's language, in a fixed number of queries. `place`
    is ticket.
    """

    place: str
    permission: str
    tell: Callable[[Actor, Session, Collection[UUID], Clock], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True)
class Module:
    """The declaration of a module: data, no logic."""

    name: str
    # What people call it, and its permissions, on the page of roles.
    title: LazyText | str = ""
    permission_labels: Mapping[Any, LazyText] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    api_blueprints: tuple[Any, ...] = ()
    permissions: type[StrEnum] | None = None
    grants: Mapping[Role, frozenset[Any]] = field(default_factory=dict)
    navigation: tuple[NavigationItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    first_steps: tuple[FirstStep, ...] = ()
    measures: tuple[Measure, ...] = ()
    remarks: tuple[Remark, ...] = ()
    jobs: tuple[Job, ...] = ()
    importers: tuple[Any, ...] = ()
    # Files that are no tables, brought in by pages of the module and undone with the others.
    batch_kinds: tuple[Any, ...] = ()
    # What lists a job can write to a file; every TableSpec has its source here.
    lists: tuple[ListSource, ...] = ()
    cli: tuple[click.Command, ...] = ()
    handlers: tuple[tuple[type, Callable[..., None]], ...] = ()
    search_providers: tuple[Any, ...] = ()
    seeds: tuple[Seed, ...] = ()
    privacy: tuple[Any, ...] = ()
    # Records that take files, comments and a history tab; see app/subjects.py.
    subjects: tuple[SubjectKind, ...] = ()
    # What people can choose to be told about; see app/notifications.
    notification_kinds: tuple[NotificationKind, ...] = ()
    # Files that go with its mails; see app/mail/enclosures.py.
    enclosures: tuple[Enclosure, ...] = ()

    # By what the accounts of people are narrowed.
    scope_kinds: tuple[ScopeKind, ...] = ()

    @property
    def folder(self) -> Path:
        """Return the module's folder; the house lives in `app`."""
        return HOUSE_FOLDER if self.name == "house" else MODULES_FOLDER / self.name


def find_modules() -> tuple[Module, ...]:
    """Import every declaration: the house's own, then the modules, those others need first.

    Raises RuntimeError when a module depends on one that is missing or on itself in a circle.
    """
    names = sorted(path.parent.name for path in MODULES_FOLDER.glob("*/module.py"))
    found = {name: import_module(f"modules.{name}.module").module for name in names}
    own: Module = import_module("app.module").module
    return (own, *_in_order(found))


def _in_order(found: Mapping[str, Module]) -> Iterator[Module]:
    done: set[str] = set()
    waiting = dict(found)
    while waiting:
        ready = [m for m in waiting.values() if done.issuperset(m.depends_on)]
        if not ready:
            names = sorted(waiting)
            raise RuntimeError(f"modules depend on each other or on a missing one: {names}")
        for module in ready:
            done.add(module.name)
            del waiting[module.name]
            yield module


def panels_for(modules: Iterable[Module], place: str, actor: Actor) -> list[Panel]:
    """List the panels of a place that an actor may open, in order."""
    panels = (panel for module in modules for panel in module.panels)
    shown = (p for p in panels if p.place == place and actor.can(p.permission))
    return sorted(shown, key=lambda panel: panel.order)


def remarks_for(modules: Iterable[Module], place: str, actor: Actor) -> list[Remark]:
    """List the remarks on a place that an actor may read."""
    remarks = (remark for module in modules for remark in module.remarks)
    return [one for one in remarks if one.place == place and actor.can(one.permission)]


def permissions_of(modules: Iterable[Module]) -> tuple[str, ...]:
    """List every permission the modules declare, in alphabetical order."""
    return tuple(sorted(p.value for m in modules if m.permissions for p in m.permissions))


def permission_labels_of(modules: Iterable[Module]) -> dict[str, LazyText]:
    """Return what people call each permission."""
    return {p.value: label for m in modules for p, label in m.permission_labels.items()}


def subjects_of(modules: Iterable[Module]) -> Subjects:
    """Index the kinds of record the modules declare."""
    return Subjects(kind for module in modules for kind in module.subjects)


def grants_of(modules: Iterable[Module]) -> dict[Role, frozenset[str]]:
    """Merge what each module grants to each role; the administrator is granted like any other."""
    merged: dict[Role, set[str]] = {role: set() for role in Role}
    for module in modules:
        for role, permissions in module.grants.items():
            merged[role].update(str(p.value) for p in permissions)
    return {role: frozenset(permissions) for role, permissions in merged.items()}

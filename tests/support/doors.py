"""Every request for a record, and who may make it: the matrix of the tests of scope and rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.auth.actor import Actor
from app.auth.needs import SIGNED_IN
from app.auth.roles import Role
from app.db import Base
from app.policies import HousePermission
from app.subjects import Subject, Subjects
from app.web.lifecycle import declared_permission
from modules.energy.policies import EnergyPermission
from modules.parties.policies import PartyPermission
from modules.portfolio.policies import PortfolioPermission
from modules.tickets.policies import TicketPermission
from tests.support.every_table import OWNER
from tests.support.routes import UNSAFE, address_of, addresses, kinds_with_pages, named

# The table a parameter leads to, where its name does not say it.
MEANT = {
    "code_id": "access_codes",
    "parcel_id": "land_parcels",
    "person_id": "parties",
    "photo_id": "attachments",
    "run_id": "job_runs",
    "session_id": "user_sessions",
    "deal_id": "land_deals",
    "deal_step_id": "land_deal_steps",
    "step_id": "permit_steps",
    "work_id": "land_works",
    "token_id": "api_tokens",
    "version_id": "ticket_rules",
    "view_id": "saved_views",
}
# The same, by a part of the address, where one name means several things.
MEANT_IN = {
    "<any(sites, areas, departments)": "areas",
    "/areas/": "areas",
    "/departments/": "departments",
    "/sites/": "sites",
    "/closing-days/": "closing_days",
    "/weeks/": "office_weeks",
    "/building": "buildings",
    "/lot": "lots",
    "/people/": "parties",
    "/panels/installation": "installations",
    "/panels/organisations/": "parties",
    "/panels/parcels/": "land_parcels",
    "/panels/permits/": "permits",
    "/panels/rooms/": "rooms",
    "/panels/alerts/": "energy_alerts",
    "/panels/tickets/": "tickets",
    "/readings/files/": "energy_ingest_batches",
    "/readings/": "energy_reading_entries",
    "/energy/imports/": "energy_ingest_batches",
    "/imports/": "import_batches",
}
SEVERAL = {"batch_id", "entry_id", "grouping_id", "row_id", "subject_id"}
WORDS = {"person_type": "party", "step": "start", "variant": "thumbnail", "kind": "csv"}


@dataclass(frozen=True)
class Person:
    """Somebody with one role who sees every place, each by name."""

    role: Role
    client: FlaskClient
    actor: Actor
    # A work order that is theirs, if theirs are the only ones they may work on.
    order_id: UUID | None = None


@dataclass(frozen=True)
class Door:
    """A request for a record, the permission its route declares, the subject it hangs on."""

    method: str
    rule: Rule
    permission: str
    values: dict[str, Any]
    subject: tuple[str, UUID] | None = None

    def address(self, app: Flask, person: Person) -> str:
        """Fill in the address; on the tablet it is one's own order."""
        own = {"order_id": person.order_id} if self.rule.rule.startswith("/field") else {}
        given = {name: value for name, value in own.items() if value}
        return address_of(app, self.rule, self.method, self.values | given)

    def opens_for(self, person: Person, subjects: Subjects, session: Session) -> bool:
        """Tell whether a person may pass: by the declared right, and by what it leaves open."""
        if self.permission != SIGNED_IN and not person.actor.can(self.permission):
            return False
        if self.subject is not None:
            kind = subjects.kind(self.subject[0])
            seen = kind.find(person.actor, session, self.subject[1]) if kind else None
            return seen is not None and rule_of(self, HANGING)(person, seen)
        return rule_of(self, BESIDES)(person, None)


Judge = Callable[[Person, Subject | None], bool]


def anybody(_person: Person, _seen: Subject | None) -> bool:
    """Leave it at the declared right."""
    return True


def owner(person: Person, _seen: Subject | None) -> bool:
    """Ask for who made the record."""
    return person.role is OWNER


def owner_or(permission: str) -> Judge:
    """Ask for who made the record, or a right over those of others."""
    return lambda person, _seen: person.role is OWNER or person.actor.can(permission)


def keeper_of_all(person: Person, _seen: Subject | None) -> bool:
    """Ask for who sees the whole estate: what places are filed under holds for everybody."""
    return person.actor.scope.everything


def holder_of(permission: str) -> Judge:
    """Ask for another right besides."""
    return lambda person, _seen: person.actor.can(permission)


def writer(_person: Person, seen: Subject | None) -> bool:
    """Ask for who may add to the record the thing hangs on."""
    return seen is not None and seen.can_write


# What a door asks for besides the right its route declares, by the beginning of its endpoint.
BESIDES: dict[str, Judge] = {
    "account.key_revoke": owner_or(HousePermission.USER_MANAGE),
    "account.": owner,
    "archive_api.RestoredAreas": keeper_of_all,
    "archive_api.RestoredDepartments": keeper_of_all,
    "archive_api.RestoredSites": keeper_of_all,
    "exports.": owner,
    # The profile is one of certificates.
    "import_profiles_api.": holder_of(PortfolioPermission.CERTIFY),
    "imports.profile_delete": holder_of(PortfolioPermission.CERTIFY),
    # A panel is for those who may read its sheet.
    "interventions.panel_organisation": holder_of(PartyPermission.READ),
    "interventions.panel_ticket": holder_of(TicketPermission.READ),
    "land.panel_contractor_works": holder_of(PartyPermission.READ),
    "tickets.panel_alert": holder_of(EnergyPermission.ALERT_READ),
    "tickets.panel_party": holder_of(PartyPermission.READ),
    "imports_api.": owner_or(HousePermission.AUDIT_READ),
    "import_files.file_annotated": owner_or(HousePermission.AUDIT_READ),
    "imports.batch": owner_or(HousePermission.AUDIT_READ),
    "imports.reading": owner_or(HousePermission.AUDIT_READ),
    "GET job_runs_api.": owner_or(HousePermission.JOB_READ),
    "list_exports_api.": owner,
    "list_views_api.": owner,
    "job_runs_api.": owner_or(HousePermission.JOB_RUN),
    "jobs.run_detail": owner_or(HousePermission.JOB_READ),
    "jobs.": owner_or(HousePermission.JOB_RUN),
    "me_api.": owner,
    "notifications": owner,
    "tickets.ticket_step": lambda person, _seen: person.actor.can(TicketPermission.HANDLE),
    "tokens_api.": owner_or(HousePermission.USER_MANAGE),
    "views.": owner,
}
# The same for what hangs on another record, once that record is seen; reading asks no more.
HANGING: dict[str, Judge] = {
    "POST files.": writer,
    "PATCH attachments_api.": writer,
    "POST attachments_api.AttachmentRestoration": writer,
    "DELETE attachments_api.": writer,
    "POST comments.comment_post": lambda _person, seen: seen is not None and seen.can_comment,
    "POST comments.": owner,
    "POST comments_api.CommentRestoration": owner,
    "PATCH comments_api.": owner,
    "DELETE comments_api.": owner,
    "GET history.": lambda _person, seen: seen is not None and seen.can_see_history,
}


def rule_of(door: Door, rules: dict[str, Judge]) -> Judge:
    """Find what a door asks for besides."""
    names = (door.rule.endpoint, f"{door.method} {door.rule.endpoint}")
    found = (rule for start, rule in rules.items() if any(n.startswith(start) for n in names))
    return next(found, anybody)


def doors(app: Flask, session: Session) -> Iterator[Door]:
    """Give every request that names a record, with a record there is."""
    for method, _address, rule in addresses(app, UNSAFE | {"GET"}):
        permission = declared_permission(app.view_functions[rule.endpoint], method)
        converters = {name: type(found).__name__ for name, found in rule._converters.items()}
        names = [name for name, kind in converters.items() if kind == "UUIDConverter"]
        if not names or permission is None:
            continue
        if "subject_type" in converters:
            yield from hanging(app, session, method, rule)
            continue
        values = {name: first_of(table_of(rule, name), session) for name in names}
        given = values | {name: WORDS[name] for name in converters if name in WORDS}
        hangs = {"attachment_id", "comment_id"} & set(names)
        subject = ("building", first_of("buildings", session)) if hangs else None
        yield Door(method, rule, permission, given, subject)


def hanging(app: Flask, session: Session, method: str, rule: Rule) -> Iterator[Door]:
    """Give the requests of what hangs on a record, for every kind of record."""
    for kind in kinds_with_pages(app):
        # A role is a word of the house, with no row and no identifier of its own.
        for table in named([kind], with_identifier())[:1]:
            record = first_of(table, session)
            values = {"subject_id": record, "subject_type": kind}
            yield Door(method, rule, SIGNED_IN, values, (kind, record))


def with_identifier() -> list[str]:
    """Name the tables whose rows have an identifier."""
    return [name for name, table in Base.metadata.tables.items() if "id" in table.c]


def table_of(rule: Rule, name: str) -> str:
    """Choose the table a parameter of an address leads to."""
    if name in MEANT:
        return MEANT[name]
    if name in SEVERAL:
        return next(table for part, table in MEANT_IN.items() if part in rule.rule)
    (table,) = named([name.removesuffix("_id")], with_identifier())
    return table


def first_of(table: str, session: Session) -> UUID:
    """Give the identifier of a row: the first, of sites the first with a building."""
    column = Base.metadata.tables[table].c.id
    if table == "sites":
        column = Base.metadata.tables["buildings"].c.site_id
    known = select(column).where(column.is_not(None)).order_by(column).limit(1)
    return session.scalars(known).one()

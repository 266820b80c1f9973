"""Import and export accounts: who works here, in which roles, on which part of the estate.

Never a password or a link: a new account starts as one made on the page without either, with
single sign-on or the one-time link made on its sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from app.auth import services
from app.auth.actor import Actor
from app.auth.commands import ChangeUser, CreateUser
from app.auth.models import User, UserRole, UserScope
from app.auth.queries import select_all_users
from app.auth.roles import LABELS, Role
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LANGUAGE_NAMES, LazyText
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.registry import find_modules
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.formats import Formats
from app.tabular.importer import Values
from app.tabular.kinds import EMAIL, BadValue, Cell, Choice, Kind, Text, YesNo
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row

BETWEEN = ", "
# What an empty cell leaves as it is; empty roles, areas or buildings are none.
_KEPT = ("locale", "everything", "active")


class AccountLanguage(StrEnum):
    """The languages of the screens."""

    FRENCH = "fr"
    DUTCH = "nl"
    ENGLISH = "en"


LANGUAGES: dict[AccountLanguage, LazyText] = {
    AccountLanguage.FRENCH: _l("French"),
    AccountLanguage.DUTCH: _l("Dutch"),
    AccountLanguage.ENGLISH: _l("English"),
}
_ROLE = Choice(enum=Role, labels=LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles(Kind):
    """Roles with a comma between them; the value is their keys, in order."""

    @property
    def expected(self) -> LazyText:
        """Name the roles there are."""
        names = BETWEEN.join(sorted(str(label) for label in LABELS.values()))
        return _l("roles with a comma between them: %(roles)s", roles=names)

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the keys."""
        try:
            found = {_ROLE.read(part, formats).value for part in split(str(cell))}
        except BadValue as error:
            raise BadValue("not_a_choice") from error
        return BETWEEN.join(sorted(found))

    def write(self, value: Any) -> Cell:
        """Write the labels of the present language."""
        return BETWEEN.join(str(LABELS[Role(key)]) for key in split(value or ""))


def split(text: str) -> list[str]:
    """Return what stands between the commas of a cell."""
    return [part.strip() for part in text.split(",") if part.strip()]


_CODES = Text(max_length=4_000, example=_l("codes with a comma between them"))
COLUMNS = (
    Column("email", _l("E-mail address"),
           EMAIL, required=True, aliases=("e-mail",), example="an.peeters@example.org"),
    Column("name", _l("Name"), Text(max_length=120), example="An Peeters"),
    Column("locale", _l("Language"), Choice(enum=AccountLanguage, labels=LANGUAGES,
           aliases={LANGUAGE_NAMES[one.value]: one for one in AccountLanguage})),
    Column("roles", _l("Roles"), Roles(), example="dispatcher, caretaker"),
    Column("everything", _l("Sees the whole estate"), YesNo()),
    Column("areas", _l("Areas"), _CODES, help=_l("Of an account that does not see everything.")),
    Column("buildings", _l("Buildings"), _CODES),
    Column("active", _l("In use"), YesNo(),
           help=_l("No takes the account out of use, yes brings it back.")),
)  # fmt: skip

Codes = Mapping[str, Mapping[str, UUID]]


def _codes(session: Session) -> Codes:
    """Return what a scope may name: by kind, the identifier of each code."""
    kinds = [kind for module in find_modules() for kind in module.scope_kinds]
    return {kind.kind: {code: key for key, code in kind.codes(session)} for kind in kinds}


def _stored(user: User, codes: Mapping[UUID, str]) -> Stored:
    def scope(kind: str) -> str:
        ids = (scope.subject_id for scope in user.scopes if scope.kind == kind)
        return BETWEEN.join(sorted(codes[key] for key in ids if key in codes))

    values = {
        "email": user.email,
        "name": user.display_name,
        "locale": AccountLanguage(user.locale),
        "roles": BETWEEN.join(sorted(held.role.value for held in user.roles)),
        "everything": user.sees_everything,
        "areas": scope("area"),
        "buildings": scope("building"),
        "active": user.archived_at is None,
    }
    return Stored(user.id, user.version, values)


def _read(actor: Actor, session: Session, *conditions: Any) -> Iterator[Stored]:
    codes = {key: code for known in _codes(session).values() for code, key in known.items()}
    query = select_all_users(actor).where(*conditions).order_by(User.email)
    return (_stored(user, codes) for user in session.scalars(query))


def load(actor: Actor, session: Session, emails: Sequence[str]) -> dict[str, Stored]:
    """Return accounts by address."""
    return {str(one.values["email"]): one for one in _read(actor, session, User.email.in_(emails))}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return accounts by identifier."""
    return {one.id: one for one in _read(actor, session, User.id.in_(ids))}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the accounts, archived ones too."""
    return (stored.values for stored in _read(actor, session))


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Write addresses and codes in their one form, and refuse codes of nothing."""
    codes = _codes(session)
    for row in rows:
        row.values["email"] = str(row.values["email"]).lower()
        for name in _KEPT:
            if row.values.get(name) in (None, ""):
                row.values.pop(name, None)
        for name, kind in (("areas", "area"), ("buildings", "building")):
            wanted = sorted(set(split(row.values.get(name) or "")))
            unknown = [code for code in wanted if code not in codes[kind]]
            if unknown:
                value = BETWEEN.join(unknown)
                yield Problem("not_found", row.number, field=name, value=value)
            elif name in row.values:
                row.values[name] = BETWEEN.join(wanted)


def _rights(values: Values, session: Session) -> dict[str, Any]:
    """Return what both commands take."""
    codes = _codes(session)

    def ids(name: str, kind: str) -> tuple[UUID, ...]:
        return tuple(codes[kind][code] for code in split(values.get(name) or ""))

    return {
        "display_name": values["name"],
        "locale": values.get("locale", AccountLanguage.FRENCH).value,
        "roles": tuple(Role(key) for key in split(values.get("roles") or "")),
        "sees_everything": values.get("everything", False),
        "area_ids": ids("areas", "area"),
        "building_ids": ids("buildings", "building"),
    }


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Make an account, without password."""
    command = CreateUser(values["email"], **_rights(values, uow.session))
    user = services.create_user(actor, command, uow, clock)
    if not values.get("active", True):
        services.archive_user(actor, user.id, uow, clock)
    return user.id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change an account, and take it out of use or bring it back."""
    command = ChangeUser(**_rights(values, uow.session))
    services.change_user(actor, stored.id, command, uow, clock, expected_version=stored.version)
    if values["active"] != stored.values["active"]:
        turn: Callable[..., User] = services.archive_user
        if values["active"]:
            turn = services.restore_user
        turn(actor, stored.id, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove accounts an import made; Conflict when changed or used since."""
    table = cast("Table", User.__table__)
    own = tuple(cast("Table", model.__table__) for model in (UserRole, UserScope))
    refuse_changed(uow.session, table, dict.fromkeys(ids))
    refuse_dependents(uow.session, table, ids, but=own)
    for model in (UserRole, UserScope):
        uow.session.execute(delete(model).where(model.user_id.in_(ids)))
    delete_rows(uow.session, table, ids)


USERS = ServiceImporter(
    name="users",
    title=_l("Accounts"),
    permission=HousePermission.USER_MANAGE,
    export_permission=HousePermission.USER_MANAGE,
    columns=COLUMNS,
    key="email",
    needed=("name",),
    subject_type="user",
    model=User,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
)
IMPORTERS = (USERS,)

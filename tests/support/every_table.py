"""A row in every table: the demo, and one row of whatever the demo leaves out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, Table, func, insert, select

from app.auth.models import User
from app.auth.roles import Role
from app.db import Base, EnumText, Translated, UtcDateTime
from app.demo import demo_accounts, load_demo
from app.house import House
from app.ids import new_id
from modules.parties.enums import PartyKind
from modules.parties.models import Party

# The person whose comments, files, runs, keys, imports and views are planted.
OWNER = Role.PROPERTY_DIRECTOR
OWNED = {"owner_id", "author_id", "created_by_id", "requested_by_id", "actor_id", "user_id"}
# Of these the demo has some of many people's: the row with this identifier is the owner's.
FIRST = UUID(int=1)
OWNERS = {"attachments", "comments", "notifications"}
# What these hold must mean something for a page to be made of it.
MEANINGFUL: dict[str, Any] = {
    "attachments.media_type": "image/png",
    "attachments.subject_type": "building",
    "checklist_versions.work": "any",
    "comments.subject_type": "building",
    "energy_alerts.evidence": {"window_hours": 24, "is_price_confirmed": True},
    "import_batches.importer": "certificates",
    "import_profiles.importer": "certificates",
    "work_order_field_changes.field": "diagnosis",
    "party_merges.moved": {"links": {}, "filled": []},
    "saved_views.list_name": "portfolio.lots",
    "ticket_rules.facts": {
        "name": {"fr": "Urgent"},
        "rank": 1,
        "target_minutes": 60,
        "coverage": "working_hours",
    },
}


def fill_every_table(house: House, scale: float) -> None:
    """Load the demo, then write a row into each table that is still empty."""
    load_demo(house, scale=scale, say=lambda _text: None)
    with house.database.unit_of_work("test") as uow:
        connection = uow.session.connection()
        for table in Base.metadata.sorted_tables:
            is_empty = connection.execute(select(table).limit(1)).first() is None
            if is_empty or table.name in OWNERS:
                planter = Planter(connection, house.clock.now())
                connection.execute(insert(table).values(planter.row_of(table)))


def is_first(column: Column[Any]) -> bool:
    """Tell whether a column says which row is the owner's."""
    return column.primary_key and column.table.name in OWNERS


class Planter:
    """Makes values by the type of a column; foreign keys lead to rows there are."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Write through a connection, at a moment."""
        self.connection = connection
        self.now = now

    def row_of(self, table: Table) -> dict[str, Any]:
        """Make the values of one row, leaving out what may be left out."""
        return {
            column.name: self.value_of(column, position)
            for position, column in enumerate(table.columns)
            if self.is_wanted(column)
        }

    def is_wanted(self, column: Column[Any]) -> bool:
        """Tell whether a row needs this column, or says by it whose it is, where or what."""
        if str(column) in MEANINGFUL or column.name in OWNED | {"building_id"}:
            return True
        if is_first(column):
            return True
        return column.default is None and not column.nullable

    def value_of(self, column: Column[Any], position: int) -> Any:
        """Make one value."""
        if str(column) in MEANINGFUL:
            return MEANINGFUL[str(column)]
        if is_first(column):
            return FIRST
        if column.name in OWNED:
            return self.owner()
        if column.name in {"building_id", "subject_id"}:
            return self.first(Base.metadata.tables["buildings"].c.id)
        for key in column.foreign_keys:
            # Two keys that lead to one table lead to two rows of it.
            return self.first(key.column, offset=position)
        return self.plain(column)

    def plain(self, column: Column[Any]) -> Any:
        """Make a value that leads nowhere."""
        if isinstance(column.type, EnumText):
            return next(iter(column.type.enum))
        if isinstance(column.type, JSON | Translated):
            return {}
        if isinstance(column.type, UtcDateTime):
            return self.now
        values = {UUID: new_id(), str: "x", int: 1, float: 1.0, bool: False, bytes: b""}
        return (values | {date: self.now.date()})[column.type.python_type]

    def owner(self) -> UUID:
        """Find the account whose everything is."""
        email = next(account.email for account in demo_accounts() if account.role is OWNER)
        return self.connection.scalars(select(User.id).where(User.email == email)).one()

    def first(self, column: Column[Any], offset: int = 0) -> Any:
        """Find the value of a row, counting from the first as often as there are rows.

        Of the parties a person: an organisation belongs to no place, and everybody sees it.
        """
        found = select(column)
        if column.table is Party.__table__:
            found = found.where(Party.kind == PartyKind.PERSON)
        total = self.connection.scalar(select(func.count()).select_from(found.subquery())) or 1
        rows = found.order_by(column).offset(offset % total).limit(1)
        return self.connection.scalars(rows).one()

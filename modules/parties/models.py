"""Parties, how to reach them, who they belong with and where they live."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from app.db import Archivable, Entity, EnumText, JsonDict, Timestamped, UtcDateTime, Versioned
from app.db.codes import code_index
from app.i18n import lazy as _l
from modules.parties.enums import (
    Channel,
    DuplicateState,
    Language,
    OccupancyRole,
    PartyKind,
    PhoneKind,
    Relation,
)


class Party(Entity, Versioned, Timestamped, Archivable):
    """A person, a household or an organisation the office deals with."""

    __tablename__ = "parties"
    plural = _l("People and organisations")
    __table_args__ = (
        Index("ix_parties_sort", "sort_name", "id"),
        Index("ix_parties_birth", "birth_date", "sort_name"),
        code_index("parties", "reference"),
        # Of those merged alone: nearly nobody is, and SQLite would take it before any other.
        Index(
            "ix_parties_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    # Human reference such as P-004711, for letters and for files on paper.
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    kind: Mapped[PartyKind] = mapped_column(EnumText(PartyKind))
    first_name: Mapped[str] = mapped_column(String(80), default="")
    # Family name of a person; whole name of a household or an organisation.
    name: Mapped[str] = mapped_column(String(160))
    language: Mapped[Language] = mapped_column(EnumText(Language), default=Language.UNKNOWN)
    birth_date: Mapped[date | None]
    enterprise_number: Mapped[str | None] = mapped_column(String(12), index=True)
    # Where letters go when it is not a lot of the estate.
    postal_address: Mapped[str] = mapped_column(String(250), default="")
    note: Mapped[str] = mapped_column(Text(), default="")
    # Folded "family first": sorts lists and finds equal names.
    sort_name: Mapped[str] = mapped_column(String(250))
    # Normalised words of the name, for search.
    search_text: Mapped[str] = mapped_column(String(300), default="")
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Where they are: filled in by the list that asks for it.
    home: Mapped[str | None] = query_expression()

    phones: Mapped[list[PartyPhone]] = relationship(
        lazy="raise", order_by="PartyPhone.position", cascade="all, delete-orphan"
    )
    emails: Mapped[list[PartyEmail]] = relationship(
        lazy="raise", order_by="PartyEmail.position", cascade="all, delete-orphan"
    )

    @property
    def full_name(self) -> str:
        """Return the name as it is written on an envelope."""
        return f"{self.first_name} {self.name}".strip()


class PartyPhone(Entity):
    """A telephone number of a party."""

    __tablename__ = "party_phones"
    plural = _l("How to reach")
    __table_args__ = (UniqueConstraint("party_id", "e164"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"))
    # +3225551234; unreadable numbers are refused, never stored as they are.
    e164: Mapped[str] = mapped_column(String(20), index=True)
    # The digits backwards: "ends with 4567" becomes an indexed prefix search.
    reversed_digits: Mapped[str] = mapped_column(String(20), index=True)
    kind: Mapped[PhoneKind] = mapped_column(EnumText(PhoneKind), default=PhoneKind.OTHER)
    label: Mapped[str] = mapped_column(String(60), default="")
    # 0 is the number to try first.
    position: Mapped[int] = mapped_column(default=0)


class PartyEmail(Entity):
    """An e-mail address of a party, kept in lower case."""

    __tablename__ = "party_emails"
    plural = _l("How to reach")
    __table_args__ = (UniqueConstraint("party_id", "email"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254), index=True)
    position: Mapped[int] = mapped_column(default=0)


class ContactPermission(Entity):
    """Whether a party may be reached by a channel, since when and why; none means yes."""

    __tablename__ = "contact_permissions"
    plural = _l("How to reach")
    __table_args__ = (UniqueConstraint("party_id", "channel"),)

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(EnumText(Channel))
    is_allowed: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    since: Mapped[date]


class PartyRelation(Entity, Versioned):
    """A person belongs to a household, or may be contacted for another party."""

    __tablename__ = "party_relations"
    plural = _l("Household and contacts")
    __table_args__ = (
        UniqueConstraint("party_id", "person_id", "relation", "starts_on"),
        CheckConstraint("party_id <> person_id", name="two_parties"),
    )

    # The household, or the party the person speaks for.
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    relation: Mapped[Relation] = mapped_column(EnumText(Relation))
    # May be told about repairs and visits on behalf of the party.
    may_be_contacted: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Occupancy(Entity, Versioned):
    """A party is in a lot from a day on; `ends_on` is the last day (inclusive)."""

    __tablename__ = "occupancies"
    plural = _l("Who lives where")
    __table_args__ = (
        Index("ix_occupancies_lot", "lot_id", "starts_on"),
        Index("ix_occupancies_party", "party_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"))
    role: Mapped[OccupancyRole] = mapped_column(EnumText(OccupancyRole))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    # Set by the module that knows the lease, once there is one.
    source: Mapped[str] = mapped_column(String(40), default="")


class PartyDuplicate(Entity):
    """Two parties that look like one, with the score and the reasons."""

    __tablename__ = "party_duplicates"
    plural = _l("People entered twice")
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_party_duplicates_open", "state", "score"),
    )

    # The smaller identifier first, so that a pair is found once.
    first_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    # 0 to 100.
    score: Mapped[int]
    reasons: Mapped[JsonDict]
    state: Mapped[DuplicateState] = mapped_column(
        EnumText(DuplicateState), default=DuplicateState.OPEN
    )
    found_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[UUID | None]

    first: Mapped[Party] = relationship(foreign_keys=[first_id])
    second: Mapped[Party] = relationship(foreign_keys=[second_id])


class PartyMerge(Entity):
    """One party was merged into another; `moved` holds what is needed to undo it."""

    __tablename__ = "party_merges"
    plural = _l("People entered twice")

    kept_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("parties.id"), index=True)
    moved: Mapped[JsonDict]
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime())
    merged_by_id: Mapped[UUID]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def stepped(self) -> list[dict[str, Any]]:
        """Say which heads became other members, and of whom who stays head."""
        return list(self.moved.get("stepped", ()))

    @property
    def left(self) -> dict[str, int]:
        """Say how many links of each table stayed when it was undone: changed or gone since."""
        return dict(self.moved.get("left", {}))

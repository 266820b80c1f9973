"""Tickets and their events, outages, and the rules as the office changed them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import (
    Archivable,
    Base,
    DecidedOn,
    Entity,
    EnumText,
    JsonDict,
    Timestamped,
    TranslatedText,
    UtcDateTime,
    Versioned,
)
from app.i18n import lazy as _l
from modules.energy.api import read_title, read_told
from modules.tickets.enums import (
    OPEN_STATUSES,
    EventKind,
    LinkKind,
    OpinionChannel,
    RuleKind,
    TicketSource,
    TicketStatus,
    Trade,
    WaitingReason,
)

if TYPE_CHECKING:
    from modules.tickets.lifecycle import TicketState

# How mails say that they are about a ticket.
ABOUT = "ticket"
# The one row that says whether the office asks; without it, it does.
THE_QUESTION = UUID("00000000-0000-7000-8000-0000000000a5")


class Ticket(Entity, DecidedOn, Timestamped):
    """What was said. Everything about its state is derived from its events and repeated here."""

    __tablename__ = "tickets"
    plural = _l("Tickets")
    __table_args__ = (
        Index("ix_tickets_building_category", "building_id", "category_key", "opened_at"),
        Index("ix_tickets_lot_opened", "lot_id", "opened_at"),
        Index("ix_tickets_status_due", "status", "due_at"),
        Index("ix_tickets_status_opened", "status", "opened_at"),
        *(
            Index(
                f"ix_tickets_{column}",
                column,
                sqlite_where=text(f"{column} IS NOT NULL"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("caller_e164", "contact_e164", "room_id")
        ),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    # The number it had in an older tool, for a ticket taken over from there.
    external_ref: Mapped[str | None] = mapped_column(String(60), unique=True, index=True)
    source: Mapped[TicketSource] = mapped_column(EnumText(TicketSource))
    category_key: Mapped[str] = mapped_column(String(60), index=True)
    priority_key: Mapped[str] = mapped_column(String(40), index=True)
    trade: Mapped[Trade] = mapped_column(EnumText(Trade))
    # One line for lists; the caller's own words stay in `description`.
    stored_title: Mapped[str] = mapped_column("title", String(160))
    description: Mapped[str] = mapped_column(Text(), default="")
    # {safety key: true/false} as answered during the call.
    safety: Mapped[JsonDict] = mapped_column(default=dict)

    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("buildings.id"))
    entrance_id: Mapped[UUID | None] = mapped_column(ForeignKey("entrances.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"))
    installation_id: Mapped[UUID | None] = mapped_column(ForeignKey("installations.id"), index=True)
    # A room of a public building, always of `building_id`.
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"))
    place_note: Mapped[str] = mapped_column(String(200), default="")

    # Who called is kept in words too: a party may be forgotten, the call is not.
    caller_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"), index=True)
    caller_name: Mapped[str] = mapped_column(String(160), default="")
    # As it was typed; beside it in the one form in which it is found again.
    caller_phone: Mapped[str] = mapped_column(String(30), default="")
    caller_e164: Mapped[str | None] = mapped_column(String(20))
    caller_email: Mapped[str] = mapped_column(String(254), default="")
    caller_locale: Mapped[str] = mapped_column(String(2), default="fr")
    # Whom to ask for on site, when it is somebody else.
    contact_name: Mapped[str] = mapped_column(String(160), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    contact_e164: Mapped[str | None] = mapped_column(String(20))
    availability: Mapped[str] = mapped_column(String(300), default="")

    outage_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket_outages.id"), index=True)
    alert_id: Mapped[UUID | None] = mapped_column(unique=True)
    # Amounts, curve address and rule of the energy alert that opened it.
    alert: Mapped[JsonDict] = mapped_column(default=dict)

    opened_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    opened_by_id: Mapped[UUID]
    opened_by_name: Mapped[str] = mapped_column(String(120))
    # The account of a colleague who reported it themselves, to be told what becomes of it.
    reporter_id: Mapped[UUID | None]

    status: Mapped[TicketStatus] = mapped_column(EnumText(TicketStatus), default=TicketStatus.NEW)
    waiting_reason: Mapped[WaitingReason | None] = mapped_column(EnumText(WaitingReason))
    deferred_until: Mapped[date | None]
    duplicate_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    # Empty while the clock stands still.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # The deadlines that were told to be near, and missed: another moment is told anew.
    near_told_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    missed_told_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    returned_count: Mapped[int] = mapped_column(default=0)
    affected_count: Mapped[int] = mapped_column(default=1)
    # Normalised number, title and names, for the list's own filter.
    search_text: Mapped[str] = mapped_column(String(500), default="")

    events: Mapped[list[TicketEvent]] = relationship(
        order_by="TicketEvent.position", lazy="raise", viewonly=True
    )

    @property
    def title(self) -> str:
        """Return the title in the reader's language: an alert's is stored in both."""
        return read_title(self.stored_title)

    @property
    def told(self) -> str:
        """Return what was said, an alert's sentence in the reader's language alone."""
        return read_told(self.description)

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return self.status in OPEN_STATUSES

    @property
    def has_open_alert(self) -> bool:
        """Say whether the alert told here goes on: each step repeats how it stands."""
        return self.alert_id is not None and bool(self.alert) and "ended" not in self.alert

    def take_state(self, state: TicketState) -> None:
        """Repeat what the events say in the columns lists sort and filter on."""
        self.status = state.status
        self.waiting_reason = state.waiting_reason
        self.deferred_until = state.deferred_until
        self.duplicate_of_id = state.duplicate_of_id
        self.completed_at = state.completed_at
        self.closed_at = state.closed_at
        self.returned_count = state.returned_count


class TicketEvent(Entity):
    """One thing that happened to a ticket; never changed, and removed only with its import."""

    __tablename__ = "ticket_events"
    plural = _l("Tickets")
    __table_args__ = (UniqueConstraint("ticket_id", "position"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"))
    # 1 for the opening; gives the order in which the server learned of things.
    position: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(EnumText(EventKind))
    # When it happened, which may be before the server heard of it.
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text(), default="")
    data: Mapped[JsonDict] = mapped_column(default=dict)


class TicketLink(Base):
    """Two tickets that belong together; stored once, from the later to the earlier."""

    __tablename__ = "ticket_links"
    plural = _l("Tickets")

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)
    kind: Mapped[LinkKind] = mapped_column(EnumText(LinkKind), default=LinkKind.RELATED)


class Outage(Entity, Versioned, Timestamped):
    """A known failure that touches many: what agents say, and who was already counted."""

    __tablename__ = "ticket_outages"
    plural = _l("Known failures")
    __table_args__ = (Index(None, "building_id", "ended_at"),)

    title: Mapped[TranslatedText]
    # The sentence the agent reads aloud, in the caller's language.
    sentence: Mapped[TranslatedText]
    # All tickets whose category begins so: `common.lift`, `home.heating`.
    category_key: Mapped[str] = mapped_column(String(60))
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("buildings.id"))
    installation_id: Mapped[UUID | None] = mapped_column(ForeignKey("installations.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expected_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    affected_count: Mapped[int] = mapped_column(default=0)
    opened_by_id: Mapped[UUID]


class OutageCall(Entity):
    """One more caller touched by an outage, to be told when it is over."""

    __tablename__ = "ticket_outage_calls"
    plural = _l("Known failures")

    outage_id: Mapped[UUID] = mapped_column(ForeignKey("ticket_outages.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"))
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    caller_name: Mapped[str] = mapped_column(String(160), default="")
    caller_email: Mapped[str] = mapped_column(String(254), default="")
    caller_locale: Mapped[str] = mapped_column(String(2), default="fr")
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]


class TicketRule(Entity, Archivable):
    """A priority, category or sentence as the office decided it from a day on.

    The latest version of a key that is not archived holds; without one, the house's proposal does.
    """

    __tablename__ = "ticket_rules"
    __table_args__ = (Index(None, "kind", "key", "valid_from"),)

    kind: Mapped[RuleKind] = mapped_column(EnumText(RuleKind))
    # A category's is place.category.problem, each part a stable word.
    key: Mapped[str] = mapped_column(String(60))
    facts: Mapped[JsonDict]
    valid_from: Mapped[date]
    is_retired: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_name: Mapped[str] = mapped_column(String(120))


class Opinion(Entity):
    """The question put to the caller of a ticket once the work was done, and the answer, if any."""

    __tablename__ = "ticket_opinions"
    plural = _l("Answers of callers")
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), unique=True)
    # When it was first put: by mail, or by the agent who wrote the answer down.
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    # The link of the latest mail; empty when nobody was written to, or the caller was forgotten.
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # 1 very dissatisfied … 5 very satisfied; empty until there is an answer.
    score: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text(), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    channel: Mapped[OpinionChannel | None] = mapped_column(EnumText(OpinionChannel))


class OpinionSetting(Entity, Versioned, Timestamped):
    """Whether the office asks callers what they think."""

    __tablename__ = "ticket_opinion_settings"

    is_asking: Mapped[bool]

"""The columns of a file of tickets: headings as in the list."""

from __future__ import annotations

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.kinds import EMAIL, Choice, Day, Lookup, Moment, Text
from modules.tickets.enums import (
    SOURCE_LABELS,
    STATUS_LABELS,
    TRADE_LABELS,
    WAITING_LABELS,
    TicketSource,
    TicketStatus,
    Trade,
    WaitingReason,
)


class CallerLanguage(StrEnum):
    """The languages callers are written to in."""

    FRENCH = "fr"
    DUTCH = "nl"
    ENGLISH = "en"


LANGUAGES: dict[CallerLanguage, LazyText] = {
    CallerLanguage.FRENCH: _l("French"),
    CallerLanguage.DUTCH: _l("Dutch"),
    CallerLanguage.ENGLISH: _l("English"),
}
# What other tools call the two states every tool has.
_ELSEWHERE = {
    "open": TicketStatus.NEW,
    "ouvert": TicketStatus.NEW,
    "gesloten": TicketStatus.CLOSED,
    "fermé": TicketStatus.CLOSED,
}

COLUMNS = (
    Column("number", _l("Number"), Text(max_length=60, upper=True),
           help=_l("Ours; empty for a new ticket. A number we did not give counts as the reference "
                   "of the older tool."), example=""),
    Column("external_ref", _l("Reference elsewhere"), Text(max_length=60),
           help=_l("The number the ticket had in the older tool; a new ticket needs one."),
           example="OLD-2019/4567"),
    Column("title", _l("What is reported"), Text(max_length=160)),
    Column("description", _l("What the caller says"), Text(max_length=4_000, multiline=True)),
    Column("status", _l("Status"),
           Choice(enum=TicketStatus, labels=STATUS_LABELS, aliases=_ELSEWHERE)),
    Column("waiting_reason", _l("Waiting for"),
           Choice(enum=WaitingReason, labels=WAITING_LABELS),
           help=_l("For whom or what a ticket on hold waits."), example=""),
    Column("deferred_until", _l("Deferred until"), Day(),
           help=_l("The day on which a deferred ticket is taken up again."), example=""),
    Column("duplicate_of", _l("Duplicate of"), Lookup(noun=_l("the number of a ticket")),
           help=_l("The ticket a duplicate repeats, by our number or the older tool's; it must be "
                   "here already."), example=""),
    Column("priority", _l("Priority"), Lookup(noun=_l("a priority")), example="normal"),
    Column("category", _l("Problem"), Lookup(noun=_l("a problem")), example="home.water.leak",
           help=_l("By its name, or by place › kind › problem when the name alone means several.")),
    Column("trade", _l("Trade"), Choice(enum=Trade, labels=TRADE_LABELS)),
    Column("building", _l("Building"), Lookup(noun=_l("the code of a building"), max_length=30),
           example="BLD-0042"),
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40)),
    Column("room", _l("Room"), Lookup(noun=_l("the code of a room"), max_length=30),
           help=_l("A room of the building of the row.")),
    Column("place_note", _l("Where exactly"), Text(max_length=200)),
    Column("source", _l("Channel"), Choice(enum=TicketSource, labels=SOURCE_LABELS)),
    Column("caller", _l("Caller"), Text(max_length=160)),
    Column("caller_phone", _l("Phone"), Text(max_length=30)),
    Column("caller_email", _l("E-mail"), EMAIL),
    Column("caller_locale", _l("Language"), Choice(enum=CallerLanguage, labels=LANGUAGES)),
    Column("contact_name", _l("Ask for"), Text(max_length=160)),
    Column("contact_phone", _l("Phone on site"), Text(max_length=30)),
    Column("availability", _l("When"), Text(max_length=300)),
    Column("opened", _l("Opened"), Moment(), example="2019-03-04 09:30"),
    Column("completed", _l("Completed"), Moment()),
    Column("closed", _l("Closed"), Moment()),
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True),
           help=_l("The latest note; another text is added as a new one.")),
    Column("reason", _l("Reason"), Text(max_length=300),
           help=_l("Why the priority, the trade or the status changes."), example=""),
)  # fmt: skip

# What was said stays as it was said: no service changes it.
FIXED = ("external_ref", "title", "description", "building", "lot", "room", "place_note", "source",
         "caller", "caller_phone", "caller_email", "caller_locale", "contact_name",
         "contact_phone", "availability", "opened", "completed", "closed")  # fmt: skip

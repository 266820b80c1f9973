"""The columns of a file of work orders: headings as in the list."""

from __future__ import annotations

from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.kinds import Choice, Integer, Lookup, Moment, Text
from modules.interventions.enums import (
    STATUS_LABELS,
    WORK_CLASS_LABELS,
    OrderStatus,
    WorkClass,
)
from modules.tickets.api import TRADE_LABELS, Trade

COLUMNS = (
    Column("number", _l("Number"), Text(max_length=60, upper=True),
           help=_l("Ours; empty for a new order. A number we did not give counts as the reference "
                   "of the older tool.")),
    Column("external_ref", _l("Reference elsewhere"), Text(max_length=60),
           help=_l("The number the order had in the older tool; a new order needs one."),
           example="OLD-2019/88"),
    Column("title", _l("Work"), Text(max_length=160), example="Replace the tap"),
    Column("description", _l("Description"), Text(max_length=4_000, multiline=True)),
    Column("status", _l("Status"), Choice(enum=OrderStatus, labels=STATUS_LABELS)),
    Column("reason", _l("Reason"), Text(max_length=300),
           help=_l("Why it is on hold, cancelled or opened again.")),
    Column("priority", _l("Priority"), Lookup(noun=_l("a priority")), example="normal"),
    Column("trade", _l("Trade"), Choice(enum=Trade, labels=TRADE_LABELS)),
    Column("work_class", _l("Kind of work"), Choice(enum=WorkClass, labels=WORK_CLASS_LABELS)),
    Column("building", _l("Building"), Lookup(noun=_l("the code of a building"), max_length=30),
           example="BLD-0042"),
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40)),
    Column("tickets", _l("Tickets"), Text(max_length=400),
           help=_l("Numbers with a comma between them, ours or the older tool's.")),
    Column("technician", _l("Technician"), Lookup(noun=_l("the name of a technician"))),
    Column("contractor", _l("Contractor"), Lookup(noun=_l("an organisation")),
           help=_l("The name or the reference of an organisation; instead of a technician, who "
                   "loses the order to it, and the reverse.")),
    Column("planned", _l("Visit"), Moment()),
    Column("due", _l("Deadline"), Moment()),
    Column("estimated_minutes", _l("Minutes of work"), Integer(low=5, high=6_000)),
    Column("planner_note", _l("Note for the technician"), Text(max_length=4_000, multiline=True)),
    Column("completed", _l("Work done on"), Moment()),
)  # fmt: skip

# What was ordered stays as it was ordered: no service changes it.
FIXED = ("external_ref", "title", "description", "priority", "trade", "work_class", "building",
         "lot", "tickets", "due", "estimated_minutes", "planner_note", "completed")  # fmt: skip
BETWEEN = ", "

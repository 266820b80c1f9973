"""Writing: open tickets, move them along, announce outages."""

from modules.tickets.services.letters import write_letter
from modules.tickets.services.opening import open_ticket
from modules.tickets.services.opinions import answer_question, record_answer, set_asking
from modules.tickets.services.outages import (
    change_outage,
    count_affected,
    end_outage,
    open_outage,
)
from modules.tickets.services.renewing import renew_ticket
from modules.tickets.services.steps import (
    call_again,
    cancel_ticket,
    change_category,
    change_priority,
    close_ticket,
    complete_ticket,
    defer_ticket,
    link_tickets,
    mark_duplicate,
    note_ticket,
    put_on_hold,
    qualify_ticket,
    reopen_ticket,
    resume_ticket,
    return_ticket,
    start_ticket,
)

__all__ = [
    "answer_question",
    "call_again",
    "cancel_ticket",
    "change_category",
    "change_outage",
    "change_priority",
    "close_ticket",
    "complete_ticket",
    "count_affected",
    "defer_ticket",
    "end_outage",
    "link_tickets",
    "mark_duplicate",
    "note_ticket",
    "open_outage",
    "open_ticket",
    "put_on_hold",
    "qualify_ticket",
    "record_answer",
    "renew_ticket",
    "reopen_ticket",
    "resume_ticket",
    "return_ticket",
    "set_asking",
    "start_ticket",
    "write_letter",
]

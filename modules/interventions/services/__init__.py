"""Writing: create, assign, plan and carry out orders."""

from modules.interventions.services.assigning import accept_order, assign_order, refuse_order
from modules.interventions.services.checklists import restore_checklist, state_checklist
from modules.interventions.services.orders import (
    cancel_order,
    close_order,
    create_order,
    hold_order,
    note_order,
    reopen_order,
    schedule_order,
)
from modules.interventions.services.technicians import save_technician
from modules.interventions.services.visits import (
    add_entry,
    ask_follow_on,
    await_material,
    complete_order,
    pause_visit,
    record_no_access,
    report_no_access,
    report_work,
    resume_visit,
    start_visit,
    travel_to,
)

__all__ = [
    "accept_order",
    "add_entry",
    "ask_follow_on",
    "assign_order",
    "await_material",
    "cancel_order",
    "close_order",
    "complete_order",
    "create_order",
    "hold_order",
    "note_order",
    "pause_visit",
    "record_no_access",
    "refuse_order",
    "reopen_order",
    "report_no_access",
    "report_work",
    "restore_checklist",
    "resume_visit",
    "save_technician",
    "schedule_order",
    "start_visit",
    "state_checklist",
    "travel_to",
]

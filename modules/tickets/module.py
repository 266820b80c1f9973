"""What the tickets module declares to the house."""

from app.registry import Module
from modules.energy.events import AlertOpened, AlertResolved, AlertStill
from modules.tickets.alerts import note_alert_resolved, note_alert_still, open_alert_ticket
from modules.tickets.policies import GRANTS, TicketPermission

module = Module(
    name="tickets",
    depends_on=("portfolio", "parties", "energy"),
    permissions=TicketPermission,
    grants=GRANTS,
    handlers=(
        (AlertOpened, open_alert_ticket),
        (AlertStill, note_alert_still),
        (AlertResolved, note_alert_resolved),
    ),
)

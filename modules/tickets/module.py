"""What the tickets module declares to the house."""

from app.i18n import lazy as _l
from app.registry import Measure, Module, NavigationItem, Panel, Renamed, Tally
from modules.energy.events import (
    AlertOpened,
    AlertPlaced,
    AlertReopened,
    AlertResolved,
    AlertStill,
)
from modules.parties.api import PartyArchived, follow_parties
from modules.parties.events import PartyErased
from modules.tickets.alerts import (
    note_alert_reopened,
    note_alert_resolved,
    note_alert_still,
    open_alert_ticket,
)
from modules.tickets.callers import keep_open_callers
from modules.tickets.demo import COMMENTS, SEED
from modules.tickets.events import TicketChanged
from modules.tickets.importers import IMPORTERS
from modules.tickets.jobs import JOBS
from modules.tickets.models import OutageCall, Ticket
from modules.tickets.policies import GRANTS, LABELS, TicketPermission
from modules.tickets.privacy import PRIVACY, forget_erased
from modules.tickets.queries.tickets import count_open_by_building
from modules.tickets.queries.urgent import count_open_in_building, count_open_in_lot
from modules.tickets.routes_api import BLUEPRINTS as APIS
from modules.tickets.routes_web import BLUEPRINTS as PAGES
from modules.tickets.search import TicketSearch
from modules.tickets.services.opinions import DISSATISFIED
from modules.tickets.services.reporting import DEADLINE, REPORT_MOVED, tell_reporter
from modules.tickets.subjects import SUBJECTS
from modules.tickets.tables import LISTS
from modules.tickets.tables_opinions import LISTS as OPINION_LISTS

module = Module(
    name="tickets",
    depends_on=("portfolio", "parties", "energy"),
    permissions=TicketPermission,
    grants=GRANTS,
    title=_l("Calls and tickets"),
    permission_labels=LABELS,
    blueprints=PAGES,
    api_blueprints=APIS,
    navigation=(
        NavigationItem(
            label=_l("New call"),
            endpoint="calls.call_new",
            permission=TicketPermission.OPEN,
            icon="phone",
            group=_l("Call centre"),
            shortcut="c",
            order=100,
            # Who takes no calls reports what they found themselves.
            renamed=Renamed(
                without=TicketPermission.TAKE_CALLS,
                label=_l("Report a problem"),
                icon="message-report",
            ),
        ),
        NavigationItem(
            label=_l("Tickets"),
            endpoint="tickets.ticket_list",
            permission=TicketPermission.READ,
            icon="ticket",
            group=_l("Call centre"),
            shortcut="t",
            order=110,
        ),
        NavigationItem(
            label=_l("Known failures"),
            endpoint="outages.outage_list",
            permission=TicketPermission.READ,
            icon="alert-triangle",
            group=_l("Call centre"),
            order=120,
        ),
        NavigationItem(
            label=_l("Rules of the call centre"),
            endpoint="ticket_rules.rule_list",
            permission=TicketPermission.RULES,
            icon="adjustments",
            group=_l("Call centre"),
            order=130,
        ),
        NavigationItem(
            label=_l("Satisfaction"),
            endpoint="opinions.satisfaction",
            permission=TicketPermission.SATISFACTION,
            icon="mood-smile",
            group=_l("Call centre"),
            order=125,
        ),
    ),
    panels=(
        Panel("home", _l("Urgent tickets"), "tickets.panel_home", TicketPermission.READ, 10),
        Panel(
            place="lot",
            title=_l("Tickets"),
            endpoint="tickets.panel_lot",
            permission=TicketPermission.READ,
            order=30,
            tally=Tally(TicketPermission.READ, count_open_in_lot, _l("Unresolved tickets")),
        ),
        Panel(
            place="building",
            title=_l("Tickets"),
            endpoint="tickets.panel_building",
            permission=TicketPermission.READ,
            order=30,
            tally=Tally(TicketPermission.READ, count_open_in_building, _l("Unresolved tickets")),
        ),
        Panel("room", _l("Tickets"), "tickets.panel_room", TicketPermission.READ, 30),
        Panel(
            "installation", _l("Tickets"), "tickets.panel_installation", TicketPermission.READ, 30
        ),
        Panel(
            "alert", _l("Ticket of this alert"), "tickets.panel_alert", TicketPermission.READ, 10
        ),
        Panel("party", _l("Tickets"), "tickets.panel_party", TicketPermission.READ, 30),
    ),
    measures=(
        Measure(
            place="building",
            key="open_tickets",
            label=_l("Unresolved tickets"),
            permission=TicketPermission.READ,
            count=count_open_by_building,
        ),
    ),
    jobs=JOBS,
    notification_kinds=(DISSATISFIED, REPORT_MOVED, DEADLINE),
    importers=IMPORTERS,
    lists=(*LISTS, *OPINION_LISTS),
    seeds=(SEED, COMMENTS),
    search_providers=(TicketSearch(),),
    subjects=SUBJECTS,
    privacy=PRIVACY,
    handlers=(
        (AlertOpened, open_alert_ticket),
        (AlertPlaced, open_alert_ticket),
        (PartyErased, forget_erased),
        (TicketChanged, tell_reporter),
        (PartyArchived, keep_open_callers),
        *follow_parties(Ticket.caller_id, OutageCall.party_id),
        (AlertStill, note_alert_still),
        (AlertResolved, note_alert_resolved),
        (AlertReopened, note_alert_reopened),
    ),
)

"""What the interventions module declares to the house."""

from app.auth.roles import Role
from app.i18n import lazy as _l
from app.registry import Module, NavigationItem, Panel, Remark, Tally, for_roles
from modules.interventions.contractors import keep_contractors
from modules.interventions.demo import SEED
from modules.interventions.importers import IMPORTERS
from modules.interventions.models import WorkOrder
from modules.interventions.own_calls import forget_orders_of_calls
from modules.interventions.policies import GRANTS, LABELS, OrderPermission
from modules.interventions.printed import ENCLOSURE
from modules.interventions.privacy import PRIVACY
from modules.interventions.queries.booked import booked_visits
from modules.interventions.queries.waiting import (
    count_open_in_building,
    count_open_in_lot,
    has_own_day,
)
from modules.interventions.routes_api import BLUEPRINTS
from modules.interventions.routes_web import (
    checklists_blueprint,
    field_blueprint,
    orders_blueprint,
    technicians_blueprint,
)
from modules.interventions.search import OrderSearch
from modules.interventions.services.teams import TEAM_NEW, TEAM_TICKET, tell_team
from modules.interventions.services.telling import (
    DANGER,
    ORDER_CHANGED,
    ORDER_GIVEN,
    tell_of_danger,
)
from modules.interventions.subjects import CHECKLIST, TECHNICIAN, WORK_ORDER
from modules.interventions.tables import LISTS
from modules.parties.api import PartyArchived, follow_parties
from modules.tickets.events import CallsForgotten, DangerReported, GivenToTeam

module = Module(
    name="interventions",
    depends_on=("portfolio", "parties", "energy", "tickets"),
    blueprints=(orders_blueprint, technicians_blueprint, checklists_blueprint, field_blueprint),
    api_blueprints=BLUEPRINTS,
    permissions=OrderPermission,
    grants=GRANTS,
    title=_l("Work orders"),
    permission_labels=LABELS,
    importers=IMPORTERS,
    lists=LISTS,
    navigation=(
        NavigationItem(
            label=_l("Board"),
            endpoint="interventions.board",
            permission=OrderPermission.ASSIGN,
            icon="layout-kanban",
            group=_l("Interventions"),
            shortcut="d",
            order=130,
        ),
        NavigationItem(
            label=_l("Work orders"),
            endpoint="interventions.order_list",
            permission=OrderPermission.READ,
            icon="tool",
            group=_l("Interventions"),
            shortcut="w",
            order=140,
        ),
        NavigationItem(
            label=_l("My day"),
            endpoint="field.today",
            permission=OrderPermission.WORK,
            icon="calendar-check",
            group=_l("Interventions"),
            shortcut="v",
            order=150,
        ),
        NavigationItem(
            label=_l("Technicians"),
            endpoint="technicians.technician_list",
            permission=OrderPermission.TECHNICIANS,
            icon="users",
            group=_l("Interventions"),
            order=160,
        ),
        NavigationItem(
            label=_l("Checklists"),
            endpoint="checklists.checklist_list",
            permission=OrderPermission.CHECKLISTS,
            icon="list-check",
            group=_l("Interventions"),
            order=170,
        ),
    ),
    panels=(
        Panel(
            place="home",
            title=_l("My day"),
            endpoint="interventions.panel_my_day",
            permission=OrderPermission.WORK,
            order=5,
            concerns=has_own_day,
        ),
        Panel(
            place="home",
            title=_l("Work orders to assign"),
            endpoint="interventions.panel_to_assign",
            permission=OrderPermission.ASSIGN,
            order=8,
        ),
        Panel(
            place="home",
            title=_l("The crew today"),
            endpoint="interventions.panel_crew",
            permission=OrderPermission.READ,
            order=5,
            concerns=for_roles(Role.SITE_COORDINATOR),
        ),
        Panel(
            place="home",
            title=_l("Orders that wait for material"),
            endpoint="interventions.panel_awaited",
            permission=OrderPermission.READ,
            order=5,
            concerns=for_roles(Role.STOREKEEPER),
        ),
        Panel(
            place="home",
            title=_l("Material used in the last seven days"),
            endpoint="interventions.panel_used",
            permission=OrderPermission.READ,
            order=6,
            concerns=for_roles(Role.STOREKEEPER),
        ),
        Panel("ticket", _l("Work orders"), "interventions.panel_ticket", OrderPermission.READ, 10),
        Panel(
            place="lot",
            title=_l("Work orders"),
            endpoint="interventions.panel_lot",
            permission=OrderPermission.READ,
            order=40,
            tally=Tally(OrderPermission.READ, count_open_in_lot),
        ),
        Panel(
            place="building",
            title=_l("Work orders"),
            endpoint="interventions.panel_building",
            permission=OrderPermission.READ,
            order=40,
            tally=Tally(OrderPermission.READ, count_open_in_building),
        ),
        Panel(
            "installation",
            _l("Work orders"),
            "interventions.panel_installation",
            OrderPermission.READ,
            40,
        ),
        Panel(
            "organisation",
            _l("Work orders"),
            "interventions.panel_organisation",
            OrderPermission.READ,
            20,
        ),
    ),
    remarks=(Remark("ticket", OrderPermission.READ, booked_visits),),
    search_providers=(OrderSearch(),),
    enclosures=(ENCLOSURE,),
    seeds=(SEED,),
    subjects=(WORK_ORDER, TECHNICIAN, CHECKLIST),
    privacy=PRIVACY,
    handlers=(
        (DangerReported, tell_of_danger),
        (GivenToTeam, tell_team),
        (PartyArchived, keep_contractors),
        (CallsForgotten, forget_orders_of_calls),
        *follow_parties(WorkOrder.contractor_id),
    ),
    notification_kinds=(ORDER_GIVEN, ORDER_CHANGED, DANGER, TEAM_TICKET, TEAM_NEW),
)

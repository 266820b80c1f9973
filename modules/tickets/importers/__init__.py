"""What of the call centre can be imported from files."""

from app.i18n import lazy as _l
from app.tabular.service_importer import ServiceImporter
from modules.portfolio.api import seen_buildings, seen_lots
from modules.tickets.importers.changing import change, check, check_at, create
from modules.tickets.importers.columns import COLUMNS, FIXED
from modules.tickets.importers.resolving import prepare
from modules.tickets.importers.stored import find, load, records
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.services.taking_over import forget_taken_over, release_originals

TICKETS = ServiceImporter(
    name="tickets",
    title=_l("Tickets"),
    permission=TicketPermission.IMPORT,
    export_permission=TicketPermission.READ,
    columns=COLUMNS,
    key="number",
    needed=("category",),
    fixed=FIXED,
    codes={"building": seen_buildings, "lot": seen_lots},
    subject_type="ticket",
    model=Ticket,
    load=load,
    create=create,
    change=change,
    release=release_originals,
    remove=forget_taken_over,
    find=find,
    prepare=prepare,
    check=check,
    check_at=check_at,
    records=records,
)
IMPORTERS = (TICKETS,)

__all__ = ["IMPORTERS"]

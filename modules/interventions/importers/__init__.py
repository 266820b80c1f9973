"""What of the works can be imported from files."""

from app.i18n import lazy as _l
from modules.interventions.importers.changing import change, check, check_at, create
from modules.interventions.importers.columns import COLUMNS, FIXED
from modules.interventions.importers.resolving import prepare
from modules.interventions.importers.stored import find, load, records
from modules.interventions.importers.undoing import OrdersImporter
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services.taking_over import forget_taken_over
from modules.portfolio.api import seen_buildings, seen_lots

ORDERS = OrdersImporter(
    name="orders",
    title=_l("Work orders"),
    permission=OrderPermission.IMPORT,
    export_permission=OrderPermission.READ,
    columns=COLUMNS,
    key="number",
    needed=("title",),
    fixed=FIXED,
    codes={"building": seen_buildings, "lot": seen_lots},
    subject_type="work_order",
    model=WorkOrder,
    load=load,
    create=create,
    change=change,
    remove=forget_taken_over,
    find=find,
    prepare=prepare,
    check=check,
    check_at=check_at,
    records=records,
)
IMPORTERS = (ORDERS,)

__all__ = ["IMPORTERS"]

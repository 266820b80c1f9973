"""What is done with land: permit procedures and development works."""

from app.i18n import lazy as _l
from app.registry import Module, NavigationItem, Panel
from modules.land.demo import SEED
from modules.land.importers import IMPORTERS
from modules.land.jobs import JOBS
from modules.land.privacy import PRIVACY
from modules.land.routes_api import BLUEPRINTS
from modules.land.routes_web import blueprint
from modules.land.search import PermitProvider
from modules.land.services.telling import DEADLINE
from modules.land.subjects import SUBJECTS
from modules.land.tables import LISTS
from modules.portfolio.api import PortfolioPermission

module = Module(
    name="land",
    depends_on=("portfolio", "parties"),
    title=_l("Permits and works on land"),
    blueprints=(blueprint,),
    api_blueprints=BLUEPRINTS,
    navigation=(
        NavigationItem(
            label=_l("Permits"),
            endpoint="land.permit_list",
            permission=PortfolioPermission.READ_LAND,
            icon="file-text",
            group=_l("Estate"),
            order=235,
        ),
    ),
    panels=(
        Panel(
            "parcel", _l("Permits"), "land.panel_permits", PortfolioPermission.READ_LAND, order=20
        ),
    ),
    jobs=JOBS,
    importers=IMPORTERS,
    lists=LISTS,
    search_providers=(PermitProvider(),),
    seeds=(SEED,),
    subjects=SUBJECTS,
    privacy=PRIVACY,
    notification_kinds=(DEADLINE,),
)

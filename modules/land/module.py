"""What is done with land: sales and lettings, permit procedures, development works."""

from app.i18n import lazy as _l
from app.registry import Module, NavigationItem, Panel
from modules.land.contractors import keep_contractors
from modules.land.demo import SEEDS
from modules.land.importers import IMPORTERS
from modules.land.jobs import JOBS
from modules.land.models import LandWork
from modules.land.privacy import PRIVACY
from modules.land.queries.works import works_wait
from modules.land.routes_api import BLUEPRINTS
from modules.land.routes_web import blueprint
from modules.land.search import DealProvider, PermitProvider, WorkProvider
from modules.land.services.telling import DEADLINE
from modules.land.subjects import SUBJECTS
from modules.land.tables import LISTS
from modules.parties.api import PartyArchived, follow_parties
from modules.portfolio.api import PortfolioPermission

module = Module(
    name="land",
    depends_on=("portfolio", "parties"),
    title=_l("Sales, permits and works on land"),
    blueprints=(blueprint,),
    api_blueprints=BLUEPRINTS,
    navigation=(
        NavigationItem(
            label=_l("Land files"),
            endpoint="land.deal_list",
            permission=PortfolioPermission.READ_LAND,
            icon="writing-sign",
            group=_l("Estate"),
            order=233,
        ),
        NavigationItem(
            label=_l("Permits"),
            endpoint="land.permit_list",
            permission=PortfolioPermission.READ_LAND,
            icon="file-text",
            group=_l("Estate"),
            order=235,
        ),
        NavigationItem(
            label=_l("Works on land"),
            endpoint="land.work_list",
            permission=PortfolioPermission.READ_LAND,
            icon="tool",
            group=_l("Estate"),
            order=236,
        ),
    ),
    panels=(
        Panel(
            "parcel",
            _l("Sales and lettings"),
            "land.panel_deals",
            PortfolioPermission.READ_LAND,
            order=15,
        ),
        Panel(
            "parcel", _l("Permits"), "land.panel_permits", PortfolioPermission.READ_LAND, order=20
        ),
        Panel("parcel", _l("Works"), "land.panel_works", PortfolioPermission.READ_LAND, order=30),
        Panel(
            "permit",
            _l("Works"),
            "land.panel_permit_works",
            PortfolioPermission.READ_LAND,
            order=20,
        ),
        Panel(
            "organisation",
            _l("Works on land"),
            "land.panel_contractor_works",
            PortfolioPermission.READ_LAND,
            order=30,
        ),
        Panel(
            place="home",
            title=_l("Works on land to award or to follow"),
            endpoint="land.panel_home",
            permission=PortfolioPermission.READ_LAND,
            order=8,
            concerns=works_wait,
        ),
    ),
    jobs=JOBS,
    importers=IMPORTERS,
    lists=LISTS,
    search_providers=(DealProvider(), PermitProvider(), WorkProvider()),
    seeds=SEEDS,
    subjects=SUBJECTS,
    privacy=PRIVACY,
    handlers=(
        (PartyArchived, keep_contractors),
        *follow_parties(LandWork.contractor_id),
    ),
    notification_kinds=(DEADLINE,),
)

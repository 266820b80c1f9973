"""The estate: sites, buildings, lots, land, and the dated facts about them."""

from app.auth.roles import Role
from app.first_steps import FirstStep, has_rows
from app.i18n import lazy as _l
from app.registry import Module, NavigationItem, Panel, ScopeKind, for_roles
from modules.portfolio import cli
from modules.portfolio.demo.documents import SEED as DOCUMENTS
from modules.portfolio.demo.scopes import SEED as SCOPES
from modules.portfolio.demo.seed import SEEDS
from modules.portfolio.grouping_tables import LISTS as GROUPING_LISTS
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.inside_search import InstallationProvider, RoomProvider, SiteProvider
from modules.portfolio.inside_tables import LISTS as INSIDE_LISTS
from modules.portfolio.jobs import JOBS
from modules.portfolio.models import Building
from modules.portfolio.policies import GRANTS, LABELS, PortfolioPermission
from modules.portfolio.privacy import PRIVACY
from modules.portfolio.queries.choices import (
    area_choices,
    area_codes,
    building_choices,
    building_codes,
)
from modules.portfolio.routes_api import BLUEPRINTS
from modules.portfolio.routes_web import blueprint
from modules.portfolio.search import BuildingProvider, LotProvider, ParcelProvider
from modules.portfolio.shape_batches import BATCH_KINDS
from modules.portfolio.subjects import ACCESS_CODE, BOUNDARY, SUBJECTS
from modules.portfolio.tables import LISTS

module = Module(
    name="portfolio",
    blueprints=(blueprint,),
    api_blueprints=BLUEPRINTS,
    permissions=PortfolioPermission,
    grants=GRANTS,
    title=_l("Estate"),
    permission_labels=LABELS,
    navigation=(
        NavigationItem(
            label=_l("Buildings"),
            endpoint="portfolio.building_list",
            permission=PortfolioPermission.READ,
            icon="building",
            group=_l("Estate"),
            shortcut="b",
            order=200,
        ),
        NavigationItem(
            label=_l("Lots"),
            endpoint="portfolio.lot_list",
            permission=PortfolioPermission.READ,
            icon="door",
            group=_l("Estate"),
            shortcut="l",
            order=210,
        ),
        NavigationItem(
            label=_l("Map"),
            endpoint="portfolio.building_map",
            permission=PortfolioPermission.READ,
            icon="map-2",
            group=_l("Estate"),
            shortcut="m",
            order=220,
        ),
        # Whose work they are; everybody else finds them beside the buildings.
        NavigationItem(
            label=_l("Installations"),
            endpoint="portfolio.installation_list",
            permission=PortfolioPermission.READ,
            work_of=PortfolioPermission.CHANGE,
            icon="engine",
            group=_l("Estate"),
            order=224,
        ),
        NavigationItem(
            label=_l("Rooms and departments"),
            endpoint="portfolio.room_list",
            permission=PortfolioPermission.READ,
            work_of=PortfolioPermission.CHANGE,
            icon="layout-grid",
            group=_l("Estate"),
            order=226,
        ),
        NavigationItem(
            label=_l("Land"),
            endpoint="portfolio.parcel_list",
            permission=PortfolioPermission.READ_LAND,
            icon="map",
            group=_l("Estate"),
            order=230,
        ),
    ),
    panels=(
        Panel(
            place="home",
            title=_l("Lots to let"),
            endpoint="portfolio.panel_to_let",
            permission=PortfolioPermission.CHANGE_STATUS,
            order=7,
            concerns=for_roles(Role.LETTING_AGENT, Role.PROPERTY_DIRECTOR, Role.ADMINISTRATOR),
        ),
        Panel(
            place="home",
            title=_l("Lots in works"),
            endpoint="portfolio.panel_in_works",
            permission=PortfolioPermission.CHANGE_STATUS,
            order=6,
            concerns=for_roles(Role.WORKS_PROJECT_LEAD),
        ),
        Panel(
            place="home",
            title=_l("Warnings about dangers"),
            endpoint="portfolio.panel_dangers",
            permission=PortfolioPermission.READ,
            order=15,
            concerns=for_roles(Role.PREVENTION_ADVISER),
        ),
        Panel(
            place="home",
            title=_l("The estate today"),
            endpoint="portfolio.panel_figures",
            permission=PortfolioPermission.READ,
            order=6,
            concerns=for_roles(Role.COUNCIL, Role.FINANCE, Role.ANALYST),
        ),
    ),
    first_steps=(
        FirstStep(
            label=_l("Bring in your buildings"),
            why=_l("From Excel or csv: every row is shown before anything is written."),
            endpoint="imports.batch_new",
            permission=PortfolioPermission.IMPORT,
            is_done=has_rows(Building),
            order=30,
            arguments={"kind": "buildings"},
        ),
    ),
    jobs=JOBS,
    cli=(cli.group,),
    subjects=(*SUBJECTS, ACCESS_CODE, BOUNDARY),
    privacy=PRIVACY,
    search_providers=(
        BuildingProvider(),
        LotProvider(),
        ParcelProvider(),
        InstallationProvider(),
        RoomProvider(),
        SiteProvider(),
    ),
    seeds=(*SEEDS, SCOPES, DOCUMENTS),
    importers=IMPORTERS,
    batch_kinds=BATCH_KINDS,
    lists=(*LISTS, *GROUPING_LISTS, *INSIDE_LISTS),
    scope_kinds=(
        ScopeKind("area", _l("Areas"), area_choices, area_codes),
        ScopeKind("building", _l("Buildings"), building_choices, building_codes),
    ),
)

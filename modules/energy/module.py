"""What the energy module declares to the house."""

from app.first_steps import FirstStep, has_rows
from app.i18n import lazy as _l
from app.registry import Module, NavigationItem, Panel, Tally
from modules.energy import cli, routes_api, tables, tables_coverage
from modules.energy.demo import SEED
from modules.energy.importers import IMPORTERS
from modules.energy.jobs import JOBS
from modules.energy.models import Meter
from modules.energy.policies import GRANTS, LABELS, EnergyPermission
from modules.energy.privacy import PRIVACY
from modules.energy.queries.alerts import count_open_in_building, count_open_in_lot
from modules.energy.routes_web import blueprint, settings
from modules.energy.search import AlertSearch, MeterSearch
from modules.energy.services.alerts import ALERT_OPENED
from modules.energy.services.following import follow_lot, follow_names
from modules.energy.subjects import ALERT, METER, READINGS_FILE, RULE, TARIFF
from modules.portfolio.events import LotMoved, PlacesRenamed

GROUP = _l("Energy")

module = Module(
    name="energy",
    depends_on=("portfolio",),
    blueprints=(blueprint, settings.blueprint),
    api_blueprints=routes_api.BLUEPRINTS,
    permissions=EnergyPermission,
    grants=GRANTS,
    title=_l("Energy"),
    permission_labels=LABELS,
    navigation=(
        NavigationItem(
            label=_l("Abnormal consumption"),
            endpoint="energy.alert_list",
            permission=EnergyPermission.ALERT_READ,
            icon="alert-triangle",
            group=GROUP,
            shortcut="a",
            order=50,
        ),
        NavigationItem(
            label=_l("Meters"),
            endpoint="energy.meter_list",
            permission=EnergyPermission.METER_READ,
            icon="gauge",
            group=GROUP,
            shortcut="e",
            order=51,
        ),
    ),
    panels=(
        Panel(
            "home", _l("Abnormal consumption"), "energy.home_panel", EnergyPermission.ALERT_READ, 30
        ),
        Panel(
            place="building",
            title=_l("Consumption"),
            endpoint="energy.building_panel",
            permission=EnergyPermission.METER_READ,
            order=60,
            tally=Tally(EnergyPermission.ALERT_READ, count_open_in_building, _l("Open alerts")),
        ),
        Panel(
            place="lot",
            title=_l("Consumption"),
            endpoint="energy.lot_panel",
            permission=EnergyPermission.METER_READ,
            order=60,
            tally=Tally(EnergyPermission.ALERT_READ, count_open_in_lot, _l("Open alerts")),
        ),
        Panel(
            "installation",
            _l("Consumption"),
            "energy.installation_panel",
            EnergyPermission.METER_READ,
            60,
        ),
    ),
    first_steps=(
        FirstStep(
            label=_l("Bring in your meter readings"),
            why=_l("Files of your grid operator as they are: meters appear by themselves."),
            endpoint="energy.ingest_new",
            permission=EnergyPermission.READINGS_IMPORT,
            is_done=has_rows(Meter),
            order=50,
        ),
    ),
    jobs=JOBS,
    importers=IMPORTERS,
    lists=tables.LISTS + tables_coverage.LISTS,
    cli=(cli.group,),
    search_providers=(MeterSearch(), AlertSearch()),
    seeds=(SEED,),
    subjects=(METER, ALERT, READINGS_FILE, RULE, TARIFF),
    privacy=PRIVACY,
    notification_kinds=(ALERT_OPENED,),
    handlers=((LotMoved, follow_lot), (PlacesRenamed, follow_names)),
)

"""What of the estate can be imported from files."""

from app.i18n import lazy as _l
from modules.portfolio.importers.buildings import BUILDINGS
from modules.portfolio.importers.certificates import CERTIFICATES
from modules.portfolio.importers.entrances import ENTRANCES
from modules.portfolio.importers.floors import FLOORS
from modules.portfolio.importers.groupings import GROUPINGS
from modules.portfolio.importers.lots import LOTS
from modules.portfolio.importers.parcels import PARCELS
from modules.portfolio.importers.plant import INSTALLATIONS
from modules.portfolio.importers.rooms import ROOMS
from modules.portfolio.importers.rpls import RegisterImporter
from modules.portfolio.importers.rpls_columns import GEOCODED_COLUMNS, RAW_COLUMNS
from modules.portfolio.importers.states import STATES
from modules.portfolio.importers.warnings import WARNINGS

IMPORTERS = (
    *GROUPINGS,
    BUILDINGS,
    ENTRANCES,
    FLOORS,
    LOTS,
    STATES,
    ROOMS,
    INSTALLATIONS,
    CERTIFICATES,
    WARNINGS,
    PARCELS,
    RegisterImporter(
        name="rpls",
        title=_l("French register of social housing (geocoded)"),
        columns=GEOCODED_COLUMNS,
    ),
    RegisterImporter(
        name="rpls-raw",
        title=_l("French register of social housing (as published)"),
        columns=RAW_COLUMNS,
    ),
)

__all__ = ["IMPORTERS"]

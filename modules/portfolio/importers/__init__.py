"""What of the estate can be imported from files."""

from app.i18n import lazy as _l
from modules.portfolio.importers.estate import BUILDINGS, LOTS
from modules.portfolio.importers.parcels import PARCELS
from modules.portfolio.importers.rpls import RegisterImporter
from modules.portfolio.importers.rpls_columns import GEOCODED_COLUMNS, RAW_COLUMNS

IMPORTERS = (
    BUILDINGS,
    LOTS,
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

"""Writing: everything that changes a place goes through here."""

from modules.portfolio.services.buildings import (
    add_entrance,
    archive_building,
    change_building,
    create_building,
    ensure_floor,
    place_building,
)
from modules.portfolio.services.facts import (
    add_installation,
    change_installation,
    give_warning,
    lift_warning,
    record_certificate,
    refresh_energy_class,
)
from modules.portfolio.services.land import (
    change_parcel,
    create_area,
    create_parcel,
    create_site,
    place_parcel,
    replace_boundaries,
)
from modules.portfolio.services.lots import (
    archive_lot,
    change_lot,
    change_lot_status,
    create_lot,
    refresh_status,
)

__all__ = [
    "add_entrance",
    "add_installation",
    "archive_building",
    "archive_lot",
    "change_building",
    "change_installation",
    "change_lot",
    "change_lot_status",
    "change_parcel",
    "create_area",
    "create_building",
    "create_lot",
    "create_parcel",
    "create_site",
    "ensure_floor",
    "give_warning",
    "lift_warning",
    "place_building",
    "place_parcel",
    "record_certificate",
    "refresh_energy_class",
    "refresh_status",
    "replace_boundaries",
]

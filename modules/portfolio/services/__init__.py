"""Writing: everything that changes a place goes through here."""

from modules.portfolio.services.access import (
    add_access_code,
    archive_access_code,
    change_access_code,
    note_access_given,
    restore_access_code,
    reveal_access_code,
)
from modules.portfolio.services.buildings import (
    archive_building,
    change_building,
    create_building,
    place_building,
    restore_building,
)
from modules.portfolio.services.common import refuse_archived
from modules.portfolio.services.facts import (
    correct_certificate,
    end_warning_on,
    give_warning,
    lift_warning,
    record_certificate,
    refresh_energy_class,
    restore_certificate,
    withdraw_certificate,
)
from modules.portfolio.services.groupings import (
    archive_grouping,
    change_grouping,
    create_grouping,
    restore_grouping,
)
from modules.portfolio.services.insides import (
    add_entrance,
    add_floor,
    archive_entrance,
    change_entrance,
    change_floor,
    ensure_floor,
    restore_entrance,
)
from modules.portfolio.services.installations import (
    add_installation,
    archive_installation,
    change_installation,
    restore_installation,
)
from modules.portfolio.services.land import (
    archive_parcel,
    change_parcel,
    create_parcel,
    place_parcel,
    restore_parcel,
)
from modules.portfolio.services.lots import (
    archive_lot,
    change_lot,
    change_lot_status,
    create_lot,
    refresh_status,
    restore_lot,
)
from modules.portfolio.services.rooms import add_room, archive_room, change_room, restore_room
from modules.portfolio.services.settling import settle_buildings
from modules.portfolio.services.states import give_back_history, write_lot_state
from modules.portfolio.services.topology import stack_lots

__all__ = [
    "add_access_code",
    "add_entrance",
    "add_floor",
    "add_installation",
    "add_room",
    "archive_access_code",
    "archive_building",
    "archive_entrance",
    "archive_grouping",
    "archive_installation",
    "archive_lot",
    "archive_parcel",
    "archive_room",
    "change_access_code",
    "change_building",
    "change_entrance",
    "change_floor",
    "change_grouping",
    "change_installation",
    "change_lot",
    "change_lot_status",
    "change_parcel",
    "change_room",
    "correct_certificate",
    "create_building",
    "create_grouping",
    "create_lot",
    "create_parcel",
    "end_warning_on",
    "ensure_floor",
    "give_back_history",
    "give_warning",
    "lift_warning",
    "note_access_given",
    "place_building",
    "place_parcel",
    "record_certificate",
    "refresh_energy_class",
    "refresh_status",
    "refuse_archived",
    "restore_access_code",
    "restore_building",
    "restore_certificate",
    "restore_entrance",
    "restore_grouping",
    "restore_installation",
    "restore_lot",
    "restore_parcel",
    "restore_room",
    "reveal_access_code",
    "settle_buildings",
    "stack_lots",
    "withdraw_certificate",
    "write_lot_state",
]

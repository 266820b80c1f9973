"""Readings in the database, whole arrays at a time. A register is named by its number."""

from modules.energy.store.blocks import (
    days_of,
    last_slot,
    put_slots,
    read_blocks,
    read_series,
    replace_derived,
    store_cells,
)
from modules.energy.store.changes import (
    Kept,
    changed_after,
    changes_of,
    forget_changes,
    registers_of,
)
from modules.energy.store.points import (
    last_point,
    put_point,
    put_points,
    read_index,
    read_point,
    store_points,
)
from modules.energy.store.rows import Cells

__all__ = [
    "Cells",
    "Kept",
    "changed_after",
    "changes_of",
    "days_of",
    "forget_changes",
    "last_point",
    "last_slot",
    "put_point",
    "put_points",
    "put_slots",
    "read_blocks",
    "read_index",
    "read_point",
    "read_series",
    "registers_of",
    "replace_derived",
    "store_cells",
    "store_points",
]

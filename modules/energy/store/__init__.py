"""Readings in the database, whole arrays at a time. A register is named by its number."""

from modules.energy.store.blocks import (
    put_slots,
    read_blocks,
    read_series,
    replace_derived,
    store_cells,
)
from modules.energy.store.points import put_point, read_index, read_point, store_points
from modules.energy.store.rows import Cells

__all__ = [
    "Cells",
    "put_point",
    "put_slots",
    "read_blocks",
    "read_index",
    "read_point",
    "read_series",
    "replace_derived",
    "store_cells",
    "store_points",
]

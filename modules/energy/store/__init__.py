"""Readings in the database, whole arrays at a time. A register is named by its number."""

from modules.energy.store.blocks import read_blocks, read_series, replace_derived, store_cells
from modules.energy.store.points import read_index, store_points
from modules.energy.store.rows import Cells

__all__ = [
    "Cells",
    "read_blocks",
    "read_index",
    "read_series",
    "replace_derived",
    "store_cells",
    "store_points",
]

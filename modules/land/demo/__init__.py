"""What the demo office does with its land: procedures, works, sales and lettings."""

from modules.land.demo.deals import SEED as DEALS
from modules.land.demo.seed import SEED as PERMITS

SEEDS = (PERMITS, DEALS)

__all__ = ["SEEDS"]

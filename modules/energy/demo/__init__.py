"""The demo meters: real readings brought to the present, three faults of this week among them."""

from modules.energy.demo.seed import SEED, seed_demo

__all__ = ["SEED", "seed_demo"]

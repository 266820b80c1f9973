"""The procedures of the demo estate: every region, and every state a file can be in."""

from modules.land.demo.seed import SEED

__all__ = ["SEED"]

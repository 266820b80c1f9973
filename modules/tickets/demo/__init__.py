"""A year of invented calls for the demo estate."""

from modules.tickets.demo.seed import SEED

__all__ = ["SEED"]

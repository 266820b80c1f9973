"""A year of invented calls for the demo estate, and what colleagues write about some."""

from modules.tickets.demo.comments import SEED as COMMENTS
from modules.tickets.demo.seed import SEED

__all__ = ["COMMENTS", "SEED"]

"""Technicians, work orders and visits for the demo's year of calls."""

from modules.interventions.demo.seed import SEED

__all__ = ["SEED"]

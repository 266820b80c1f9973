"""The pages of what is done with land."""

from modules.land.routes_web import deal_steps, deals, panels, permits, steps, works
from modules.land.routes_web.blueprint import blueprint

__all__ = ["blueprint", "deal_steps", "deals", "panels", "permits", "steps", "works"]

"""The estate: sites, buildings, lots, land, and the dated facts about them."""

from app.registry import Module
from modules.portfolio import models, services
from modules.portfolio.demo.seed import SEED
from modules.portfolio.policies import GRANTS, PortfolioPermission

__all__ = ["models", "module", "services"]

module = Module(
    name="portfolio",
    permissions=PortfolioPermission,
    grants=GRANTS,
    seeds=(SEED,),
)

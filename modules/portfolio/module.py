"""The estate: sites, buildings, lots, land, and the dated facts about them."""

from app.i18n import lazy as _l
from app.registry import Module, ScopeKind
from modules.portfolio import models, services
from modules.portfolio.demo.seed import SEED
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.policies import GRANTS, PortfolioPermission
from modules.portfolio.queries.choices import area_choices, building_choices

__all__ = ["models", "module", "services"]

module = Module(
    name="portfolio",
    permissions=PortfolioPermission,
    grants=GRANTS,
    seeds=(SEED,),
    importers=IMPORTERS,
    scope_kinds=(
        ScopeKind("area", _l("Areas"), area_choices),
        ScopeKind("building", _l("Buildings"), building_choices),
    ),
)

"""Which buildings are read automatically."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.web.context import current_actor
from app.web.tables import list_page
from modules.energy.policies import EnergyPermission
from modules.energy.queries.coverage import select_coverage
from modules.energy.routes_web.blueprint import blueprint
from modules.energy.tables_coverage import COVERAGE


@blueprint.get("/buildings")
@needs(EnergyPermission.METER_READ)
def coverage_list() -> ResponseReturnValue:
    """List the buildings with what counts their energy, those without a logger first."""
    query = select_coverage(current_actor())
    return list_page(COVERAGE, query, template="energy/coverage_list.html")

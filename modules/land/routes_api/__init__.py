"""The API of what is done with land."""

from modules.land.routes_api.deals import deal_steps, deals
from modules.land.routes_api.permits import permits, steps
from modules.land.routes_api.works import works

BLUEPRINTS = (deals, deal_steps, permits, steps, works)

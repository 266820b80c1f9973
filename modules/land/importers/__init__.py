"""What of land files, procedures and works can be imported from files."""

from modules.land.importers.deal_steps import DEAL_STEPS
from modules.land.importers.deals import DEALS
from modules.land.importers.permits import PERMITS
from modules.land.importers.steps import STEPS
from modules.land.importers.works import WORKS

IMPORTERS = (DEALS, DEAL_STEPS, PERMITS, STEPS, WORKS)

"""What of procedures and works can be imported from files."""

from modules.land.importers.permits import PERMITS
from modules.land.importers.steps import STEPS
from modules.land.importers.works import WORKS

IMPORTERS = (PERMITS, STEPS, WORKS)

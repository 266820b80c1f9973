"""What of procedures can be imported from files."""

from modules.land.importers.permits import PERMITS
from modules.land.importers.steps import STEPS

IMPORTERS = (PERMITS, STEPS)

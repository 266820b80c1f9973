"""What of people can be imported from files: themselves, and who is in which lot."""

from modules.parties.importers.occupancies import OCCUPANCIES
from modules.parties.importers.people import PEOPLE

IMPORTERS = (PEOPLE, OCCUPANCIES)

__all__ = ["IMPORTERS"]

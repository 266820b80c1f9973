"""What of people can be imported: themselves, who belongs to whom, and who is in which lot."""

from modules.parties.importers.occupancies import OCCUPANCIES
from modules.parties.importers.people import PEOPLE
from modules.parties.importers.relations import RELATIONS

IMPORTERS = (PEOPLE, RELATIONS, OCCUPANCIES)

__all__ = ["IMPORTERS"]

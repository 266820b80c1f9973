"""The API of people: who they are and where, whom they belong with, and who is the same."""

from modules.parties.routes_api.duplicates import duplicates, merges
from modules.parties.routes_api.people import occupancies, parties
from modules.parties.routes_api.relations import relations

BLUEPRINTS = (parties, relations, occupancies, duplicates, merges)

"""Writing: everything that changes a party goes through here."""

from modules.parties.services.archiving import archive_party, restore_party
from modules.parties.services.duplicates import (
    dismiss_duplicate,
    dismiss_duplicates,
    find_duplicates,
)
from modules.parties.services.housing import change_stay, move_in, move_out
from modules.parties.services.merging import merge_parties, undo_merge
from modules.parties.services.people import (
    allow_channel,
    change_party,
    create_party,
)
from modules.parties.services.privacy import consult_party, disclose_party, erase_party
from modules.parties.services.relations import change_relation, end_relation, relate_person

__all__ = [
    "allow_channel",
    "archive_party",
    "change_party",
    "change_relation",
    "change_stay",
    "consult_party",
    "create_party",
    "disclose_party",
    "dismiss_duplicate",
    "dismiss_duplicates",
    "end_relation",
    "erase_party",
    "find_duplicates",
    "merge_parties",
    "move_in",
    "move_out",
    "relate_person",
    "restore_party",
    "undo_merge",
]

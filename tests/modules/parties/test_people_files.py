"""People as a file: what it may not say of who was archived."""

from __future__ import annotations

import pytest

from app.auth.actor import system_actor
from app.i18n import use_locale
from app.tabular.runner import ImportFile, check_file
from modules.parties.commands import Change
from modules.parties.importers.people import PEOPLE
from modules.parties.services import archive_party, restore_party
from tests.factories.parties import make_party

OFFICE = system_actor("Office")


@pytest.fixture
def rehearse(database, clock, tmp_path):
    """Check a file with one person; return how many rows of each outcome, and what was said."""

    def run(reference, born=""):
        path = tmp_path / "people.csv"
        row = f"{reference};person;Dubois;{born}"
        path.write_text(f"Reference;Kind;Name;Born\n{row}\n", encoding="utf-8")
        source = ImportFile(path, path.name, PEOPLE, PEOPLE.formats)
        with use_locale("en"):
            report = check_file(OFFICE, source, database, clock)
            counts = {key.value: count for key, count in report.tally.counts.items() if count}
            return counts, [problem.message for problem in report.errors]

    return run


def test_somebody_archived_is_named_so_in_the_rehearsal(database, clock, rehearse):
    with database.unit_of_work() as uow:
        party = make_party(uow, clock)
        archive_party(OFFICE, Change(party.id, party.version), uow, clock)
    said = "This record is archived: bring it back on its sheet first."
    assert rehearse(party.reference) == ({"refused": 1}, [said])
    with database.unit_of_work() as uow:
        restore_party(OFFICE, Change(party.id, party.version), uow, clock)
    assert rehearse(party.reference) == ({"changed": 1}, [])
    assert rehearse("P-NEW") == ({"new": 1}, [])


def test_nobody_is_born_tomorrow(clock, rehearse):
    assert rehearse("P-NEW", born="02/03/2026") == ({"new": 1}, [])
    assert rehearse("P-NEW", born="03/03/2026") == ({"refused": 1}, ["This day is still to come."])


def test_a_new_reference_is_no_formula(rehearse):
    for reference in ("=1+1", "+32", "-1", "@x"):
        counts, (said,) = rehearse(reference)
        assert counts == {"refused": 1}
        assert said.startswith("A code does not begin with =")

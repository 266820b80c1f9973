"""The history of a record, in words."""

import pytest

from app import audit
from app.audit.readable import action_label, readable
from app.auth.actor import Scope
from app.i18n import use_locale


@pytest.fixture
def note(uow, clock, boiler, actor_with):
    def write(action="plant.boiler.relit", **changes):
        return audit.record(
            uow,
            actor_with(name="Jan"),
            clock,
            action=action,
            subject=audit.Subject("boiler", boiler.id, "Boiler 7"),
            changes=changes,
        )

    return write


def in_words(entry, subjects, locale="en"):
    with use_locale(locale):
        (line,) = readable([entry], subjects)
    return line.action, {c.field: (c.old, c.new) for c in line.changes}


def test_words_of_the_module_come_first(note, subjects):
    entry = note(state=("cold", "hot"))
    assert in_words(entry, subjects) == ("Boiler relit", {"State": ("Cold", "Hot")})


def test_values_are_written_as_people_read_them(note, subjects, clock):
    entry = note(
        cost_cents=(None, 125000),
        is_open=(True, False),
        visited_on=("2026-02-03", None),
        visited_at=(None, clock.now()),
        tags=(["a"], ["a", "b"]),
        confidentiality=("internal", "sensitive"),
    )
    _action, changes = in_words(entry, subjects)
    assert changes["Cost"][1] == "1.250,00\xa0€"
    assert changes["Is open"] == ("yes", "no")
    assert changes["Visited"] in (("03/02/2026", ""), ("", "02/03/2026 10:00"))
    assert changes["Tags"] == ("a", "a, b")
    assert changes["Confidentiality"] == ("Internal", "Sensitive")


def test_days_are_never_written_as_a_machine_does(note, subjects, signed_in):
    entry = note(
        taken=(None, "2022-12-26-2023-01-01"),
        one_day=(None, "2022-12-26"),
        plan=(None, {"day": "2022-12-27"}),
        serial=(None, "2022-12-26-AB"),
    )
    _action, changes = in_words(entry, subjects, "nl")
    assert changes["Taken"][1] == "26/12/2022 – 01/01/2023"
    assert changes["One day"][1] == "26/12/2022"
    assert changes["Plan"][1] == "day: 27/12/2022"
    assert changes["Serial"][1] == "2022-12-26-AB"


def test_a_record_named_after_a_day_is_named_as_people_write_it(
    signed_in, boiler, database, clock, actor_with
):
    about = audit.Subject("boiler", boiler.id, "2022-12-26")
    with database.unit_of_work("test") as uow:
        audit.record(uow, actor_with(), clock, action="plant.boiler.relit", subject=about)
    page = signed_in("data_protection_officer").get("/audit").get_data(as_text=True)
    assert "26/12/2022" in page
    assert "2022-12-26" not in page


def test_a_text_in_several_languages_is_read_in_ones_own(note, subjects):
    entry = note(priority=({"fr": "Urgent", "nl": "Dringend"}, None))
    assert in_words(entry, subjects, "nl")[1]["Priority"] == ("Dringend", "")
    assert in_words(entry, subjects, "fr")[1]["Priority"] == ("Urgent", "")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("files.file.attached", "File added"),
        ("plant.boiler.archived", "Boiler: archived"),
        ("plant.boiler.turned_around", "Boiler: turned around"),
    ],
)
def test_actions_nobody_translated_are_still_readable(subjects, action, said):
    with use_locale("en"):
        assert action_label(action, subjects.kind("boiler")) == said


def test_history_is_shown_with_its_record(signed_in, boiler, database, clock, actor_with):
    client = signed_in()
    address = f"/history/boiler/{boiler.id}"
    assert "Nothing has happened yet" in client.get(address).get_data(as_text=True)
    with database.unit_of_work("test") as uow:
        for number in range(60):
            audit.record(
                uow,
                actor_with(name="Jan <b>"),
                clock,
                action="plant.boiler.relit",
                subject=audit.Subject("boiler", boiler.id, "Boiler 7"),
                changes={"state": (None, f"s{number}")},
            )
    page = client.get(address).get_data(as_text=True)
    assert page.count("Boiler relit") == 50
    assert "Jan &lt;b&gt;" in page
    assert "limit=200" in page
    fragment = client.get(f"{address}?limit=200", headers={"HX-Request": "true"})
    assert fragment.get_data(as_text=True).count("Boiler relit") == 60


def test_outside_the_scope_history_is_absent(signed_in, boiler):
    stranger = signed_in("caretaker", sees_everything=False)
    assert stranger.get(f"/history/boiler/{boiler.id}").status_code == 404


def test_the_trail_is_for_who_watches_over_data(signed_in, note, uow, database):
    assert signed_in("technician").get("/audit").status_code == 403
    officer = signed_in("data_protection_officer")
    assert "Nothing was recorded yet" not in officer.get("/audit").get_data(as_text=True)


def test_consultations_can_be_picked_out(signed_in, boiler, database, clock, actor_with):
    officer = signed_in("data_protection_officer")
    with database.unit_of_work("test") as uow:
        about = audit.Subject("boiler", boiler.id, "Boiler 7")
        audit.record_consultation(uow, actor_with(name="Jan"), clock, subject=about, reason="File")
        audit.record(
            uow,
            actor_with(),
            clock,
            action="plant.boiler.relit",
            subject=about,
            changes={"state": (None, "lit"), "pressure": ("1", "2")},
        )
    every = officer.get("/audit").get_data(as_text=True)
    assert ": lit;" in every
    assert ": 1 → 2" in every
    page = officer.get("/audit?consulted=yes").get_data(as_text=True)
    assert "Boiler: consulted" in page
    assert "Boiler relit" not in page
    others = officer.get("/audit?consulted=no").get_data(as_text=True)
    assert "Boiler: consulted" not in others


def test_scope_is_what_the_owner_says(boiler_kind, boiler, actor_with):
    inside = actor_with(scope=Scope(building_ids=frozenset({boiler.building_id})))
    assert boiler_kind.find(inside, None, boiler.id) is not None
    assert boiler_kind.find(actor_with(scope=Scope()), None, boiler.id) is None

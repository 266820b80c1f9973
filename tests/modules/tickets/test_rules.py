"""Rules hold from a day on, are taken back and put back, and never move an old promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.audit import history_of
from app.auth.actor import system_actor
from app.calendar.models import ClosingDay, OfficeWeek
from app.calendar.service import Coverage, OfficeCalendars, load_office_calendar
from app.calendar.working_time import AROUND_THE_CLOCK, Hours
from app.clock import BRUSSELS, FixedClock
from app.db import TranslatedText, UnitOfWork
from app.errors import AppError, Forbidden, NotFound
from modules.tickets.commands import AddClosingDay, RetireRule, SetOfficeWeek, SetRule
from modules.tickets.enums import RuleKind, Trade
from modules.tickets.policies import TicketPermission
from modules.tickets.rulebook import Category, Priority, SafetyQuestion
from modules.tickets.rules import load_rules, proposed_rules
from modules.tickets.services import note_ticket
from modules.tickets.services.hours import (
    add_closing_day,
    archive_hours,
    restore_hours,
    set_office_week,
)
from modules.tickets.services.rules import (
    archive_version,
    restore_version,
    retire_rule,
    set_rule,
)
from tests.factories.tickets import make_ticket
from tests.support.people import ActorMaker

LEADER = system_actor("Leader")
NAME = TranslatedText({"fr": "Rapide", "nl": "Snel", "en": "Quick"})


def days_ahead(clock: FixedClock, days: int) -> date:
    return clock.today(BRUSSELS) + timedelta(days=days)


def change_urgent(uow: UnitOfWork, clock: FixedClock, days: int = 0, **facts: Any) -> Any:
    given = {"target_minutes": 60, "valid_from": days_ahead(clock, days), "source": "Board 12"}
    rule = replace(proposed_rules().priorities["urgent"], **(given | facts))
    return set_rule(LEADER, SetRule(rule), uow, clock)


def target_of(uow: UnitOfWork, on: date, key: str = "urgent") -> int:
    return load_rules(uow.session, on).priorities[key].target_minutes


def test_a_priority_changes_from_its_day_on(uow: UnitOfWork, clock: FixedClock) -> None:
    change_urgent(uow, clock, days=10)
    assert target_of(uow, days_ahead(clock, 9)) == 1440
    assert target_of(uow, days_ahead(clock, 10)) == 60


def test_a_second_change_for_the_same_day_replaces_the_first(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    first = change_urgent(uow, clock, days=1)
    change_urgent(uow, clock, days=1, target_minutes=90)
    assert first.archived_at is not None
    assert target_of(uow, days_ahead(clock, 1)) == 90


def test_a_change_is_taken_back_and_put_back(uow: UnitOfWork, clock: FixedClock) -> None:
    version = change_urgent(uow, clock)
    today = clock.today(BRUSSELS)
    archive_version(LEADER, version.id, uow, clock)
    archive_version(LEADER, version.id, uow, clock)
    assert target_of(uow, today) == 1440
    restore_version(LEADER, version.id, uow, clock)
    restore_version(LEADER, version.id, uow, clock)
    assert target_of(uow, today) == 60
    uow.flush()
    actions = {entry.action for entry in history_of(uow.session, "ticket_rule", version.id)}
    assert actions == {"tickets.rule.change", "tickets.rule.archive", "tickets.rule.restore"}


def test_an_open_ticket_keeps_the_deadline_of_its_day(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket = make_ticket(uow, clock, category_key="home.water.leak")
    promised = ticket.due_at
    change_urgent(uow, clock)
    note_ticket(LEADER, ticket.id, "Still there.", uow, clock)
    assert ticket.due_at == promised
    later = make_ticket(uow, clock, category_key="home.water.leak")
    assert later.due_at == clock.now() + timedelta(hours=1)


def test_a_new_priority_and_a_new_problem_can_be_chosen(uow: UnitOfWork, clock: FixedClock) -> None:
    common: dict[str, Any] = {"valid_from": days_ahead(clock, 0), "source": "Board 12"}
    quick = Priority(
        name=NAME, rank=2, target_minutes=120, coverage=Coverage.AROUND_THE_CLOCK, **common
    )
    set_rule(LEADER, SetRule(quick), uow, clock)
    pressure = Category(
        name=TranslatedText({"fr": "Peu de pression", "nl": "Lage druk", "en": "Low pressure"}),
        priority_key="quick",
        trade=Trade.PLUMBING,
        **common,
    )
    version = set_rule(LEADER, SetRule(pressure, parent_key="home.water"), uow, clock)
    assert version.key == "home.water.low-pressure"
    ticket = make_ticket(uow, clock, category_key=version.key)
    assert (ticket.priority_key, ticket.trade) == ("quick", Trade.PLUMBING)
    found = load_rules(uow.session, clock.today(BRUSSELS)).search_categories("lage druk")
    assert [one.key for one in found] == ["home.water.low-pressure"]


@pytest.mark.parametrize(
    ("said", "among"),
    [
        ("kraan lekt", {"home.water.tap", "home.water.leak"}),
        ("de lift staat stil", {"common.lift.stopped"}),
        ("mon robinet fuit tout le temps", {"home.water.tap"}),
        ("lek", {"home.water.leak"}),
        ("waterlek", {"home.water.leak"}),
    ],
)
def test_problems_are_found_by_what_callers_say(
    uow: UnitOfWork, clock: FixedClock, said: str, among: set[str]
) -> None:
    found = load_rules(uow.session, clock.today(BRUSSELS)).search_categories(said)
    assert among <= {one.key for one in found[:4]}
    # A word that begins one of ours is enough: the longer forms of "water" are not asked.
    assert said != "waterlek" or len(found) == 1


def test_a_new_question_is_asked_first(uow: UnitOfWork, clock: FixedClock) -> None:
    text = TranslatedText({"fr": "Oui ?", "nl": "Ja?", "en": "Sharp glass?"})
    question = SafetyQuestion(
        question=text,
        instruction=text,
        stops=True,
        valid_from=clock.today(BRUSSELS),
        source="Prevention adviser",
    )
    key = set_rule(LEADER, SetRule(question), uow, clock).key
    ticket = make_ticket(uow, clock, safety={key: True})
    assert ticket.priority_key == "immediate"


def test_a_retired_problem_cannot_be_chosen_but_keeps_its_name(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    today = clock.today(BRUSSELS)
    command = RetireRule(RuleKind.CATEGORY, "home.water.tap", today, "Board 12")
    version = retire_rule(LEADER, command, uow, clock)
    rules = load_rules(uow.session, today)
    assert rules.label_of("home.water.tap", "en").endswith("Tap or mixer")
    assert not rules.categories["home.water.tap"].is_choice
    with pytest.raises(AppError, match="unknown_category"):
        make_ticket(uow, clock, category_key="home.water.tap")
    archive_version(LEADER, version.id, uow, clock)
    assert make_ticket(uow, clock, category_key="home.water.tap").priority_key == "normal"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (RuleKind.PRIORITY, "immediate"),
        (RuleKind.PRIORITY, "normal"),
        (RuleKind.CATEGORY, "plant.energy"),
        (RuleKind.CATEGORY, "home.water"),
        (RuleKind.SAFETY, "gas"),
    ],
)
def test_what_others_stand_on_is_not_retired(
    uow: UnitOfWork, clock: FixedClock, kind: RuleKind, key: str
) -> None:
    command = RetireRule(kind, key, clock.today(BRUSSELS), "Board 12")
    with pytest.raises(AppError, match="rule_needed"):
        retire_rule(LEADER, command, uow, clock)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"source": "  "}, "source_needed"),
        ({"name": TranslatedText({"fr": "Rapide", "nl": "Snel"})}, "three_languages_needed"),
        ({"valid_from": date(2026, 3, 1)}, "day_gone"),
    ],
)
def test_a_rule_needs_a_source_three_languages_and_a_day_to_come(
    uow: UnitOfWork, clock: FixedClock, facts: dict[str, Any], code: str
) -> None:
    with pytest.raises(AppError, match=code):
        change_urgent(uow, clock, **facts)


def test_a_problem_needs_an_existing_heading_and_priority(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    tap = replace(
        proposed_rules().categories["home.water.tap"],
        key="",
        valid_from=clock.today(BRUSSELS),
        source="Board 12",
    )
    for rule, parent, code in (
        (tap, "home.water.leak", "unknown_category"),
        (tap, "nowhere", "unknown_category"),
        (tap, "home.water", None),
        (tap, "home.water", "key_taken"),
        (replace(tap, priority_key="soon"), "home.heating", "unknown_priority"),
        (replace(tap, safety_key="wind"), "home.heating", "unknown_sentence"),
    ):
        if code is None:
            set_rule(LEADER, SetRule(rule, parent), uow, clock)
            continue
        with pytest.raises(AppError, match=code):
            set_rule(LEADER, SetRule(rule, parent), uow, clock)


def test_only_whoever_holds_the_right_changes_rules(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    agent = actor_with(TicketPermission.OPEN, TicketPermission.READ)
    rule = replace(proposed_rules().priorities["urgent"], valid_from=clock.today(BRUSSELS))
    with pytest.raises(Forbidden):
        set_rule(agent, SetRule(rule), uow, clock)
    with pytest.raises(NotFound):
        archive_version(LEADER, agent.user_id, uow, clock)


# The fixed clock stands on Monday 2 March 2026, 10:00 in Brussels.


def test_opening_hours_count_from_their_day_on(uow: UnitOfWork, clock: FixedClock) -> None:
    mornings = SetOfficeWeek({1: [Hours(480, 720)]}, days_ahead(clock, 1), "Board 12")
    week = set_office_week(LEADER, mornings, uow, clock)
    calendar = load_office_calendar(uow.session)
    assert len(list(calendar.openings_on(days_ahead(clock, 0)))) == 1
    assert len(list(calendar.openings_on(days_ahead(clock, 1)))) == 1
    assert not list(calendar.openings_on(days_ahead(clock, 2)))
    archive_hours(LEADER, OfficeWeek, week.id, uow, clock)
    assert list(load_office_calendar(uow.session).openings_on(days_ahead(clock, 2)))


def test_a_week_replaces_the_one_of_the_same_day(uow: UnitOfWork, clock: FixedClock) -> None:
    day = days_ahead(clock, 1)
    first = set_office_week(LEADER, SetOfficeWeek({0: [Hours(0, 60)]}, day, "A"), uow, clock)
    set_office_week(LEADER, SetOfficeWeek({0: [Hours(60, 120)]}, day, "B"), uow, clock)
    assert first.archived_at is not None
    with pytest.raises(AppError, match="never_open"):
        set_office_week(LEADER, SetOfficeWeek({0: []}, day, "C"), uow, clock)


def test_a_closing_day_moves_new_deadlines_and_no_old_one(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    old = make_ticket(uow, clock, category_key="home.water.tap")
    promised = old.due_at
    clock.advance(timedelta(minutes=1))
    bridge = AddClosingDay(days_ahead(clock, 1), NAME, "Board 12")
    day = add_closing_day(LEADER, bridge, uow, clock)
    note_ticket(LEADER, old.id, "Still drips.", uow, clock)
    new = make_ticket(uow, clock, category_key="home.water.tap")
    assert old.due_at == promised
    assert promised is not None
    assert new.due_at == promised + timedelta(days=1, minutes=1)
    clock.advance(timedelta(minutes=1))
    archive_hours(LEADER, ClosingDay, day.id, uow, clock)
    note_ticket(LEADER, new.id, "Still drips.", uow, clock)
    assert new.due_at == promised + timedelta(days=1, minutes=1)
    restore_hours(LEADER, ClosingDay, day.id, uow, clock)
    assert day.archived_at is None


def test_the_hours_of_the_office_are_read_when_they_are_asked_for(database, count_queries) -> None:
    with database.reader() as session, count_queries() as sent:
        calendars = OfficeCalendars(session)
        assert calendars[Coverage.AROUND_THE_CLOCK] is AROUND_THE_CLOCK
        assert sent.count == 0
        first = calendars[Coverage.WORKING_HOURS]
        assert (calendars[Coverage.WORKING_HOURS] is first, sent.count) == (True, 2)


def test_each_of_the_first_ranks_has_a_tone_of_its_own(uow: UnitOfWork, clock: FixedClock) -> None:
    rules = load_rules(uow.session, clock.today(BRUSSELS))
    tones = [rules.tone_of(key) for key in rules.priorities]
    assert len(set(tones)) == len(tones) >= 5
    assert rules.tone_of("immediate") == "critical"
    assert rules.tone_of("gone with an older office") == "quiet"

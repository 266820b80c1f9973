"""Checklists: the house proposes, the office states its own, begun orders keep theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, TranslatedText, UnitOfWork
from app.errors import Forbidden, NotFound, StaleVersion
from modules.interventions.checklists import (
    EVERY_TRADE,
    KINDS_OF_WORK,
    load_checklists,
)
from modules.interventions.commands import Point, RestoreChecklist, StateChecklist
from modules.interventions.enums import PointKind
from modules.interventions.errors import PointsAlike
from modules.interventions.queries.day_document import describe_day
from modules.interventions.schemas_checklists import arranged
from modules.interventions.services import restore_checklist, start_visit, state_checklist
from tests.factories.interventions import (
    DISPATCHER,
    make_order,
    make_technician,
    technician_actor,
)
from tests.support.web import Login

PLUMBING = "/checklists/plumbing"


def point(english: str, **facts: Any) -> Point:
    label = {"fr": f"{english} (fr)", "nl": f"{english} (nl)", "en": english}
    return Point(TranslatedText(label), **facts)


def state(uow: UnitOfWork, clock: FixedClock, *points: Point, seen: int = 0) -> None:
    state_checklist(DISPATCHER, StateChecklist("plumbing", points, seen), uow, clock)
    clock.advance(timedelta(minutes=1))


def asked(uow: UnitOfWork, clock: FixedClock, work: str = "plumbing") -> list[str]:
    return [one.id for one in load_checklists(uow.session).of(work, clock.now()).points]


def test_every_kind_of_work_has_something_to_check_in_three_languages(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    lists = load_checklists(uow.session)
    for work in KINDS_OF_WORK:
        for one in lists.of(work, clock.now()).points:
            assert lists.label_of(one.id, clock.now()) == str(one.label)
            assert all(one.label.get(language) for language in ("fr", "nl", "en"))
    assert lists.of(EVERY_TRADE, clock.now()).points
    assert lists.label_of("gone.point", clock.now()) == "gone.point"


def test_the_office_states_its_own_list_in_its_own_order(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    state(uow, clock, point("Tap closed"), point("No leak", id="plumbing.tight", is_required=True))
    assert asked(uow, clock) == ["plumbing.tap-closed", "plumbing.tight"]
    assert asked(uow, clock, "heating")[0] == "heating.pressure"
    state(uow, clock, seen=1)
    assert asked(uow, clock) == []


def test_saving_what_holds_already_makes_no_version(uow: UnitOfWork, clock: FixedClock) -> None:
    state(uow, clock, point("Tap closed"))
    state(uow, clock, point("Tap closed", id="plumbing.tap-closed"), seen=1)
    assert len(load_checklists(uow.session).stated["plumbing"]) == 2


def test_an_identifier_is_never_used_for_something_else(uow: UnitOfWork, clock: FixedClock) -> None:
    state(uow, clock, point("Tap closed"))
    state(uow, clock, seen=1)
    state(uow, clock, point("Tap closed"), point("  ?"), seen=2)
    assert asked(uow, clock) == ["plumbing.tap-closed-2", "plumbing.point"]


def test_what_somebody_else_stated_meanwhile_is_not_overwritten(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    state(uow, clock, point("Tap closed"))
    with pytest.raises(StaleVersion):
        state(uow, clock, point("Pipe dry"))
    with pytest.raises(PointsAlike):
        state(uow, clock, point("Pipe dry"), point("Pipe dry"), seen=1)


def test_an_earlier_list_can_be_asked_again(uow: UnitOfWork, clock: FixedClock) -> None:
    state(uow, clock, point("Tap closed"))
    restore_checklist(DISPATCHER, RestoreChecklist("plumbing", 0, seen=1), uow, clock)
    assert asked(uow, clock) == ["plumbing.tight", "plumbing.stopcock"]
    same = RestoreChecklist("plumbing", 2, seen=2)
    assert restore_checklist(DISPATCHER, same, uow, clock) is None
    for work, number in (("plumbing", 9), ("gardening", 0)):
        with pytest.raises(NotFound):
            restore_checklist(DISPATCHER, RestoreChecklist(work, number, seen=2), uow, clock)
    with pytest.raises(NotFound):
        state_checklist(DISPATCHER, StateChecklist("gardening", (), 0), uow, clock)


def test_an_earlier_list_does_not_replace_what_was_not_seen(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    state(uow, clock, point("Tap closed"))
    state(uow, clock, point("Pipe dry"), seen=1)
    with pytest.raises(StaleVersion) as refused:
        restore_checklist(DISPATCHER, RestoreChecklist("plumbing", 0, seen=1), uow, clock)
    assert refused.value.details["current_version"] == 2
    assert asked(uow, clock) == ["plumbing.pipe-dry"]


def test_a_begun_order_keeps_its_points_and_their_words(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        begun = make_order(uow, clock, technician)
        make_order(uow, clock, technician)
        actor = technician_actor(technician)
        start_visit(actor, begun.id, None, uow, clock)
        clock.advance(timedelta(minutes=1))
        state(uow, clock, point("Pipe wrapped", id="plumbing.tight", kind=PointKind.TEXT))
    with database.reader() as session:
        orders = describe_day(actor, session, clock.now())["orders"]
        lists = load_checklists(session)
    points = {order["status"]: order["checklist"] for order in orders}
    assert [one["id"] for one in points["in_progress"]][:2] == [
        "plumbing.tight",
        "plumbing.stopcock",
    ]
    first, *others = points["assigned"]
    assert (first["id"], first["kind"], len(others)) == ("plumbing.tight", "text", 2)
    assert begun.started_at is not None
    assert lists.label_of("plumbing.tight", begun.started_at).startswith("Plus aucune fuite")
    assert lists.label_of("plumbing.tight", clock.now()) == "Pipe wrapped (fr)"


def test_only_those_who_may_change_checklists_do(uow: UnitOfWork, clock: FixedClock) -> None:
    actor = technician_actor(make_technician(uow, clock))
    with pytest.raises(Forbidden):
        state_checklist(actor, StateChecklist("plumbing", (), 0), uow, clock)
    with pytest.raises(Forbidden):
        restore_checklist(actor, RestoreChecklist("plumbing", 0, seen=0), uow, clock)


def test_a_technician_does_not_see_the_checklists(client: FlaskClient, login: Login) -> None:
    login(client, Role.TECHNICIAN)
    assert {client.get(url).status_code for url in ("/checklists", PLUMBING)} == {403}


@pytest.mark.parametrize(
    ("move", "order", "focus"),
    [
        ("up.1", "bac", 0),
        ("up.0", "abc", 0),
        ("down.1", "acb", 2),
        ("down.2", "abc", 2),
        ("remove.2", "ab", 1),
        ("add", "abc+", 3),
        ("up.7", "abc", 0),
        ("strange.1", "abc", 1),
    ],
)
def test_points_are_arranged(move: str, order: str, focus: int) -> None:
    found, at = arranged([{"en": letter} for letter in "abc"], move)
    assert ("".join(one.get("en", "+") for one in found), at) == (order, focus)


def row(position: int, text: str, **more: str) -> dict[str, str]:
    fields = {"fr": text, "nl": text, "en": text, "kind": "boolean"} | more
    return {f"points.{position}.{name}": value for name, value in fields.items()}


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_the_pages_are_whole(client: FlaskClient, login: Login, locale: str) -> None:
    login(client, Role.MAINTENANCE_ENGINEER, locale=locale)
    for url in ("/checklists", PLUMBING, "/checklists/masonry"):
        answer = client.get(url)
        assert answer.status_code == 200, url
    assert client.get("/checklists/gardening").status_code == 404


def test_a_list_is_arranged_saved_and_put_back(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    typed = row(0, "Tap closed") | row(1, "Pipe dry", required="on") | {"version": "0"}
    moved = client.post(f"{PLUMBING}/arrangement", data=typed | {"move": "up.1"}).text
    assert moved.index('value="Pipe dry"') < moved.index('value="Tap closed"')
    assert "Pipe dry" not in client.get(PLUMBING).text  # nothing is kept before it is saved
    saved = client.post(PLUMBING, data=typed, follow_redirects=True).text
    assert "orders already begun keep the one they had" in saved
    assert "Tap closed · Pipe dry" in saved
    assert client.post(f"{PLUMBING}/versions/0/restore", data={"version": "0"}).status_code == 412
    assert client.post(f"{PLUMBING}/versions/0/restore").status_code == 422
    back = client.post(
        f"{PLUMBING}/versions/0/restore", data={"version": "1"}, follow_redirects=True
    )
    restored = back.text
    assert 'value="No leak left after a test"' in restored


def test_a_list_with_gaps_is_shown_again(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    typed = row(0, "Tap closed") | row(1, "", kind="number") | {"version": "0"}
    answer = client.post(PLUMBING, data=typed)
    assert answer.status_code == 422
    assert 'href="#f-points.1.nl"' in answer.text
    assert 'value="Tap closed"' in answer.text
    client.post(PLUMBING, data=row(0, "Tap closed") | {"version": "0"})
    assert client.post(PLUMBING, data=row(0, "Other") | {"version": "0"}).status_code == 412

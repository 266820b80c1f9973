"""The pages of rules: list, add, change from a day on, take back, refuse."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from tests.support.web import Login

COMMON = {"valid_from": "2026-04-01", "source": "Board of 12 March"}
URGENT = {
    "name_fr": "Urgent",
    "name_nl": "Dringend",
    "name_en": "Urgent",
    "rank": "3",
    "target": "12:30",
    "coverage": "around_the_clock",
} | COMMON
PAGES = (
    "/ticket-rules",
    "/ticket-rules/categories",
    "/ticket-rules/sentences",
    "/ticket-rules/new/priorities",
    "/ticket-rules/new/categories",
    "/ticket-rules/new/sentences",
    "/ticket-rules/priorities/urgent",
    "/ticket-rules/categories/home.water.leak",
    "/ticket-rules/sentences/gas",
    "/office-hours",
)


def shown(client: FlaskClient, url: str) -> str:
    answer = client.get(url, follow_redirects=True)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("locale", ["fr", "nl"])
def test_every_page_of_rules_is_whole(client: FlaskClient, login: Login, locale: str) -> None:
    login(client, Role.DISPATCH_LEADER, locale=locale)
    for url in PAGES:
        assert "<h1" in shown(client, url)


def test_an_agent_does_not_see_the_rules(client: FlaskClient, login: Login) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    assert {client.get(url).status_code for url in PAGES} == {403}


def test_unknown_kinds_and_keys_are_absent(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER)
    for url in ("/ticket-rules/colours", "/ticket-rules/priorities/soon"):
        assert client.get(url).status_code == 404


def test_a_priority_is_changed_and_the_change_taken_back(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    answer = client.post("/ticket-rules/priorities/urgent", data=URGENT)
    assert answer.status_code == 303
    page = shown(client, "/ticket-rules/priorities/urgent")
    assert "Board of 12 March" in page
    assert re.search("12[.,]5\u202fh", page)
    assert "changes on" in shown(client, "/ticket-rules/priorities")
    found = re.search(r"/ticket-rules/versions/[0-9a-f-]{36}/archive", page)
    assert found
    client.post(found.group())
    assert "Put back" in shown(client, "/ticket-rules/priorities/urgent")
    client.post(found.group().replace("archive", "restore"))
    assert "Take back" in shown(client, "/ticket-rules/priorities/urgent")


def test_a_problem_is_added_and_then_not_used_any_more(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    low = {
        "parent": "home.water",
        "name_fr": "Peu de pression",
        "name_nl": "Lage druk",
        "name_en": "Low pressure",
        "priority": "normal",
        "trade": "plumbing",
        "nearness": "stack",
        "source": "Board of 12 March",
        "valid_from": "2026-03-02",
    }
    answer = client.post("/ticket-rules/categories", data=low)
    assert answer.headers["Location"] == "/ticket-rules/categories/home.water.low-pressure"
    answer = client.post(answer.headers["Location"], data=low | {"retire": "on"})
    assert answer.status_code == 303
    assert "Not used any more" in shown(client, "/ticket-rules/categories")


def test_a_sentence_is_added(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    texts = {
        f"{name}_{language}": f"{name} {language}"
        for name in ("question", "instruction")
        for language in ("fr", "nl", "en")
    }
    answer = client.post("/ticket-rules/sentences", data=texts | COMMON | {"stops": "on"})
    assert answer.headers["Location"] == "/ticket-rules/sentences/question-en"
    assert "from 01/04/2026" in shown(client, "/ticket-rules/sentences")


@pytest.mark.parametrize(
    "wrong", [{"name_nl": ""}, {"source": ""}, {"valid_from": "2026-01-01"}, {"rank": "0"}]
)
def test_a_refused_change_keeps_what_was_typed(
    client: FlaskClient, login: Login, wrong: dict[str, str]
) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    answer = client.post("/ticket-rules/priorities/urgent", data=URGENT | wrong)
    assert answer.status_code == 422
    assert "12:30" in answer.get_data(as_text=True)


def test_what_is_needed_is_not_retired_from_the_page(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    answer = client.post("/ticket-rules/priorities/urgent", data=URGENT | {"retire": "on"})
    assert answer.status_code == 409


def test_opening_hours_and_closing_days_are_set_and_taken_back(
    client: FlaskClient, login: Login
) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    week = {f"hours_{day}": "8:00-12:00, 13h00-17h00" for day in range(5)} | COMMON
    assert client.post("/office-hours", data=week).status_code == 303
    bridge = {
        "day": "2026-05-15",
        "name_fr": "Fermeture",
        "name_nl": "Brugdag",
        "name_en": "Bridge day",
        "day_source": "Board of 12 March",
    }
    assert client.post("/office-hours/closing-days", data=bridge).status_code == 303
    page = shown(client, "/office-hours")
    assert "13:00-17:00" in page
    assert "Bridge day" in page
    for url in re.findall(r"/office-hours/[a-z-]+/[0-9a-f-]{36}/archive", page):
        client.post(url)
    page = shown(client, "/office-hours")
    assert page.count("Put back") == 2
    for url in re.findall(r"/office-hours/[a-z-]+/[0-9a-f-]{36}/restore", page):
        client.post(url)
    assert shown(client, "/office-hours").count("Take back") == 2


@pytest.mark.parametrize("hours", ["8-12", "12:00-8:00", "25:00-26:00", "8:00-12:00, 11:00-13:00"])
def test_hours_that_make_no_sense_are_shown_again(
    client: FlaskClient, login: Login, hours: str
) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    answer = client.post("/office-hours", data={"hours_0": hours} | COMMON)
    assert answer.status_code == 422
    assert f'value="{hours}"' in answer.get_data(as_text=True)


def test_a_closing_day_without_a_name_is_refused(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    answer = client.post("/office-hours/closing-days", data={"day": "2026-05-15"})
    assert answer.status_code == 422

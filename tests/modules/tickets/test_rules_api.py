"""The rules of the call centre and the office's hours for programs."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from tests.support.web import Login

RULES, HOURS = "/api/v1/ticket-rules", "/api/v1/office-hours"
TODAY = {"valid_from": "2026-03-02", "source": "Conseil 12/2026"}
NAME = {"fr": "Cave inondée", "nl": "Kelder onder water", "en": "Flooded cellar"}
SLOW = {"name": {"fr": "Lent", "nl": "Traag", "en": "Slow"}, "rank": 9, "target_minutes": 600}
SENTENCE = {
    "question": {"fr": "Fumée ?", "nl": "Rook?", "en": "Smoke?"},
    "instruction": {"fr": "Sortez.", "nl": "Ga naar buiten.", "en": "Go out."},
    "stops": True,
}
OPEN = [{"weekday": 0, "since": 780, "until": 960}, {"weekday": 0, "since": 480, "until": 720}]


@pytest.fixture
def leader(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.ADMINISTRATOR)
    return client


def find(client: FlaskClient, kind: str, key: str) -> dict:
    return next(row for row in client.get(f"{RULES}/{kind}").json if row["key"] == key)


def test_rules_are_stated_changed_taken_back_and_put_back(leader: FlaskClient) -> None:
    slow = SLOW | {"coverage": "working_hours"} | TODAY
    priority = leader.post(f"{RULES}/priorities", json=slow)
    assert (priority.status_code, priority.json["key"]) == (201, "slow")
    sentence = leader.post(f"{RULES}/sentences", json=SENTENCE | TODAY).json
    heading = leader.post(f"{RULES}/categories", json={"name": NAME} | TODAY).json
    problem = {"name": NAME, "parent_key": heading["key"], "priority_key": "slow"}
    made = leader.post(
        f"{RULES}/categories", json=problem | {"safety_key": sentence["key"]} | TODAY
    )
    assert made.json["key"] == "flooded-cellar.flooded-cellar"
    row = find(leader, "categories", made.json["key"])
    assert (row["is_choice"], row["safety_key"], row["source"]) == (True, "smoke", TODAY["source"])
    assert find(leader, "sentences", "smoke")["stops"] is True

    faster = leader.post(f"{RULES}/priorities", json=slow | {"key": "slow", "target_minutes": 60})
    assert find(leader, "priorities", "slow")["target_minutes"] == 60
    one = f"{RULES}/versions/{faster.json['id']}"
    assert leader.delete(one).status_code == 204
    of_slow = f"{RULES}/versions?kind=priorities&key=slow"
    states = [(row["id"], bool(row["archived_at"])) for row in leader.get(of_slow).json]
    assert states == [(faster.json["id"], True), (priority.json["id"], True)]
    assert leader.post(f"{one}/restoration").json["archived_at"] is None
    assert find(leader, "priorities", "slow")["target_minutes"] == 60


def test_what_others_stand_on_is_not_retired(leader: FlaskClient) -> None:
    slow = SLOW | {"coverage": "around_the_clock"} | TODAY
    leader.post(f"{RULES}/priorities", json=slow)
    retire = {"kind": "priorities", "key": "slow"} | TODAY
    retired = leader.post(f"{RULES}/retirements", json=retire)
    assert (retired.status_code, retired.json["is_retired"]) == (201, True)
    assert find(leader, "priorities", "slow")["is_retired"]
    needed = leader.post(f"{RULES}/retirements", json=retire | {"key": "immediate"})
    assert (needed.status_code, needed.json["code"]) == (409, "rule_needed")


def test_what_is_refused_of_a_rule_is_named_as_sent(leader: FlaskClient) -> None:
    slow = SLOW | {"coverage": "working_hours"} | TODAY
    leaf = {"name": NAME, "priority_key": "slow"} | TODAY
    for kind, sent, field in (
        ("priorities", slow | {"name": {"fr": "Lent", "en": "Slow"}}, "name.nl"),
        ("priorities", slow | {"valid_from": "2026-03-01"}, "valid_from"),
        ("priorities", slow | {"rank": 0}, "rank"),
        ("categories", leaf, "priority_key"),
        ("categories", leaf | {"priority_key": "breakdown", "safety_key": "no"}, "safety_key"),
        ("categories", leaf | {"parent_key": "nowhere"}, "parent_key"),
        ("sentences", SENTENCE | TODAY | {"source": " "}, "source"),
        ("sentences", SENTENCE | TODAY | {"question": dict.fromkeys(NAME, "Fire?")}, "question"),
    ):
        answer = leader.post(f"{RULES}/{kind}", json=sent)
        fields = [error["field"] for error in answer.json["errors"]]
        assert (answer.status_code, fields) == (422, [field]), kind
    unknown = leader.post(f"{RULES}/priorities", json=slow | {"key": "nobody-said-so"})
    assert unknown.status_code == 404


def test_the_key_of_a_problem_with_long_names_fits_its_column(leader: FlaskClient) -> None:
    long = dict.fromkeys(NAME, "Of the second staircase of the block")
    parent = ""
    for _level in range(3):
        sent = {"name": long, "parent_key": parent, "priority_key": ""} | TODAY
        if parent.count("."):
            sent["priority_key"] = "breakdown"
        answer = leader.post(f"{RULES}/categories", json=sent)
        assert answer.status_code == 201, answer.json
        parent = answer.json["key"]
    assert parent.count(".") == 2
    assert len(parent) <= 60


def test_hours_and_closing_days_are_given_taken_back_and_put_back(leader: FlaskClient) -> None:
    week = leader.post(f"{HOURS}/weeks", json={"openings": OPEN} | TODAY)
    assert (week.status_code, week.json["openings"]) == (201, OPEN[::-1])
    day = {"day": "2026-12-24", "name": NAME, "source": "Conseil"}
    closed = leader.post(f"{HOURS}/closing-days", json=day)
    assert (closed.status_code, closed.json["name"]) == (201, NAME)
    for folder, made in (("weeks", week), ("closing-days", closed)):
        one = f"{HOURS}/{folder}/{made.json['id']}"
        assert leader.delete(one).status_code == 204
        (row,) = leader.get(f"{HOURS}/{folder}").json
        assert row["archived_at"]
        assert leader.post(f"{one}/restoration").json["archived_at"] is None
    assert leader.get(f"{HOURS}/closing-days?since=2027-01-01").json == []
    again = leader.post(f"{HOURS}/weeks", json={"openings": OPEN[:1]} | TODAY)
    weeks = {row["id"]: bool(row["archived_at"]) for row in leader.get(f"{HOURS}/weeks").json}
    assert weeks == {week.json["id"]: True, again.json["id"]: False}
    leader.post(f"{HOURS}/weeks/{week.json['id']}/restoration")
    weeks = {row["id"]: bool(row["archived_at"]) for row in leader.get(f"{HOURS}/weeks").json}
    assert weeks == {week.json["id"]: False, again.json["id"]: True}


@pytest.mark.parametrize(
    ("openings", "field"),
    [
        ([], "openings"),
        ([{"weekday": 0, "since": 600, "until": 600}], "openings"),
        ([OPEN[0], OPEN[0]], "openings"),
        ([{"weekday": 7, "since": 1, "until": 2}], "openings.0.weekday"),
    ],
)
def test_hours_that_make_no_sense_are_refused(
    leader: FlaskClient, openings: list, field: str
) -> None:
    answer = leader.post(f"{HOURS}/weeks", json={"openings": openings} | TODAY)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_a_day_that_is_over_is_refused_as_it_was_sent(leader: FlaskClient) -> None:
    over = {"day": "2026-03-01", "name": NAME, "source": "Conseil"}
    answer = leader.post(f"{HOURS}/closing-days", json=over)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "day")


def test_agents_read_the_rules_in_force_and_change_none(client: FlaskClient, login: Login) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    for kind in ("priorities", "categories", "sentences"):
        assert client.get(f"{RULES}/{kind}").json
        assert client.post(f"{RULES}/{kind}", json={}).status_code in {403, 422}
    assert client.post(f"{RULES}/sentences", json=SENTENCE | TODAY).status_code == 403
    for address in (f"{RULES}/versions?kind=priorities&key=slow", f"{HOURS}/weeks"):
        assert client.get(address).status_code == 403
    assert client.post(f"{HOURS}/weeks", json={"openings": OPEN} | TODAY).status_code == 403

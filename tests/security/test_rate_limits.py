"""How many requests a minute: exact, with a time to come back, and no way round."""

from __future__ import annotations

import errno
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from app.auth.commands import CreateToken
from app.auth.roles import Role
from app.auth.sessions import actor_of
from app.auth.tokens import issue_token
from app.ids import new_id
from app.web.context import house
from app.web.shared_counts import SECONDS, SLOTS, WINDOW_S, SharedCounts

LIMIT = 20
ROOT = Path(__file__).parents[2]


@pytest.fixture
def app_with(settings, database, clock):
    def make(**changes) -> Flask:
        limits = {"rate_limit_per_minute": LIMIT, "rate_limit_anonymous_per_minute": LIMIT}
        made = create_app(replace(settings, **limits, **changes), clock=clock, database=database)
        made.config["WTF_CSRF_ENABLED"] = False
        return made

    return make


def count(client, path="/api/v1/me", **options) -> tuple[int, str | None]:
    """Ask until refused; return how many got through and when to come back."""
    for number in range(LIMIT * 3):
        answer = client.get(path, **options)
        if answer.status_code == 429:
            return number, answer.headers.get("Retry-After")
    return LIMIT * 3, None


def test_person_gets_exactly_the_limit_and_a_time_to_come_back(app_with, login, clock):
    client = app_with().test_client()
    login(client, Role.ANALYST)
    assert count(client) == (LIMIT, "61")
    assert client.get("/api/v1/me").get_json()["code"] == "rate_limited"
    clock.advance(timedelta(seconds=61))
    assert count(client) == (LIMIT, "61")


def test_pages_say_when_to_come_back_too(app_with, login):
    client = app_with().test_client()
    login(client, Role.ANALYST)
    count(client)
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "61")


def test_people_are_counted_apart(app_with, login):
    app = app_with()
    first, second = app.test_client(), app.test_client()
    login(first, Role.ANALYST)
    login(second, Role.FINANCE)
    count(first)
    assert count(second)[0] == LIMIT


def test_two_browsers_of_one_person_are_counted_together(app_with, login):
    app = app_with()
    first, second = app.test_client(), app.test_client()
    login(first, Role.ANALYST)
    second.set_cookie("intendant", first.get_cookie("intendant").value)
    count(first)
    assert count(second)[0] == 0


def test_keys_are_counted_apart_from_their_owner(app_with, login, database, clock):
    app = app_with()
    client = app.test_client()
    user = login(client, Role.ADMINISTRATOR)
    with database.unit_of_work() as uow:
        actor = actor_of(user, house(app).grants, uow.session)
        _token, secret = issue_token(actor, user.id, CreateToken("x"), uow, clock)
    count(client)
    headers = {"Authorization": f"Bearer {secret}"}
    assert count(app.test_client(), headers=headers)[0] == LIMIT


def test_strangers_are_counted_by_address_whatever_they_write(app_with):
    client = app_with().test_client()
    count(client, "/sign-in")
    for spoofed in ("203.0.113.7", "203.0.113.8, 10.0.0.1"):
        for header in ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Client-Ip"):
            assert client.get("/sign-in", headers={header: spoofed}).status_code == 429


def test_behind_a_trusted_proxy_only_its_word_counts(app_with):
    client = app_with(trusted_proxies=1).test_client()
    own = {"X-Forwarded-For": "203.0.113.7"}
    assert count(client, "/sign-in", headers=own)[0] == LIMIT
    other = {"X-Forwarded-For": "203.0.113.8"}
    assert client.get("/sign-in", headers=other).status_code == 200
    # What stands before the proxy's own entry was written by the client.
    spoofed = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    assert client.get("/sign-in", headers=spoofed).status_code == 429


def test_monitors_and_files_are_free(app_with):
    client = app_with().test_client()
    assert count(client, "/healthz")[0] == LIMIT * 3


def test_zero_switches_the_limit_off(client, login):
    login(client, Role.ANALYST)
    assert count(client)[0] == LIMIT * 3


def test_two_workers_count_together(app_with, login):
    first, second = app_with().test_client(), app_with().test_client()
    login(first, Role.ANALYST)
    second.set_cookie("intendant", first.get_cookie("intendant").value)
    assert count(first)[0] == LIMIT
    assert count(second)[0] == 0


ASK = """
import sys
from pathlib import Path
from app.web.shared_counts import SharedCounts
counts = SharedCounts(Path(sys.argv[1]))
print(sum(not counts.take("user:a", 600, 1_000.0) for _time in range(400)))
"""


def test_processes_at_once_get_exactly_the_limit_between_them(tmp_path):
    line = [sys.executable, "-c", ASK, str(tmp_path / "counts")]
    asking = [subprocess.Popen(line, stdout=subprocess.PIPE, cwd=ROOT) for _worker in range(4)]
    assert sum(int(one.communicate(timeout=60)[0]) for one in asking) == 600


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.floats(min_value=0.001, max_value=30), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=20),
)
def test_no_minute_ever_holds_more_than_the_limit(tmp_path, gaps, limit):
    counts, now, let_through = SharedCounts(tmp_path / str(new_id())), 0.0, []
    for gap in gaps:
        now += gap
        wait = counts.take("user:a", limit, now)
        if not wait:
            let_through.append(now)
        else:
            assert 0 < wait <= SECONDS
            # A sixtieth too strict at most.
            assert sum(1 for moment in let_through if moment > now - SECONDS) == limit
    for moment in let_through:
        assert sum(1 for other in let_through if moment - WINDOW_S < other <= moment) <= limit


def test_who_waits_as_long_as_told_gets_in(tmp_path):
    counts = SharedCounts(tmp_path / "counts")
    assert [counts.take("a", 2, 10.4), counts.take("a", 2, 30.9)] == [0, 0]
    wait = counts.take("a", 2, 31.0)
    assert counts.take("a", 2, 31.0 + wait) == 0
    assert counts.take("a", 2, 31.0 + wait) > 0


def test_more_keys_than_there_is_room_for_take_the_place_of_quiet_ones(tmp_path):
    counts = SharedCounts(tmp_path / "counts")
    for number in range(SLOTS * 2):
        assert counts.take(f"address:{number}", 1, float(number % 50)) == 0
    assert counts.take("user:new", 1, 60.0) == 0
    assert counts.take("user:new", 1, 60.0) > 0


def test_a_clock_put_back_shuts_nobody_out(tmp_path):
    counts = SharedCounts(tmp_path / "counts")
    assert counts.take("a", 1, 5_000.0) == 0
    assert counts.take("a", 1, 1_000.0) == 0
    assert counts.take("a", 1, 1_000.0) > 0


def test_without_room_for_the_file_a_process_counts_for_itself(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("app.web.shared_counts.os.posix_fallocate", full)
    counts = SharedCounts(tmp_path / "counts")
    assert counts.take("a", 1, 10.0) == 0
    assert counts.take("a", 1, 10.0) > 0

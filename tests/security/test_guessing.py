"""Guessing, spraying, finding out who has an account: what an attacker at the door gets."""

from __future__ import annotations

import time
from datetime import timedelta
from math import ceil

import pytest
from argon2 import PasswordHasher

from app.auth import passwords
from app.auth.actor import system_actor
from app.auth.commands import CreateUser, Device
from app.auth.services import create_user
from app.auth.sign_in import sign_in
from app.errors import AppError
from tests.support.sizes import sized

pytestmark = pytest.mark.one_database

GOOD = "paard batterij nietje juist"
ATTACKER = Device("203.0.113.5", "curl")
QUARTER = timedelta(minutes=15)


def auc(first: list[float], second: list[float]) -> float:
    """Return how well a threshold tells two samples apart: 0.5 is not at all, 1 perfectly."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_value, kind) in enumerate(ranked, 1) if kind == 0)
    wins = ranks - len(first) * (len(first) + 1) / 2
    found = wins / (len(first) * len(second))
    return max(found, 1 - found)


@pytest.fixture
def account(database, clock):
    def make(number: int) -> str:
        email = f"person{number}@example.org"
        with database.unit_of_work() as uow:
            user = create_user(system_actor("test"), CreateUser(email, "P"), uow, clock)
            user.password_hash = passwords.hash_password(GOOD)
        return email

    return make


@pytest.fixture
def quicker_hash(quick_hash, monkeypatch):
    """Hash in a tenth of the time, so that what surrounds it weighs ten times more."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_DECOY", hasher.hash("no account has this password"))


def refused_in(email: str, database, clock) -> float:
    clock.advance(timedelta(minutes=2))
    began = time.perf_counter()
    with pytest.raises(AppError):
        sign_in(email, "wrong password here", ATTACKER, database.unit_of_work, clock)
    return time.perf_counter() - began


def measured(rounds: int, known: list[str], database, clock) -> float:
    unknown = [email.replace("person", "nobody") for email in known]
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        # In turn, and in changing order, so that a slow moment of the machine hits both.
        pair = [(0, known[number % len(known)]), (1, unknown[number % len(known)])]
        for kind, email in pair if number % 2 else reversed(pair):
            times[kind].append(refused_in(email, database, clock))
    return auc(*times)


def test_measure_of_difference_is_right():
    assert auc([1, 2, 3], [4, 5, 6]) == 1
    assert auc([1, 3, 5], [1, 3, 5]) == pytest.approx(0.5, abs=0.17)


def test_time_does_not_tell_who_has_an_account(quicker_hash, account, database, clock):
    known = [account(number) for number in range(20)]
    refused_in(known[0], database, clock)
    # Of 300 + 300 samples chance alone gives 0.55 once in thirty times: three tries.
    found = [measured(300, known, database, clock)]
    while found[-1] > 0.55 and len(found) < 3:
        found.append(measured(300, known, database, clock))
    assert min(found) <= 0.55, found


@pytest.mark.long
@pytest.mark.real_hash
def test_time_does_not_tell_with_the_real_hash_and_a_thousand_samples(account, database, clock):
    known = [account(number) for number in range(20)]
    assert measured(500, known, database, clock) <= 0.55


def test_answer_does_not_tell_who_has_an_account(client, account):
    known = account(1)

    def said(email: str) -> str:
        form = {"email": email, "password": "wrong password here"}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 422
        return answer.get_data(as_text=True).replace(email, "…").split("<main")[1]

    first, second = said(known), said("nobody@example.org")
    strip = client.application.jinja_env.from_string("{{ text | striptags }}").render
    assert strip(text=first) == strip(text=second)


@sized(in_ci=600, of_the_bar=10_000)
def test_no_quarter_of_an_hour_gives_more_than_ten_tries(
    quicker_hash, account, database, clock, monkeypatch, size
):
    email, looked = account(1), []
    real = passwords.verify_password

    def counted(stored: str | None, password: str) -> bool:
        looked.append(clock.now())
        return real(stored, password)

    monkeypatch.setattr("app.auth.sign_in.verify_password", counted)
    began = clock.now()
    for number in range(size):
        clock.advance(timedelta(seconds=3))
        with pytest.raises(AppError):
            sign_in(email, f"guess number {number}", ATTACKER, database.unit_of_work, clock)
    quarters = (clock.now() - began) / QUARTER
    # As many as are allowed, or the test would be passed by a door that is shut.
    assert len(looked) == 10 * ceil(quarters)
    assert min(later - first for first, later in zip(looked, looked[10:], strict=False)) >= QUARTER


def test_many_at_once_do_not_slip_through(quicker_hash, account, database, clock):
    from concurrent.futures import ThreadPoolExecutor

    email = account(1)

    def guess(number: int) -> str:
        try:
            sign_in(email, f"guess number {number}", ATTACKER, database.unit_of_work, clock)
        except AppError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(guess, range(40)))
    assert codes.count("sign_in_refused") == 10
    assert codes.count("sign_in_locked") == 30

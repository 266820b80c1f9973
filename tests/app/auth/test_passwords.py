"""Which passwords are accepted, how they are kept, and how they change."""

from datetime import timedelta

import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.auth import passwords
from app.auth.actor import system_actor
from app.auth.commands import CreateUser, Device
from app.auth.models import User, UserSession
from app.auth.password_changes import make_password_link
from app.auth.password_policy import LONGEST, SHORTEST, check_password, is_common
from app.auth.passwords import hash_password, verify_password
from app.auth.roles import Role
from app.auth.services import create_user
from app.auth.sign_in import sign_in
from app.errors import Forbidden, Invalid, NotFound

GOOD = "paard batterij nietje juist"
NEW = "oseille tambour vitrail moulin"
DESK = Device("10.0.0.7", "Chrome")


def code_of(password: str, *about: str) -> str:
    try:
        check_password(password, about)
    except Invalid as error:
        return error.code
    return ""


def test_every_one_of_the_most_common_is_refused():
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    top = FREQUENCY_LISTS["passwords"][:3000]
    assert len(top) == 3000
    assert all(code_of(password) for password in top)
    assert all(is_common(password) for password in top)


@pytest.mark.parametrize(
    "password", ["Password2026!!", "123welcome12345", "qwertyqwerty", "aaaaaaaaaaaaaa"]
)
def test_common_ones_with_decoration_are_refused(password):
    assert code_of(password) == "password_common"


def test_length_is_between_twelve_and_a_hundred_and_twenty_eight():
    assert SHORTEST == 12
    assert code_of("xk7#Qp2mVz9") == "password_short"
    assert code_of("xk7#Qp2mVz9t") == ""
    long = "".join(chr(33 + (number * 37) % 90) for number in range(LONGEST))
    assert code_of(long) == ""
    assert code_of(long + "x") == "password_long"


def test_ones_own_name_is_refused():
    assert code_of("marguerite.vandenbossche", "Marguerite Vandenbossche") == "password_personal"
    assert code_of("marguerite loves green trains", "Marguerite Vandenbossche") == ""
    assert code_of("Marguerite Vandenbossche loves trains", "Marguerite Vandenbossche")
    assert code_of("an elephant in the garden", "An") == ""


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("marguerite1234", "password_personal"),
        ("Vandenbossche!2026", "password_personal"),
        ("heleneheleneh", "password_personal"),
        ("Hélène loves 12", "password_personal"),
        ("cpas bruxelles", "password_personal"),
        ("hélène plants four green trees", ""),
        ("a landscape of vandals", ""),
    ],
)
def test_parts_of_a_name_do_not_make_a_password_long_enough(password, said):
    assert code_of(password, "Marguerite Vandenbossche", "Hélène Marchal") == said


@pytest.mark.parametrize("password", ["an@example.org likes trains", "AN@EXAMPLE.ORG2026!"])
def test_ones_own_address_is_refused(password):
    assert code_of(password, "an@example.org", "An") == "password_personal"


@pytest.mark.parametrize("password", ["Intendant2026!", "the green Intendant of trains"])
def test_the_name_of_the_product_is_refused(password):
    assert code_of(password) == "password_personal"


@pytest.mark.real_hash
def test_nothing_is_cut_off():
    long = "é" * 127
    stored = hash_password(long + "a")
    assert verify_password(stored, long + "a")
    assert not verify_password(stored, long + "b")
    assert not verify_password(stored, long)


@given(st.text(min_size=12, max_size=128))
def test_policy_answers_for_any_text(password):
    assert code_of(password, "anna@example.org") in {"", "password_common", "password_personal"}


@pytest.mark.real_hash
def test_hash_is_argon2id_with_memory_and_time_to_spare():
    stored = hash_password(GOOD)
    found = extract_parameters(stored)
    assert stored.startswith("$argon2id$")
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
    assert extract_parameters(passwords._DECOY) == found  # or an unknown address answers sooner


def test_weak_password_of_a_new_account_is_refused(database, clock):
    command = CreateUser("a@example.org", "A", (), "short")
    with pytest.raises(Invalid), database.unit_of_work() as uow:
        create_user(system_actor("test"), command, uow, clock)


@pytest.fixture
def own(client, login):
    return login(client, Role.DISPATCHER, password=GOOD)


def change(client, current=GOOD, new=NEW, repeated=None):
    form = {"current_password": current, "new_password": new, "repeated_password": repeated or new}
    return client.post("/account/password", data=form)


def test_password_is_changed_and_other_sessions_end(client, database, clock, own):
    sign_in(own.email, GOOD, DESK, database.unit_of_work, clock)
    assert change(client).status_code == 303
    assert client.get("/account").status_code == 200
    with database.reader() as session:
        left = session.scalars(select(UserSession).where(UserSession.ended_at.is_(None)))
        assert len(left.all()) == 1
    assert sign_in(own.email, NEW, DESK, database.unit_of_work, clock).token
    with pytest.raises(Invalid):
        sign_in(own.email, GOOD, DESK, database.unit_of_work, clock)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current": "not the present one"}, "current_password"),
        ({"repeated": "something else entirely"}, "repeated_password"),
        ({"new": "short"}, "new_password"),
    ],
)
def test_refusal_names_the_field_and_changes_nothing(client, database, clock, own, form, field):
    answer = change(client, **form)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.get_data(as_text=True)
    assert sign_in(own.email, GOOD, DESK, database.unit_of_work, clock).token


def test_guessing_the_present_password_is_slowed_down(client, own):
    for _number in range(10):
        assert change(client, current="wrong guess again").status_code == 422
    assert change(client).status_code == 429


@pytest.fixture
def guest(database, clock) -> User:
    with database.unit_of_work() as uow:
        return create_user(system_actor("test"), CreateUser("b@example.org", "Bo"), uow, clock)


@pytest.fixture
def secret(database, clock, guest) -> str:
    with database.unit_of_work() as uow:
        return make_password_link(system_actor("test"), guest.id, uow, clock)


def use(client, secret, password=GOOD):
    form = {"new_password": password, "repeated_password": password}
    return client.post(f"/choose-password/{secret}", data=form)


def test_link_sets_the_password_once(client, database, clock, guest, secret):
    page = client.get(f"/choose-password/{secret}")
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert use(client, secret).status_code == 200
    assert sign_in(guest.email, GOOD, DESK, database.unit_of_work, clock).token
    assert use(client, secret, NEW).status_code == 404


def test_link_dies_of_age_and_of_a_newer_one(client, database, clock, guest, secret):
    with database.unit_of_work() as uow:
        newer = make_password_link(system_actor("test"), guest.id, uow, clock)
    assert client.get(f"/choose-password/{secret}").status_code == 404
    assert client.get(f"/choose-password/{newer}").status_code == 200
    clock.advance(timedelta(hours=49))
    assert client.get(f"/choose-password/{newer}").status_code == 404


def test_weak_password_leaves_the_link_alive(client, secret):
    assert use(client, secret, "short").status_code == 422
    assert use(client, secret).status_code == 200


def test_unknown_link_is_absent(client):
    assert client.get("/choose-password/unknown").status_code == 404


def test_link_asks_for_the_right_to_manage_accounts(uow, clock, guest, actor_with):
    with pytest.raises(Forbidden):
        make_password_link(actor_with(), guest.id, uow, clock)


def test_archived_account_gets_no_link(uow, clock, guest):
    uow.session.get_one(User, guest.id).archived_at = clock.now()
    with pytest.raises(NotFound):
        make_password_link(system_actor("test"), guest.id, uow, clock)

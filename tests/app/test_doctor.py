"""The doctor finds what is missing or unsafe, and says what to do."""

import os
import smtplib
import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import FixedClock
from app.db import Database
from app.doctor import examine
from app.house import House, build_house
from app.jobs.lease import hold_lease
from app.safety import Level
from app.settings import (
    DEVELOPMENT_SECRET,
    Environment,
    MailSettings,
    MapSettings,
    Settings,
    SettingsError,
    load_settings,
)
from tests.support.mail import MailServer, free_port

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
WMTS = "https://tiles.example.org/wmts/grey/{TileMatrix}/{TileRow}/{TileCol}.png"


def findings(house: House) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in examine(house)}


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock) -> House:
    return build_house(settings, clock=clock, database=database)


def production(house: House, **changes: object) -> House:
    settings = replace(house.settings, environment=Environment.PRODUCTION, **changes)  # type: ignore[arg-type]
    return replace(house, settings=settings)


def test_a_default_secret_is_a_failure_in_production_only(house: House) -> None:
    assert findings(production(house, secret_key=DEVELOPMENT_SECRET))["secret"] is Level.FAILURE
    unsafe = replace(house, settings=replace(house.settings, secret_key=DEVELOPMENT_SECRET))
    assert findings(unsafe)["secret"] is Level.WARNING


def test_production_needs_https(house: House) -> None:
    assert findings(production(house))["address"] is Level.FAILURE
    safe = production(house, base_url="https://intendant.example.org")
    assert findings(safe)["address"] is Level.OK


def test_demo_accounts_in_production_are_a_failure(house: House) -> None:
    assert findings(production(house, demo_accounts=True))["demo"] is Level.FAILURE


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (MapSettings(), "own outlines"),
        (MapSettings(wmts_url=TILES, attribution="© UrbIS"), "comes from tiles.example.org,"),
        (MapSettings(wmts_url=WMTS, attribution="© UrbIS"), "comes from tiles.example.org,"),
        (MapSettings(wmts_url=TILES), "MAP_ATTRIBUTION"),
        (MapSettings(wmts_url="tiles/{z}/{x}/{y}", attribution="©"), "no whole address"),
        (MapSettings(wmts_url="https://{s}.be/{z}/{x}/{y}", attribution="©"), "without braces"),
        (MapSettings(wmts_url="https://tiles.example.org/{z}", attribution="©"), "lacks {x}, {y}:"),
        (MapSettings(wmts_url=TILES.replace("s:", ":"), attribution="©"), "over http on a page"),
        (MapSettings(tiles_file="none.pmtiles", attribution="©"), "none.pmtiles is no file"),
        (MapSettings("none.pmtiles", TILES, "©"), "TILES_FILE goes first"),
    ],
)
def test_a_base_map_that_would_not_be_shown_is_found(
    house: House, chosen: MapSettings, words: str
) -> None:
    house = production(house, map=chosen, base_url="https://intendant.example.org")
    found = [one for one in examine(house) if one.subject == "map"]
    assert any(words in one.words for one in found), found
    is_fine = "comes from" in words or "outlines" in words
    assert {one.level for one in found} == {Level.OK if is_fine else Level.WARNING}
    # What is not shown is not allowed either: only a service with its source.
    is_asked = bool(chosen.wmts_url and chosen.attribution and not chosen.tiles_file)
    assert bool(chosen.service_url) == is_asked


def mail_of(house: House, **chosen: object) -> tuple[Level, str]:
    """Return what the doctor says of a mail server."""
    settings = MailSettings(backend="smtp", host="127.0.0.1", **chosen)  # type: ignore[arg-type]
    found = examine(replace(house, settings=replace(house.settings, mail=settings)))
    return next((one.level, one.words) for one in found if one.subject == "mail")


def test_a_mail_server_that_answers_is_well(house: House, mail_server: MailServer) -> None:
    level, words = mail_of(house, port=mail_server.port)
    assert (level, words) == (
        Level.OK, f"Mail goes to 127.0.0.1:{mail_server.port}, which answers.",
    )  # fmt: skip
    # It was only knocked at.
    assert mail_server.messages == []


def test_a_mail_server_that_is_not_there_or_says_nothing_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    level, words = mail_of(house, port=port)
    assert level is Level.FAILURE
    assert f"nobody listens at 127.0.0.1:{port}: check INTENDANT_SMTP_HOST" in words
    monkeypatch.setattr("app.mail.backends.knock.__defaults__", (0.1,))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        level, words = mail_of(house, port=silent.getsockname()[1])
    assert level is Level.FAILURE
    assert words.startswith("Mail would wait: 127.0.0.1:")


@pytest.mark.parametrize("asked", [{"starttls": True}, {"username": "intendant"}])
def test_a_mail_server_that_does_not_offer_what_is_asked_is_found(
    house: House, mail_server: MailServer, asked: dict[str, object]
) -> None:
    level, words = mail_of(house, port=mail_server.port, password="not to be shown", **asked)
    assert level is Level.FAILURE
    assert "does not offer what is asked: check INTENDANT_SMTP_STARTTLS" in words
    assert "not to be shown" not in words


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (socket.gaierror(-2, "unknown"), "no server is named 127.0.0.1: check INTENDANT_SMTP_HOST"),
        (TimeoutError(), "did not answer within 4 seconds"),
        (ssl.SSLCertVerificationError("self-signed"), "the name is the one in its certificate"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "refuses the account: check INTENDANT_SMTP_"),
        (smtplib.SMTPServerDisconnected("gone"), "no mail server that answers (SMTPServerDis"),
    ],
)
def test_each_trouble_with_the_mail_server_names_what_to_check(
    house: House, monkeypatch: pytest.MonkeyPatch, failure: Exception, words: str
) -> None:
    def fail(_chosen: MailSettings) -> None:
        raise failure

    monkeypatch.setattr("app.doctor.knock", fail)
    level, told = mail_of(house)
    assert level is Level.FAILURE
    assert words in told


def test_mail_that_goes_nowhere_is_found_in_production_only(house: House) -> None:
    assert findings(house)["mail"] is Level.OK
    assert findings(production(house))["mail"] is Level.WARNING


def test_an_unmigrated_database_is_found(
    empty_database: Database, settings: Settings, clock: FixedClock
) -> None:
    house = build_house(settings, clock=clock, database=empty_database)
    assert findings(house)["database"] is Level.FAILURE


def test_a_scheduler_not_seen_for_five_minutes_is_found(house: House, clock: FixedClock) -> None:
    assert findings(house)["scheduler"] is Level.WARNING
    hold_lease(house.database, "one", clock)
    assert findings(house)["scheduler"] is Level.OK
    clock.advance(timedelta(minutes=5, seconds=1))
    assert findings(house)["scheduler"] is Level.FAILURE


def test_settings_name_the_variable_that_is_wrong() -> None:
    with pytest.raises(SettingsError, match="SESSION_IDLE_MINUTES"):
        load_settings({"INTENDANT_SESSION_IDLE_MINUTES": "soon"})
    with pytest.raises(SettingsError, match="LOCALE"):
        load_settings({"INTENDANT_LOCALE": "de"})


@pytest.mark.parametrize(
    "address",
    [
        "hello",
        "mysql://x",
        "postgresql+psycopg2://a@b/c",
        "postgresql+psycopg://a@b:port/c",
        "postgresql+psycopg://a:hush@b:port/c",
    ],
)
def test_an_address_of_no_database_is_a_wrong_setting_and_keeps_its_password(address: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL: No address of a database") as refused:
        load_settings({"INTENDANT_DATABASE_URL": address})
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("address", ["", "sqlite:////srv/x.sqlite3", "postgresql://a@b/c"])
def test_an_address_of_a_database_is_taken(address: str) -> None:
    found = load_settings({"INTENDANT_DATABASE_URL": address})
    assert found.database_url == address or not address


def test_a_command_says_which_setting_is_wrong_in_words() -> None:
    wrong = {"INTENDANT_RATE_LIMIT_PER_MINUTE": "abc", "FLASK_APP": "wsgi"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "doctor"],
        env=os.environ | wrong,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "RATE_LIMIT_PER_MINUTE: Not a valid integer." in done.stderr
    assert "Traceback" not in done.stderr

"""The examples of deployment: services, an upgrade, and the proxy by rules on its text."""

from __future__ import annotations

import json
import re

import pytest

from tests.architecture.code import ROOT

DEPLOY = ROOT / "docs/deploy"
UNITS = ("intendant-web.service", "intendant-jobs.service")


@pytest.mark.parametrize("name", UNITS)
def test_a_service_runs_what_the_link_names_and_keeps_settings_outside(name: str) -> None:
    unit = (DEPLOY / name).read_text("utf-8")
    assert "WorkingDirectory=/srv/intendant/app\n" in unit
    assert "EnvironmentFile=/srv/intendant/.env\n" in unit
    assert "ExecStart=/srv/intendant/app/.venv/bin/" in unit


def test_the_scheduler_may_write_backups_where_the_installation_puts_them() -> None:
    unit = (DEPLOY / "intendant-jobs.service").read_text("utf-8")
    page = (ROOT / "docs/install.md").read_text("utf-8")
    (folder,) = re.findall(r"`INTENDANT_BACKUP_DIR` \| `([^`]+)`", page)
    assert f"ReadWritePaths=-{folder}\n" in unit
    assert f"mkdir -m 700 {folder} " in page


def test_an_upgrade_turns_the_link_after_all_that_can_take_time() -> None:
    page = (ROOT / "docs/install.md").read_text("utf-8")
    upgrading = page.partition("## Upgrading")[2]
    commands = re.search(r"```console\n(.*?)```", upgrading, re.DOTALL)
    assert commands is not None
    steps = [
        "git clone",
        "scripts/build_frontend",
        "backup create",
        "db upgrade",
        "ln -sfn $new /srv/intendant/app",
        "systemctl restart",
    ]
    places = [commands[1].find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)
    assert "git pull" not in commands[1]


@pytest.fixture(scope="module")
def nginx() -> str:
    """The example without its comments."""
    return re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text("utf-8"))


def location(nginx: str, name: str) -> str:
    found = re.search(rf"location [\^~ ]*{re.escape(name)} \{{(.*?)\n    \}}", nginx, re.DOTALL)
    assert found is not None, name
    return found[1]


def test_the_proxy_is_understood_by_debian_12_and_by_later_ones(nginx: str) -> None:
    """`http2 on;` came with nginx 1.25.1; every version since 1.9.5 takes it on `listen`."""
    assert not re.search(r"^\s*http2\s", nginx, re.MULTILINE)
    assert re.findall(r"listen (.*443.*);", nginx) == ["443 ssl http2", "[::]:443 ssl http2"]


def test_the_program_hears_the_port_people_typed(nginx: str) -> None:
    for name in ("Host", "X-Forwarded-Host"):
        assert re.search(rf"proxy_set_header {name}\s+\$http_host;", nginx)
    # Where a location sets one itself it inherits none of the others.
    assert "proxy_set_header" not in "".join(re.findall(r"location .*?\n    \}", nginx, re.DOTALL))


def test_the_proxy_lets_the_program_refuse_what_is_a_little_too_large(nginx: str) -> None:
    (allowed,) = re.findall(r"client_max_body_size (\d+)m;", nginx)
    usual = re.search(
        r"^INTENDANT_UPLOAD_LIMIT_MIB=(\d+)", (ROOT / ".env.example").read_text(), re.MULTILINE
    )
    assert usual is not None
    assert int(allowed) > int(usual[1])


def test_what_the_proxy_answers_itself_is_ours(nginx: str) -> None:
    whole = re.sub(r"location .*?\n    \}", "", nginx, flags=re.DOTALL)
    parts = {"html": whole, "json": location(nginx, "/api/")}
    for ending, part in parts.items():
        assert re.search(rf"error_page 413\s+/proxy-answers/413.{ending};", part)
        assert re.search(rf"error_page 502 503 504\s+/proxy-answers/502.{ending};", part)
    served = location(nginx, "/proxy-answers/")
    assert "internal;" in served
    assert "client_max_body_size 0;" in served
    assert "alias /srv/intendant/app/docs/deploy/answers/;" in served
    assert "application/problem+json json;" in served


@pytest.mark.parametrize("name", ["413", "502"])
def test_an_answer_of_the_proxy_is_in_three_languages_and_a_problem(name: str) -> None:
    page = (DEPLOY / "answers" / f"{name}.html").read_text("utf-8")
    assert re.findall(r'<p lang="(..)">', page) == ["fr", "nl", "en"]
    # Nothing it would have to fetch from the program.
    assert not re.search(r"src=|<link|<script", page)
    problem = json.loads((DEPLOY / "answers" / f"{name}.json").read_text("utf-8"))
    assert {"type", "title", "code"} <= set(problem)


def test_built_files_leave_compressed_and_over_https_alone(nginx: str) -> None:
    assets = location(nginx, "/static/dist/assets/")
    assert "gzip_static on;" in assets
    # `add_header` in a place replaces those of the server.
    assert "Strict-Transport-Security" in assets
    assert "nosniff" in assets

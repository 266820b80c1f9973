"""Planted secrets are looked for where they must not be: logs, database, pages, answers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app import create_app
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.backup.services import create_backup
from app.db import Base, Database
from app.ids import new_id
from app.jobs import JobRun
from app.lists.exporting import export_list
from app.lists.sources import declared_lists
from app.registry import find_modules

PASSWORD = "kanarie zingt nooit in logboek"
WRONG = "kanarie fout wachtwoord hier"
CHOSEN = "kanarie kiest een nieuw woord"


@pytest.fixture
def walked(settings, database, clock, login, capsys):
    """Use every secret once, with the most talkative logs; return the secrets and what was said."""
    talkative = replace(settings, log_level="DEBUG", log_format="json")
    app = create_app(talkative, clock=clock, database=database)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    user = login(client, Role.ADMINISTRATOR, password=PASSWORD)
    client.post("/sign-in", data={"email": user.email, "password": WRONG})
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    with client.session_transaction() as session:
        sid = session["sid"]
    page = client.post("/account/keys", data={"name": "x", "days": "9"}).get_data(as_text=True)
    key = re.search(r"itd_[\w-]{20,}", page)[0]
    bearer = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(new_id())}
    person = {"email": "c@example.org", "display_name": "C", "password": CHOSEN}
    made = app.test_client().post("/api/v1/users", json=person, headers=bearer)
    assert made.status_code == 201, made.get_data(as_text=True)
    weak = {**person, "email": "d@example.org", "password": "kanarie"}
    refused = app.test_client().post("/api/v1/users", json=weak, headers=bearer)
    link = client.post(f"/admin/users/{made.get_json()['id']}/password-link")
    secret = re.search(r"/choose-password/([\w-]+)", link.get_data(as_text=True))[1]
    client.get(f"/choose-password/{secret}")
    secrets = [PASSWORD, WRONG, CHOSEN, sid, key, secret]
    answers = made.get_data(as_text=True) + refused.get_data(as_text=True)
    said = capsys.readouterr()
    return secrets, said.out + said.err, answers


def test_no_secret_is_said_in_logs_or_answers(walked):
    secrets, said, answers = walked
    assert said, "nothing was logged: the test proves nothing"
    for secret in secrets:
        assert secret not in said
        assert secret not in answers


def test_no_secret_stands_in_the_database(walked, database):
    secrets, _said, _answers = walked
    stored = contents(database) + (files(database) if database.is_sqlite else b"")
    assert b"c@example.org" in stored
    for secret in secrets:
        assert secret.encode() not in stored


@pytest.mark.one_database
def test_no_secret_leaves_in_an_export_or_in_a_backup(walked, settings, database, clock, tmp_path):
    secrets, _said, _answers = walked
    actor = system_actor("test")
    for name in declared_lists(find_modules()):
        args = {"list": name, "query": "", "format": "csv", "locale": "en"}
        export_list(JobRun(database, clock, actor, new_id(), args, settings=settings))
    written = [path.read_bytes() for path in (settings.instance_dir / "exports").glob("*.csv")]
    assert any(b"c@example.org" in content for content in written)
    # Not even one that is not sealed: what it holds is digests.
    create_backup(database, settings.files_dir, tmp_path / "backup", clock)
    written.append((tmp_path / "backup").read_bytes())
    assert b"c@example.org" in written[-1]
    assert [secret for secret in secrets if secret.encode() in b"\n".join(written)] == []


PEOPLE = 94  # with the six secrets above, the hundred canaries of the bar


@pytest.fixture
def registered(settings, database, clock, login, capsys):
    """Register people and search for each, with talkative logs; return what was typed and said."""
    talkative = replace(settings, log_level="DEBUG", log_format="json")
    app = create_app(talkative, clock=clock, database=database)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    login(client, Role.LETTING_AGENT, sees_everything=True)
    typed = []
    for number in range(PEOPLE):
        phone, mail = f"+324709{number:05d}", f"kanarie{number}@example.org"
        facts = {"kind": "person", "name": f"Kanarie{number}", "language": "nl"}
        made = client.post("/parties", data={**facts, "phones": phone, "emails": mail})
        assert made.status_code == 303
        client.get("/search", query_string={"q": phone})
        client.get("/admin/users", query_string={"q": mail})  # refused, and that is logged
        client.post("/parties", data={**facts, "name": "", "phones": phone, "emails": mail})
        typed += [phone, mail]
    said = capsys.readouterr()
    return typed, said.out + said.err


@pytest.mark.one_database
def test_no_person_is_read_in_the_logs_or_in_an_encrypted_backup(
    registered, database, clock, tmp_path
):
    typed, said = registered
    assert said.count("refused") >= PEOPLE, "nothing was logged: the test proves nothing"
    assert [canary for canary in typed if canary in said or canary.lstrip("+") in said] == []
    backup = tmp_path / "backup"
    create_backup(database, tmp_path / "files", backup, clock, passphrase="kept elsewhere")
    assert typed[0].encode() in contents(database)
    stored = backup.read_bytes()
    assert [canary for canary in typed if canary.encode() in stored] == []


def contents(database: Database) -> bytes:
    with database.reader() as session:
        tables = Base.metadata.sorted_tables
        rows = [row for table in tables for row in session.execute(table.select())]
    values = [value for row in rows for value in row]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)


def files(database: Database) -> bytes:
    """Read the files as a thief of the disk would: pages that are no longer in use too."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(str(database.url.database))
    return b"".join(found.read_bytes() for found in path.parent.glob(f"{path.name}*"))

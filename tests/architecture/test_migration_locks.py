"""No migration keeps people from working while it runs: squawk reads what PostgreSQL is sent.

An index is made concurrently, a constraint `NOT VALID` first, a column with its default; nothing
the previous release still uses goes away. See https://squawkhq.com/docs/rules for each cure.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import event, inspect, text

from app.db import Database, migrate

SQUAWK = Path(sys.executable).with_name("squawk")
STEP = re.compile(r"alembic_version .*?'(\d{4})'")
# Of these we think otherwise, or they are seen to elsewhere.
NOT_ASKED = (
    "prefer-bigint-over-int",  # the bounds are known
    "prefer-bigint-over-smallint",
    "prefer-text-field",  # a length that changes is named all the same
    "require-lock-timeout",  # env.py sets it for all of them
    "require-statement-timeout",  # an index made concurrently may take its time
    "ban-concurrent-index-creation-in-transaction",  # PostgreSQL itself refuses it, here too
)
# No version is released yet: nobody has rows in what these changed. This list grows no more; who
# must block says in `REASONS` why nobody is kept waiting, or why it is worth it.
BEFORE_THE_FIRST_RELEASE = {
    "0013": {"ban-drop-not-null"},
    "0014": {"require-concurrent-index-creation"},
    "0015": {
        "ban-drop-constraint",
        "ban-drop-default",
        "ban-drop-table",
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
    },
    "0016": {
        "adding-foreign-key-constraint",
        "constraint-missing-not-valid",
        "require-concurrent-index-creation",
    },
}
REASONS: dict[tuple[str, str], str] = {
    ("0039", "prefer-identity"): "a new table, whose numbers nobody but the model gives",
}


def sent_by_each_migration(database: Database) -> dict[str, list[str]]:
    """Upgrade from nothing and give the statements that change tables, by migration."""
    found: dict[str, list[str]] = defaultdict(list)
    heard: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        step = STEP.search(statement)
        if step:
            found[step[1]] = heard.copy()
            heard.clear()
        elif statement.lstrip().startswith(("CREATE", "ALTER", "DROP", "TRUNCATE")):
            heard.append(statement.strip())

    event.listen(database.engine, "before_cursor_execute", note)
    migrate.upgrade(database)
    return found


def complaints(scripts: dict[str, list[str]], folder: Path) -> list[tuple[str, str, str]]:
    """Return migration, rule and words of everything squawk would not do beside people at work."""
    for number, statements in scripts.items():
        (folder / f"{number}.sql").write_text(";\n".join(statements) + ";\n", encoding="utf-8")
    line = [SQUAWK, "--assume-in-transaction", "--pg-version=14", "--reporter=json"]
    line += [f"--exclude={','.join(NOT_ASKED)}"]
    answer = subprocess.run(
        [*line, *sorted(folder.glob("*.sql"))], capture_output=True, text=True, check=False
    )
    assert answer.returncode in {0, 1}, answer.stderr
    return [
        (Path(one["file"]).stem, one["rule_name"], one["message"])
        for one in json.loads(answer.stdout)
    ]


@pytest.fixture
def postgresql(templates):
    with templates.empty("postgresql") as url:
        opened = Database(url)
        yield opened
        opened.dispose()


def test_no_migration_blocks_people_at_work(postgresql: Database, tmp_path: Path) -> None:
    sent = sent_by_each_migration(postgresql)
    assert max(sent) == migrate.head_revision()
    found = complaints(sent, tmp_path)
    excused = {(n, rule) for n, rules in BEFORE_THE_FIRST_RELEASE.items() for rule in rules}
    excused |= set(REASONS)
    wrong = [f"{n}, {rule}: {words}" for n, rule, words in found if (n, rule) not in excused]
    assert not wrong, "\n".join(wrong)
    idle = excused - {(n, rule) for n, rule, _words in found}
    assert not idle, f"nothing complains of these any more: {sorted(idle)}"


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX ix ON tickets (title)", "require-concurrent-index-creation"),
        ("ALTER TABLE tickets ADD COLUMN floor INTEGER NOT NULL", "adding-required-field"),
        ("ALTER TABLE tickets ALTER COLUMN title SET NOT NULL", "adding-not-nullable-field"),
        ("ALTER TABLE tickets ALTER COLUMN version TYPE BIGINT", "changing-column-type"),
        ("ALTER TABLE tickets ALTER COLUMN title TYPE VARCHAR(40)", "changing-column-type"),
        ("ALTER TABLE tickets RENAME COLUMN title TO name", "renaming-column"),
        ("ALTER TABLE tickets DROP COLUMN title", "ban-drop-column"),
        ("ALTER TABLE tickets ADD CONSTRAINT u UNIQUE (title)", "disallowed-unique-constraint"),
        ("ALTER TABLE tickets ADD CONSTRAINT c CHECK (a > 1)", "constraint-missing-not-valid"),
        (
            "ALTER TABLE tickets ADD CONSTRAINT f FOREIGN KEY (lot_id) REFERENCES lots (id)",
            "adding-foreign-key-constraint",
        ),
    ],
)
def test_what_would_block_is_named(statement: str, rule: str, tmp_path: Path) -> None:
    found = complaints({"0001": ["CREATE TABLE other (id UUID)"], "0002": [statement]}, tmp_path)
    assert ("0002", rule) in {(number, named) for number, named, _words in found}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON tickets (title)",
        "ALTER TABLE tickets ADD COLUMN floor INTEGER",
        "ALTER TABLE tickets ADD COLUMN version INTEGER DEFAULT 1 NOT NULL",
        "ALTER TABLE tickets ADD CONSTRAINT c CHECK (a > 1) NOT VALID",
        "ALTER TABLE tickets VALIDATE CONSTRAINT c",
    ],
)
def test_the_ways_of_decision_0014_keep_nobody_waiting(statement: str, tmp_path: Path) -> None:
    assert complaints({"0001": [statement]}, tmp_path) == []


def test_a_table_just_made_holds_nothing_that_waits(tmp_path: Path) -> None:
    made = ["CREATE TABLE news (id UUID NOT NULL)", "CREATE INDEX ix_news ON news (id)"]
    assert complaints({"0001": made}, tmp_path) == []


CONCURRENTLY = """
from alembic import op

revision, down_revision = "0001", None

def upgrade():
    op.execute("CREATE TABLE busy (id INTEGER)")
    with op.get_context().autocommit_block():
        op.create_index("ix_busy", "busy", ["id"], postgresql_concurrently=True)
"""


def upgrade_in(folder: Path, database: Database) -> None:
    """Run the migrations of a folder as `migrations/env.py` runs ours."""
    (folder / "env.py").write_text((migrate.MIGRATIONS / "env.py").read_text("utf-8"), "utf-8")
    config = migrate.config_for(database)
    config.set_main_option("script_location", str(folder))
    command.upgrade(config, "head")


def test_an_index_can_be_made_concurrently(empty_database: Database, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0001_make_index.py").write_text(CONCURRENTLY, encoding="utf-8")
    upgrade_in(tmp_path, empty_database)
    found = inspect(empty_database.engine).get_indexes("busy")
    assert [index["name"] for index in found] == ["ix_busy"]


def test_an_upgrade_leaves_no_lock_and_no_limit_behind(postgresql: Database) -> None:
    migrate.upgrade(postgresql)
    with postgresql.engine.connect() as connection:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert connection.scalar(text(held)) == 0
        assert connection.scalar(text("SHOW lock_timeout")) == "0"


def test_an_index_half_made_by_an_upgrade_cut_off_is_made_anew(postgresql: Database) -> None:
    name = {"name": "ix_work_orders_contractor"}
    migrate.upgrade(postgresql, "0031")
    with postgresql.engine.begin() as connection:
        half = "CREATE INDEX ix_work_orders_contractor ON work_orders (contractor_id)"
        connection.execute(text(half))
        broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:name)"
        connection.execute(text(broken), name)
    migrate.upgrade(postgresql)
    with postgresql.engine.connect() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"
        assert connection.scalar(text(valid), name)
        columns = inspect(connection).get_indexes("work_orders")
        assert ["contractor_id", "status"] in [index["column_names"] for index in columns]
        assert connection.scalar(text("SHOW lock_timeout")) == "0"

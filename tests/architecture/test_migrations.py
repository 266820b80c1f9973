"""Guard 5: migrations are numbered, linear, reversible, and make what the models say."""

from __future__ import annotations

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import app.models  # noqa: F401 # the models of the house
from app.db import Base, Database, migrate
from app.registry import find_modules

VERSIONS = migrate.MIGRATIONS / "versions"
NAME = re.compile(r"^(\d{4})_[a-z][a-z0-9_]*\.py$")


def script_names() -> list[str]:
    return sorted(path.name for path in VERSIONS.glob("*.py") if not path.name.startswith("__"))


def test_files_are_numbered_without_gaps() -> None:
    odd = [name for name in script_names() if not NAME.match(name)]
    assert not odd, f"name them NNNN_verb_object.py: {odd}"
    numbers = [int(name[:4]) for name in script_names()]
    assert numbers == list(range(1, len(numbers) + 1)), "take the next free number"


def test_head_file_names_the_last_migration() -> None:
    assert migrate.head_revision() == script_names()[-1][:4], (
        f"write the number in {migrate.HEAD_FILE}"
    )


def test_order_is_linear_and_follows_the_numbers() -> None:
    scripts = ScriptDirectory.from_config(migrate.config_for())
    assert len(scripts.get_heads()) == 1, f"two heads: {scripts.get_heads()}"
    for script in scripts.walk_revisions():
        previous = f"{int(script.revision) - 1:04d}"
        expected = None if previous == "0000" else previous
        assert script.down_revision == expected, f"{script.path}: down_revision is not {expected}"


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_upgrade_from_nothing_makes_what_the_models_say(empty_database: Database) -> None:
    find_modules()
    migrate.upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "target_metadata": Base.metadata}
        )
        differences = compare_metadata(context, Base.metadata)
    assert not differences, "Change the last migration of the module:\n" + "\n".join(
        map(str, differences)
    )


def test_every_index_of_the_models_is_there_also_those_that_cannot_be_compared(
    empty_database: Database,
) -> None:
    migrate.upgrade(empty_database)
    is_sqlite = empty_database.engine.dialect.name == "sqlite"
    found = "SELECT name FROM sqlite_master" if is_sqlite else "SELECT indexname FROM pg_indexes"
    with empty_database.engine.connect() as connection:
        there = set(connection.scalars(text(found)))
    wanted = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    assert not wanted - there, "Make them again, a table made anew lost them."


def test_every_migration_can_be_undone_and_done_again(empty_database: Database) -> None:
    migrate.upgrade(empty_database)
    for _step in script_names():
        migrate.downgrade(empty_database, "-1")
    assert migrate.current_revision(empty_database) is None
    migrate.upgrade(empty_database)
    assert migrate.current_revision(empty_database) == migrate.head_revision()

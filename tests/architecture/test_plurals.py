"""Guard: what stands in the way of a record that is to go is said in words, never as a table."""

import pytest

from app.db import Base, say_plural
from app.registry import find_modules

pytestmark = pytest.mark.one_database


def test_every_table_that_refers_to_another_has_a_word() -> None:
    assert find_modules(), "their models are loaded"
    referring = [table for table in Base.metadata.sorted_tables if table.foreign_keys]
    silent = [table.name for table in referring if say_plural(table) == table.name]
    assert len(referring) > 40
    assert not silent, (
        f"{silent} refer to other tables: beside `__tablename__` say what people call such rows, "
        'as in `plural = _l("Work orders")`'
    )

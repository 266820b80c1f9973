"""Which record a row is about, when that takes several columns."""

import pytest

from app.tabular.service_importer import composed_key

pytestmark = pytest.mark.one_database
NAMES = ("building", "level", "door")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"building": "B", "level": 0, "door": ""}, ("B", 0, "")),
        ({"building": "B", "level": None}, ("B", "", "")),
        ({"building": None, "level": 0}, ("", 0, "")),
        ({"building": None, "level": None, "door": ""}, None),
        ({}, None),
    ],
)
def test_nothing_is_empty_and_zero_is_a_value(values, key):
    assert composed_key(values, NAMES) == key

"""What a building needs so that people find it: a name, or a street and a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Invalid
from app.i18n import lazy as _l

FOUND_BY = ("name", "street_fr", "street_nl", "number")


def refuse_unfindable(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a building that neither a call nor a visit could be sent to."""
    name, street_fr, street_nl, number = (values.get(key) for key in FOUND_BY)
    if name or ((street_fr or street_nl) and number):
        return
    lacks = "number" if street_fr or street_nl else "street_fr"
    words = _l("Give the street and the number, or the building a name: nobody finds it otherwise.")
    raise Invalid("not_findable", words, field=lacks)

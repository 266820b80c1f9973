"""The column that names the parcels a record is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.codes import as_stored
from app.tabular.kinds import Text
from app.tabular.typed import Row
from modules.portfolio.api import LandParcel, parcels_called

LISTED = Text(max_length=4_000)


def split(listed: Any) -> list[str]:
    """Return the references of a cell."""
    return [part.strip() for part in str(listed or "").split(",") if part.strip()]


def put_in_order(rows: Sequence[Row], known: Iterable[str]) -> None:
    """Write the references of each row in one order, and in the capitals they are stored in."""
    for row in rows:
        if codes := split(row.values.get("parcels")):
            stored = as_stored(codes, known)
            row.values["parcels"] = ", ".join(sorted({stored.get(one, one) for one in codes}))


def parcels_of_rows(actor: Actor, session: Session, rows: Sequence[Row]) -> dict[str, LandParcel]:
    """Return the parcels the rows name, those the actor sees, in one query."""
    names = {part for row in rows for part in split(row.values.get("parcels"))}
    return parcels_called(actor, session, names) if names else {}

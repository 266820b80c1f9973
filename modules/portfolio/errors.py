"""Business errors of this module."""

from __future__ import annotations

from uuid import UUID

from app.errors import Conflict, Invalid
from app.i18n import lazy as _l


def reference_taken(field: str, value: str) -> Conflict:
    """Say that another record bears this reference already."""
    return Conflict(
        "reference_taken",
        _l("“%(value)s” is already the reference of another record.", value=value),
        field=field,
    )


def exactly_one_place(given: tuple[UUID | None, ...]) -> Invalid | None:
    """Return the error when not exactly one place is named, else None."""
    if sum(place is not None for place in given) == 1:
        return None
    return Invalid("one_place_needed", _l("Name exactly one place."), field="lot_id")


def status_same_day() -> Conflict:
    """Say that a lot changes state at most once a day."""
    return Conflict(
        "status_same_day",
        _l("This lot already changes state on that day. Choose another day."),
        field="starts_on",
    )


def warning_there() -> Conflict:
    """Say that the same warning is written already."""
    return Conflict(
        "warning_there",
        _l("This warning is already written, of the same kind and from the same day on."),
        field="reason",
    )


def archived() -> Conflict:
    """Refuse to write about what left the estate or the lists."""
    return Conflict("archived", _l("This record is archived: bring it back on its sheet first."))


def building_in_use() -> Conflict:
    """Say that a building with lots cannot leave the estate."""
    return Conflict(
        "building_in_use",
        _l("This building still has lots. Archive them or move them first."),
    )


def building_gone() -> Conflict:
    """Say that a lot cannot come back without its building."""
    return Conflict(
        "building_gone", _l("The building of this lot is archived. Bring the building back first.")
    )


def lot_occupied() -> Conflict:
    """Say that a let lot cannot leave the estate."""
    return Conflict("lot_occupied", _l("This lot is let. End the occupation before archiving it."))


def still_used(count: int) -> Conflict:
    """Say that others refer to a record, which therefore cannot leave."""
    return Conflict(
        "still_used",
        _l("%(count)s records of the estate still refer to it. Change those first.", count=count),
        count=count,
    )


def elsewhere(field: str) -> Invalid:
    """Say that a record belongs to another building."""
    return Invalid("of_another_building", _l("This belongs to another building."), field=field)


def served_is_gone(codes: str) -> Conflict:
    """Say that an import cannot be undone while a building it named is archived or not seen."""
    message = _l(
        "Nothing was undone. This import wrote that installations serve %(codes)s: archived since,"
        " or no longer yours to see. Bring it back, or ask somebody who sees it, then undo.",
        codes=codes,
    )
    return Conflict("served_is_gone", message)

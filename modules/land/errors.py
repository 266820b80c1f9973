"""Business errors of this module."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import Conflict, Invalid
from app.i18n import lazy as _l
from modules.land.deal_lifecycle import DealOutOfTurn
from modules.land.enums import (
    DEAL_STATUS_LABELS,
    DEAL_STEP_LABELS,
    PERMIT_STATUS_LABELS,
    STEP_LABELS,
)
from modules.land.lifecycle import OutOfTurn
from modules.portfolio.api import REGION_LABELS, Region

NO_AMOUNT = _l("This step has no amount.")


def reference_taken(value: str) -> Conflict:
    """Say that another record bears this reference already."""
    return Conflict(
        "reference_taken",
        _l("“%(value)s” is already the reference of another record.", value=value),
        field="reference",
    )


def no_parcel() -> Invalid:
    """Say that a record must be about land."""
    return Invalid("parcel_needed", _l("Choose at least one parcel."), field="parcel_ids")


def unknown_parcel() -> Invalid:
    """Say that a parcel is not there, or not any more."""
    return Invalid(
        "unknown_parcel", _l("One of these parcels is not in the estate."), field="parcel_ids"
    )


def several_regions(regions: Iterable[Region]) -> Invalid:
    """Say that the rules of one region only can be followed."""
    names = ", ".join(str(REGION_LABELS[region]) for region in regions)
    return Invalid(
        "several_regions",
        _l(
            "These parcels lie in several regions (%(regions)s). Each has rules of its own: make "
            "one procedure for each.",
            regions=names,
        ),
        field="parcel_ids",
    )


def kind_elsewhere(region: Region) -> Invalid:
    """Say that the law of a region does not know a kind of permit."""
    return Invalid(
        "kind_elsewhere",
        _l(
            "This kind of permit does not exist where the parcels lie: %(region)s.",
            region=REGION_LABELS[region],
        ),
        field="kind",
    )


def track_elsewhere() -> Invalid:
    """Say that such a request is not examined that way."""
    return Invalid(
        "track_elsewhere",
        _l("A request of this kind is not examined that way in this region."),
        field="track",
    )


def reason_needed(field: str) -> Invalid:
    """Say that a date typed wants a reason."""
    return Invalid("reason_needed", _l("Say why this date holds."), field=field)


def day_to_come(field: str = "happened_on") -> Invalid:
    """Say that what did not happen yet is not written as done."""
    return Invalid("day_to_come", _l("This day is still to come."), field=field)


def out_of_turn(error: OutOfTurn, field: str = "kind") -> Conflict:
    """Say which step cannot follow which state."""
    return Conflict(
        "step_out_of_turn",
        _l(
            "“%(step)s” cannot come after “%(status)s”.",
            step=STEP_LABELS[error.step.kind],
            status=PERMIT_STATUS_LABELS[error.status],
        ),
        field=field,
    )


def deal_out_of_turn(error: DealOutOfTurn, field: str = "kind") -> Conflict:
    """Say which step of a land file cannot follow which state."""
    return Conflict(
        "step_out_of_turn",
        _l(
            "“%(step)s” cannot come after “%(status)s”.",
            step=DEAL_STEP_LABELS[error.step.kind],
            status=DEAL_STATUS_LABELS[error.status],
        ),
        field=field,
    )


def use_needed() -> Invalid:
    """Say that a letting tells by which title the land is given."""
    return Invalid("use_needed", _l("Say by which title the land is let."), field="use")


def use_of_lettings() -> Invalid:
    """Say that land sold or bought is not let."""
    return Invalid("use_of_lettings", _l("Only a letting has a title of use."), field="use")


def no_amount() -> Invalid:
    """Say that such a step tells no amount."""
    return Invalid("no_amount", NO_AMOUNT, field="amount")


def step_there() -> Conflict:
    """Say that this is written already."""
    return Conflict(
        "step_there",
        _l("This step is already written on that day. Tell them apart by a note."),
        field="note",
    )


def archived() -> Conflict:
    """Say that nothing is written about what left the lists."""
    return Conflict("archived", _l("This record is archived: bring it back on its sheet first."))


def taken_back_already() -> Conflict:
    """Say that a step counts no longer."""
    return Conflict("taken_back_already", _l("This step was taken back already."))


def permit_or_reason() -> Invalid:
    """Say that works follow a permit or need none, not both."""
    return Invalid(
        "permit_or_reason",
        _l("Name the permit, or say why none is needed: not both."),
        field="no_permit_reason",
    )


def permit_needed() -> Invalid:
    """Say that works do not begin out of nothing."""
    return Invalid(
        "permit_needed",
        _l("Works begin after a permit: name it, or say why none is needed."),
        field="permit_id",
    )


def unknown_permit() -> Invalid:
    """Say that a procedure is not there."""
    return Invalid("unknown_permit", _l("This procedure is not there."), field="permit_id")


def permit_elsewhere() -> Invalid:
    """Say that a permit is about other land."""
    return Invalid(
        "permit_elsewhere",
        _l("This procedure is not about all of these parcels."),
        field="permit_id",
    )


def not_permitted(reference: str) -> Conflict:
    """Say that there was no permit on the day works began."""
    return Conflict(
        "not_permitted",
        _l("On that day %(permit)s was not granted, or had lapsed.", permit=reference),
        field="begun_on",
    )


def done_before_begun() -> Invalid:
    """Say that works end after they begin."""
    return Invalid(
        "done_before_begun", _l("Works are done after they have begun."), field="done_on"
    )


def no_organisation() -> Invalid:
    """Say that a contractor is an organisation one sees."""
    return Invalid(
        "no_organisation", _l("Choose an organisation among the parties."), field="contractor_id"
    )

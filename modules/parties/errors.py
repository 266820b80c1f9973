"""Business errors of this module."""

from __future__ import annotations

from app.errors import Conflict, FieldError, Invalid
from app.i18n import lazy as _l


def phone_unreadable(number: str, position: int) -> FieldError:
    """Say that a telephone number cannot exist."""
    return FieldError(
        f"phones.{position}.number",
        _l("This is not a telephone number. Expected form: 0470 12 34 56 or +32 2 555 12 34."),
        number,
    )


def email_unreadable(email: str, position: int) -> FieldError:
    """Say that an e-mail address cannot exist."""
    return FieldError(
        f"emails.{position}",
        _l("This is not an e-mail address. Expected form: name@example.be."),
        email,
    )


def invalid_party(errors: list[FieldError]) -> Invalid:
    """Gather what is wrong with a party."""
    return Invalid("party_invalid", _l("Some values cannot be saved."), errors=tuple(errors))


def reference_taken(value: str) -> Conflict:
    """Say that another party bears this reference already."""
    return Conflict(
        "reference_taken",
        _l("“%(value)s” is already the reference of another record.", value=value),
        field="reference",
    )


UNBORN = _l("This day is still to come.")
ARCHIVED_ALREADY = _l("This record is archived: bring it back on its sheet first.")
ALREADY_THERE = _l("This party is already in this lot on that day.")
HAS_A_HEAD = _l(
    "This household already has a head in that time. End that relation first, or choose another"
    " one."
)


def second_head() -> Conflict:
    """Say that the household has another head."""
    return Conflict("second_head", HAS_A_HEAD, field="relation")


def archived_already() -> Conflict:
    """Say that a party left the lists: its sheet brings it back."""
    return Conflict("archived", ARCHIVED_ALREADY)


def merged_away() -> Conflict:
    """Say that a party lives on in another one."""
    return Conflict("merged", _l("This record was merged into another: change that one."))


def overlapping_occupancy() -> Conflict:
    """Say that the party is in this lot already."""
    return Conflict("already_there", ALREADY_THERE, field="starts_on")


def related_already() -> Conflict:
    """Say that a person is this to a party already."""
    return Conflict(
        "related_already",
        _l("This relation is already written from that day on."),
        field="starts_on",
    )


def same_party() -> Invalid:
    """Say that a party cannot be merged into itself."""
    return Invalid("same_party", _l("Choose two different parties."), field="merged_id")


def merged_already() -> Conflict:
    """Say that a party was merged before."""
    return Conflict("merged_already", _l("One of these parties was merged before."))


def archived_cannot_merge(name: str) -> Conflict:
    """Say that an archived party is brought back before it is merged."""
    return Conflict(
        "archived_cannot_merge",
        _l("“%(name)s” is archived. Bring it back before merging.", name=name),
    )


def merge_undone_already() -> Conflict:
    """Say that a merge was undone before."""
    return Conflict("merge_undone", _l("This merge was undone before."))


def merged_since() -> Conflict:
    """Say that the party a merge kept was merged in its turn."""
    return Conflict(
        "merged_since",
        _l("The party that was kept has itself been merged since: undo that merge first."),
    )


def lives_here() -> Conflict:
    """Say that a party with a lot stays in the lists."""
    return Conflict(
        "lives_here",
        _l("This party still occupies a lot, or will. Write its last day there first."),
    )


def household_lives_here() -> Conflict:
    """Say that who shares a home in the estate stays in the lists."""
    return Conflict(
        "household_lives_here",
        _l(
            "The household of this party still occupies a lot, or will. Write its last day there,"
            " or end the relation, first."
        ),
    )


def has_open_work(number: str | None) -> Conflict:
    """Say that a party stays in the lists while somebody works for it, or it for the office.

    The number is left out for who may not see what it is of.
    """
    message = (
        _l("“%(number)s” is still open for this party.", number=number)
        if number
        else _l("Work that you do not see is still open for this party.")
    )
    return Conflict("has_open_work", message)


def erased_for_good() -> Conflict:
    """Say that a person whose data was erased cannot come back."""
    return Conflict(
        "erased", _l("The data of this person was erased; there is nothing to bring back.")
    )


def still_housed() -> Conflict:
    """Say that a person who lives in the estate cannot be erased."""
    return Conflict(
        "still_housed",
        _l("This person still occupies a lot, or will. The data is needed for the lease."),
    )


def household_still_housed() -> Conflict:
    """Say that who belongs to a household of the estate cannot be erased."""
    return Conflict(
        "household_still_housed",
        _l(
            "The household of this person still occupies a lot, or will: the lease needs who"
            " belongs to it. If this person left it, end the relation first."
        ),
    )


def still_guardian() -> Conflict:
    """Say that who acts for a tenant cannot be erased."""
    return Conflict(
        "still_guardian",
        _l(
            "This person is guardian or administrator of somebody who still occupies a lot, or"
            " will. End that relation first."
        ),
    )

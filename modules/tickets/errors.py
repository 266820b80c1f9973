"""What can go wrong with a ticket, in words that say what to do."""

from __future__ import annotations

from app.errors import Conflict, FieldError, Invalid
from app.i18n import lazy as _l


class StepNotPossible(Conflict):
    """The ticket is in a state that does not allow this."""

    def __init__(self, number: str, status: str) -> None:
        """Name the ticket and where it stands."""
        super().__init__(
            "step_not_possible",
            _l(
                "Ticket %(number)s is now “%(status)s”: this step is not possible any more. "
                "Open it again to see what happened.",
                number=number,
                status=status,
            ),
        )


class UnknownCategory(Invalid):
    """The category does not exist or is only a heading."""

    def __init__(self, key: str) -> None:
        """Ask for a choice from the list."""
        message = _l("Choose a problem from the list.")
        wrong = FieldError("category", message, key)
        super().__init__("unknown_category", message, errors=(wrong,))


class UnknownPriority(Invalid):
    """The priority does not exist."""

    def __init__(self, key: str) -> None:
        """Ask for a choice from the list."""
        message = _l("Choose a priority from the list.")
        wrong = FieldError("priority", message, key)
        super().__init__("unknown_priority", message, errors=(wrong,))


class ReasonNeeded(Invalid):
    """Changing what the rules propose asks for a reason."""

    def __init__(self, field: str = "reason") -> None:
        """Ask for the reason."""
        super().__init__("reason_needed", _l("Give a reason for this change."), field=field)


class PlaceNeeded(Invalid):
    """A ticket is about a place."""

    def __init__(self) -> None:
        """Ask for a place."""
        message = _l("Choose the home, the building or the installation it is about.")
        super().__init__("place_needed", message, field="place")


class OwnDuplicate(Invalid):
    """A ticket cannot be the duplicate of itself."""

    def __init__(self) -> None:
        """Ask for another ticket."""
        message = _l("Choose another ticket: a ticket is not a duplicate of itself.")
        super().__init__("own_duplicate", message, field="duplicate_of")

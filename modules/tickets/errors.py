"""What can go wrong with a ticket, in words that say what to do."""

from __future__ import annotations

from uuid import UUID

from app.errors import Conflict, FieldError, Invalid, StaleVersion
from app.i18n import lazy as _l
from modules.tickets.enums import STATUS_LABELS, TicketStatus


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


class TicketMoved(StaleVersion):
    """Somebody changed the ticket since whoever decides looked at it."""

    def __init__(self, number: str, status: str, version: int) -> None:
        """Say how it stands now."""
        super().__init__(
            message=_l(
                "Ticket %(number)s changed since you opened the page. Now: %(status)s. "
                "Nothing was done: look at it, then decide again.",
                number=number,
                status=status,
            ),
            current_version=version,
        )


class NotYetDone(Conflict):
    """Nobody can say how satisfied they are while nothing was done."""

    def __init__(self) -> None:
        """Say when the question comes."""
        super().__init__("not_yet_done", _l("Callers are asked once the work is done."))


class AlertOver(Conflict):
    """A new ticket was asked for an alert that needs none."""

    def __init__(self) -> None:
        """Say why none is opened."""
        message = _l("The alert of this ticket is over, or has another ticket already.")
        super().__init__("alert_over", message)


class NotTakenOver(Invalid):
    """A state that a file cannot give a ticket."""

    def __init__(self, status: TicketStatus) -> None:
        """Name the state."""
        label = STATUS_LABELS[status]
        message = _l("A file cannot make it “%(status)s”: do that on the ticket.", status=label)
        super().__init__("not_taken_over", message, field="status")


class OriginalChanged(Conflict):
    """An import is not undone when what its duplicates repeat was touched since."""

    def __init__(self, number: str) -> None:
        """Name the original."""
        message = _l(
            "Nothing was undone. Ticket %(number)s was changed since a ticket of this import was "
            "marked as its duplicate.",
            number=number,
        )
        super().__init__("original_changed", message)


class UnknownCategory(Invalid):
    """The category does not exist or is only a heading."""

    def __init__(self, key: str) -> None:
        """Ask for a choice from the list."""
        message = _l("Choose a problem from the list.")
        wrong = FieldError("category", message, key)
        super().__init__("unknown_category", message, errors=(wrong,))


class UnknownCaller(Invalid):
    """Nobody is known by that identifier, or not to who asks."""

    def __init__(self, party_id: UUID) -> None:
        """Ask for somebody known, or for nobody."""
        message = _l("Nobody you see is known by this identifier. Leave it out, or look again.")
        wrong = FieldError("caller.party", message, str(party_id))
        super().__init__("unknown_caller", message, errors=(wrong,))


class UnknownRoom(Invalid):
    """The room is not in use, or of another building."""

    def __init__(self, code: str) -> None:
        """Ask for a choice from the list."""
        message = _l("Choose a room of this building from the list.")
        wrong = FieldError("room", message, code)
        super().__init__("unknown_room", message, errors=(wrong,))


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


class LotElsewhere(Invalid):
    """The lot does not stand in the building that is named with it."""

    def __init__(self) -> None:
        """Say that both cannot be."""
        message = _l("This lot stands in another building.")
        super().__init__("lot_elsewhere", message, field="place")


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


class DayGone(Invalid):
    """A rule is stated for today or later."""

    def __init__(self) -> None:
        """Ask for another day."""
        message = _l("Choose today or a later day: what held before stays as it was.")
        super().__init__("day_gone", message, field="valid_from")


class SourceNeeded(Invalid):
    """A rule names who decided it."""

    def __init__(self) -> None:
        """Ask for the source."""
        message = _l("Say who decided it, or where it is written.")
        super().__init__("source_needed", message, field="source")


class ThreeLanguagesNeeded(Invalid):
    """A rule is read in three languages."""

    def __init__(self, field: str) -> None:
        """Name the text that is missing."""
        message = _l("Write it in French, in Dutch and in English.")
        super().__init__("three_languages_needed", message, field=field)


class KeyTaken(Invalid):
    """Another rule has this English name."""

    def __init__(self, name: str) -> None:
        """Ask for another name."""
        message = _l("Choose another English name: one like it exists already.")
        wrong = FieldError("name_en", message, name)
        super().__init__("key_taken", message, errors=(wrong,))


class UnknownSentence(Invalid):
    """The safety question does not exist."""

    def __init__(self, key: str) -> None:
        """Ask for a choice from the list."""
        message = _l("Choose a question from the list.")
        wrong = FieldError("safety", message, key)
        super().__init__("unknown_sentence", message, errors=(wrong,))


class RuleNeeded(Conflict):
    """A rule others stand on is not archived."""

    def __init__(self, name: str) -> None:
        """Name what stands on it."""
        super().__init__(
            "rule_needed",
            _l("“%(name)s” still needs it: change that first.", name=name),
        )


class HoursNotRead(Invalid):
    """Opening hours that make no sense."""

    def __init__(self, field: str, value: str) -> None:
        """Show the expected form."""
        message = _l("Write the hours as 8:00-12:00, 13:00-16:30; leave empty when closed.")
        super().__init__("hours_not_read", message, errors=(FieldError(field, message, value),))


class NeverOpen(Invalid):
    """A week without any opening."""

    def __init__(self) -> None:
        """Ask for an opening."""
        message = _l("Give at least one opening: without any, no deadline can be counted.")
        super().__init__("never_open", message, field="hours_0")


class NothingChosen(Invalid):
    """Something is done to many tickets, but none was chosen."""

    def __init__(self) -> None:
        """Ask for a choice."""
        super().__init__("nothing_chosen", _l("Choose at least one ticket."), field="ticket_ids")


class TooManyChosen(Invalid):
    """More tickets are changed at once than others should wait for."""

    def __init__(self, most: int) -> None:
        """Ask for fewer."""
        message = _l("Choose at most %(count)s tickets at once.", count=most)
        super().__init__("too_many_chosen", message, field="ticket_ids")


class OriginalNeeded(Invalid):
    """Tickets are duplicates, but nobody said of which."""

    def __init__(self) -> None:
        """Ask for the original."""
        super().__init__(
            "original_needed", _l("Choose the ticket the others repeat."), field="target"
        )


class UnknownTeam(Invalid):
    """The team does not exist."""

    def __init__(self, key: str) -> None:
        """Ask for a choice from the list."""
        message = _l("Choose a team from the list.")
        wrong = FieldError("target", message, key)
        super().__init__("unknown_team", message, errors=(wrong,))


class NobodyToWriteTo(Invalid):
    """A letter was asked for, but the call has no name."""

    def __init__(self) -> None:
        """Say that a name is missing."""
        super().__init__("nobody_to_write_to", _l("This call has no name to write a letter to."))


class LetterRefused(Conflict):
    """The caller does not want to be written to."""

    def __init__(self, name: str) -> None:
        """Name the person."""
        super().__init__(
            "letter_refused",
            _l("%(name)s does not want letters: see the person's sheet.", name=name),
        )

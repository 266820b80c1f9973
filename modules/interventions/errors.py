"""What can go wrong with a work order, in words that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.errors import Conflict, Forbidden, Invalid, StaleVersion
from app.i18n import format_datetime, format_time
from app.i18n import lazy as _l

MOST_NAMED = 3
ORDER_FINISHED = _l("This order was closed or cancelled meanwhile.")

# The number of an order (none outside the scope of who asks), and when its visit begins and ends.
Hours = tuple[str, datetime, datetime]


class OrderStepNotPossible(Conflict):
    """The order is in a state that does not allow this."""

    def __init__(self, number: str, status: str) -> None:
        """Name the order and where it stands."""
        super().__init__(
            "wrong_state",
            _l(
                "Order %(number)s is now “%(status)s”: this is not possible any more. "
                "Open it again to see what happened.",
                number=number,
                status=status,
            ),
        )


class OrderMoved(StaleVersion):
    """Somebody changed the order since whoever decides looked at it."""

    def __init__(self, number: str, standing: str, version: int) -> None:
        """Say how it stands now."""
        super().__init__(
            message=_l(
                "Order %(number)s changed since you opened the page. Now: %(standing)s. "
                "Nothing was done: look at it, then decide again.",
                number=number,
                standing=standing,
            ),
            current_version=version,
        )


class NotTakenOver(Invalid):
    """A state that a file cannot give an order."""

    def __init__(self) -> None:
        """Send to the order."""
        message = _l("A file cannot make it that: do it on the order.")
        super().__init__("not_taken_over", message, field="status")


class OrderNotYours(Forbidden):
    """The order is assigned to somebody else, or to nobody."""

    def __init__(self, holder: str) -> None:
        """Name who has it."""
        message = _l("This order is assigned to %(name)s, not to you.", name=holder)
        nobody = _l("This order is not assigned to you any more.")
        super().__init__("order_not_yours", message if holder else nobody)


class EntryElsewhere(Conflict):
    """The identifier of an entry was given to one of another order."""

    def __init__(self) -> None:
        """Ask for a new identifier."""
        super().__init__(
            "entry_elsewhere",
            _l("This identifier belongs to an entry of another order. Send it with a new one."),
        )


class BadPlan(Invalid):
    """The visit ends before it begins."""

    def __init__(self) -> None:
        """Ask for the hours in the right order."""
        super().__init__(
            "bad_plan", _l("The end of the visit must come after its start."), field="end"
        )


class PlannedInPast(Invalid):
    """The visit would be over before it is planned."""

    def __init__(self) -> None:
        """Ask for an hour to come."""
        message = _l("This visit would be over already. Choose an hour that is still to come.")
        super().__init__("planned_in_past", message, field="start")


class DoneBeforePlanned(Conflict):
    """Work is reported that was done before its visit was to begin; whoever reports may confirm."""

    def __init__(self, planned_at: datetime) -> None:
        """Say when the visit was to be."""
        super().__init__(
            "done_before_planned",
            _l(
                "The visit is planned for %(moment)s only. Confirm that the work was done before.",
                moment=format_datetime(planned_at),
            ),
            field="is_confirmed",
        )


class VisitsOverlap(Conflict):
    """The technician is expected elsewhere at that hour; whoever plans may confirm it."""

    def __init__(self, name: str, taken: Sequence[Hours]) -> None:
        """Say who, where and when, and how to plan it all the same."""
        shown = [
            f"{number} {format_datetime(start)}–{format_time(end)}".strip()
            for number, start, end in taken[:MOST_NAMED]
        ]
        super().__init__(
            "visits_overlap",
            _l(
                "%(name)s has another visit at that hour: %(visits)s. "
                "Choose another hour or another person, or confirm.",
                name=name,
                visits="; ".join(shown),
            ),
            field="is_confirmed",
            overlaps=[
                {"number": number, "start": start.isoformat(), "end": end.isoformat()}
                for number, start, end in taken
            ],
        )


class DoneBeforeOrdered(Invalid):
    """Work is reported that was done before the order was made."""

    def __init__(self, made_at: datetime) -> None:
        """Say since when the order is there."""
        super().__init__(
            "done_before_ordered",
            _l(
                "This order was made on %(moment)s: the work cannot have been done before.",
                moment=format_datetime(made_at),
            ),
            field="done_at",
        )


class VisitBeforeOrdered(Invalid):
    """A visit is reported that came before the order was made."""

    def __init__(self, made_at: datetime) -> None:
        """Say since when the order is there."""
        message = _l(
            "This order was made on %(moment)s: nobody can have come before.",
            moment=format_datetime(made_at),
        )
        super().__init__("visit_before_ordered", message, field="visited_at")


class ReportedAhead(Invalid):
    """Work or a visit is reported that is still to come."""

    def __init__(self, field: str) -> None:
        """Ask for a moment that is over."""
        message = _l("This moment is still to come.")
        super().__init__("reported_ahead", message, field=field)


NOT_ACTIVE = _l("Choose a technician who is active.")


class NotActive(Invalid):
    """The technician does not work any more."""

    def __init__(self) -> None:
        """Ask for another technician."""
        super().__init__("technician_not_active", NOT_ACTIVE, field="technician")


class NoTechnician(Invalid):
    """A file names a technician who is not there, or a name that two bear."""

    def __init__(self) -> None:
        """Ask for another name."""
        message = _l("No technician bears this name alone. Give the order on its page.")
        super().__init__("no_technician", message, field="technician")


class OneAssignee(Invalid):
    """An order was given to a technician and a contractor at once."""

    def __init__(self) -> None:
        """Ask to choose."""
        super().__init__(
            "one_assignee",
            _l("Choose a technician or a contractor, not both."),
            field="contractor",
        )


class NoContractor(Invalid):
    """Who should do the work is no organisation, or not one any more."""

    def __init__(self) -> None:
        """Ask for another one."""
        super().__init__(
            "not_an_organisation",
            _l("Choose an organisation that is among the parties."),
            field="contractor",
        )


class NotAtContractor(Conflict):
    """Only an order that a contractor has can be accepted or refused by one."""

    def __init__(self, number: str) -> None:
        """Name the order."""
        super().__init__(
            "not_at_contractor", _l("No contractor has order %(number)s.", number=number)
        )


class AccountTaken(Invalid):
    """Another technician signs in with the account."""

    def __init__(self, name: str) -> None:
        """Name that technician."""
        super().__init__(
            "account_taken",
            _l("%(name)s signs in with this account already.", name=name),
            field="email",
        )


class MeterNotHere(Conflict):
    """The meter read does not feed the building of the order."""

    def __init__(self) -> None:
        """Ask to check the meter."""
        super().__init__(
            "meter_not_here",
            _l("This meter does not feed the building of the order any more."),
        )


class PointsAlike(Invalid):
    """Two points of a list say the same."""

    def __init__(self, position: int) -> None:
        """Name the second one."""
        super().__init__(
            "points_alike",
            _l("Another point of this list says the same."),
            field=f"points.{position}.en",
        )

"""What can go wrong in energy, in words that say what to do."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Conflict, Invalid, Message, StaleVersion
from app.i18n import lazy as _l
from modules.energy.enums import DOUBT_LABELS, ReadingDoubt


def unknown_format(name: str, known: str) -> Invalid:
    """Refuse a format that is not read."""
    message = _l(
        "“%(name)s” is not a known format. Choose one of: %(known)s.", name=name, known=known
    )
    return Invalid("unknown_format", message, field="format")


def several_meters(count: int) -> Invalid:
    """Refuse one meter for a file of several."""
    message = _l("The file names %(count)s meters; leave the choice of one meter out.", count=count)
    return Invalid("several_meters", message, field="meter")


def wrong_ean(ean: str) -> Invalid:
    """Refuse an EAN whose check digit is wrong."""
    message = _l(
        "“%(ean)s” is not an EAN: 18 digits of which the last is the check digit.", ean=ean
    )
    return Invalid("wrong_ean", message, field="ean")


def duplicate_meter(serial: str) -> Conflict:
    """Refuse a second meter of the same serial and utility."""
    message = _l("There is already a meter with the serial number “%(serial)s”.", serial=serial)
    return Conflict("duplicate_meter", message, field="serial")


def alert_open(number: str) -> Conflict:
    """Refuse to archive a meter somebody still looks into."""
    message = _l("Alert %(number)s of this meter is open. Close it first.", number=number)
    return Conflict("alert_open", message)


def meter_in_use() -> Conflict:
    """Ask whether a meter of which readings arrive counts no more."""
    message = _l("Readings of this meter still arrive. Confirm that it is to be archived.")
    return Conflict("meter_in_use", message, field="is_confirmed")


def archived() -> Conflict:
    """Refuse to change a meter that left the lists."""
    return Conflict("archived", _l("This record is archived: bring it back on its sheet first."))


@dataclass(frozen=True, slots=True)
class LastStep:
    """What was decided on an alert last, by whom and when, in words."""

    what: Message
    name: str
    moment: str


def already_resolved(last: LastStep) -> Conflict:
    """Refuse to handle an alert twice."""
    message = _l(
        "This alert is already closed: “%(what)s”, by %(name)s on %(moment)s.",
        what=last.what,
        name=last.name,
        moment=last.moment,
    )
    return Conflict("already_resolved", message)


def still_open() -> Conflict:
    """Refuse to open an alert that is open."""
    return Conflict("still_open", _l("This alert is open."))


def alert_moved(number: str, last: LastStep, version: int) -> StaleVersion:
    """Refuse what was decided on an alert that somebody changed since it was looked at."""
    message = _l(
        "Alert %(number)s changed since you opened the page: “%(what)s”, by %(name)s on "
        "%(moment)s. Nothing was done: look at it, then decide again.",
        number=number,
        what=last.what,
        name=last.name,
        moment=last.moment,
    )
    return StaleVersion(message=message, current_version=version)


def closed_by_the_meter() -> Conflict:
    """Refuse to open again what the meter itself showed to be over."""
    message = _l(
        "The meter itself showed that this is over. If it begins again, another alert opens."
    )
    return Conflict("closed_by_the_meter", message)


def another_open(number: str) -> Conflict:
    """Refuse a second open alert of one meter and cause."""
    message = _l("Alert %(number)s is already open for this meter and cause.", number=number)
    return Conflict("another_open", message, other=number)


def reason_needed(field: str = "reason") -> Invalid:
    """Ask for a reason."""
    return Invalid("reason_needed", _l("Say why, in a few words."), field=field)


def unknown_place(field: str, value: str) -> Invalid:
    """Refuse the code of a building or lot that is not known, or not in the actor's area."""
    message = _l("No place is known as “%(value)s”. Check the code on its page.", value=value)
    return Invalid("unknown_place", message, field=field)


LOT_ELSEWHERE = _l("This lot stands in another building.")


def lot_elsewhere(field: str = "building_id") -> Invalid:
    """Refuse another building than the one the lot of a meter stands in."""
    return Invalid("lot_elsewhere", LOT_ELSEWHERE, field=field)


REMOVED_FIRST = _l("A meter is not removed before it is installed.")


def removed_first() -> Invalid:
    """Refuse a day of removal that comes before the day of installation."""
    return Invalid("removed_first", REMOVED_FIRST, field="removed_on")


PLANT_ELSEWHERE = _l("This installation stands in another building.")


def plant_elsewhere(field: str = "installation_id") -> Invalid:
    """Refuse an installation of another building than the one a meter stands in."""
    return Invalid("plant_elsewhere", PLANT_ELSEWHERE, field=field)


def unknown_parameter(name: str) -> Invalid:
    """Refuse a threshold that does not exist."""
    message = _l("There is no threshold “%(name)s”.", name=name)
    return Invalid("unknown_parameter", message, field="parameter")


def unknown_meter(reference: str) -> Invalid:
    """Refuse a meter nobody knows."""
    message = _l("No meter is known as “%(reference)s”.", reference=reference)
    return Invalid("unknown_meter", message, field="meter")


def in_future(field: str) -> Invalid:
    """Refuse a reading of a moment still to come."""
    return Invalid("in_future", _l("This moment is still to come."), field=field)


def off_grid(minutes: int) -> Invalid:
    """Refuse a period that cuts through slots."""
    message = _l("Begin and end at whole steps of %(minutes)s minutes.", minutes=minutes)
    return Invalid("off_grid", message, field="begins_at")


def wrong_period(most_days: int) -> Invalid:
    """Refuse a period that is empty or too long."""
    message = _l(
        "The end must come after the beginning, at most %(days)s days later.", days=most_days
    )
    return Invalid("wrong_period", message, field="ends_at")


def doubtful_reading(doubt: ReadingDoubt) -> Invalid:
    """Ask for a confirmation of a value that looks odd."""
    return Invalid("doubtful_reading", DOUBT_LABELS[doubt], field="value")


def already_undone() -> Conflict:
    """Refuse to put a reading back twice."""
    return Conflict("already_undone", _l("This was already undone."))


def changed_since() -> Conflict:
    """Refuse to put a reading back over a later one."""
    return Conflict(
        "changed_since", _l("The reading was changed again since; undo that change first.")
    )


def register_gone() -> Conflict:
    """Refuse to fill a register that went with a file taken back a moment ago."""
    message = _l("A file of this meter was taken back meanwhile. Import this one again.")
    return Conflict("register_gone", message)


def cannot_take_back() -> Conflict:
    """Refuse to take back a file still being read, or one older than the keeping of changes."""
    message = _l(
        "This file cannot be taken back: it is still being read, or it was imported before "
        "Intendant kept what a file replaces. Mark its readings as wrong on the meter."
    )
    return Conflict("cannot_take_back", message)


def later_files(names: str) -> Conflict:
    """Refuse to take back what later files changed again."""
    message = _l(
        "Later files changed the same readings: %(names)s. Take those back first.", names=names
    )
    return Conflict("later_files", message)


def corrected_since(meters: str) -> Conflict:
    """Refuse to take back what people corrected."""
    message = _l(
        "People corrected readings of this file since, on %(meters)s. Put those back first, on the "
        "sheet of the meter.",
        meters=meters,
    )
    return Conflict("corrected_since", message)


def meters_out_of_scope() -> Conflict:
    """Refuse to take back readings of meters the actor does not see."""
    message = _l(
        "This file also holds readings of meters you do not see. Ask an energy coordinator."
    )
    return Conflict("meters_out_of_scope", message)

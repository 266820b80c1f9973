"""Every text the scripts of the browser show, translated by the one catalogue of the house.

A test reads the TypeScript sources and compares: a text used there and absent here fails, and the
other way round.
"""

from __future__ import annotations

from functools import cache

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from app.i18n import LazyText, get_locale
from app.i18n import lazy as _l

PAGE_TEXTS: tuple[LazyText, ...] = (
    _l("Beginning"),
    _l("Cancel"),
    _l("Choose all rows of this page"),
    _l("Click the corners; close with the first point or Enter."),
    _l("Close or go back"),
    _l("Close"),
    _l("Colleagues"),
    _l("Copied"),
    _l("Discard the draft"),
    _l("Draw an area to search"),
    _l("Earlier"),
    _l("Erase the area"),
    _l("Later"),
    _l("Forms begun and not sent, on this device: {count}. Signing out erases them."),
    _l("Layers and legend"),
    _l("Map"),
    _l("Move between rows"),
    _l("No reading in this period."),
    _l("North up"),
    _l(
        "Not sent from this tablet: {count}. It stays here, sealed, and leaves when {name} signs "
        "in again."
    ),
    _l("Nothing found"),
    _l("Open the row"),
    _l("Put it back"),
    _l("Save the form"),
    _l("Search what the map shows"),
    _l("Searching…"),
    _l("Something went wrong on our side."),
    _l("Source: {source}"),
    _l("Sources of the map"),
    _l("The base map cannot be read."),
    _l("The figures could not be read."),
    _l("The file is too large."),
    _l("The layer “{layer}” could not be read."),
    _l("The server cannot be reached. What you typed is still here; try again."),
    _l("This device cannot draw the map; the list holds the same information."),
    _l("Try again"),
    _l("What you typed on {when} is back."),
    _l("Whole period"),
    _l("You have a draft of {when}, but the record has changed since."),
    _l("Zoom in"),
    _l("Zoom out"),
    _l("no reading"),
    _l("{count} characters left"),
    _l("{count} chosen"),
    _l("{title}: from {low} to {high}"),
)

FIELD_TEXTS: tuple[LazyText, ...] = (
    _l("A photo is required before completing."),
    _l("A signature is required before completing."),
    _l("All sent"),
    _l("At home: {when}"),
    _l("Back"),
    _l("Call your dispatcher if you expected one."),
    _l("Call {name}"),
    _l("Check this reading"),
    _l("Set the clock of this tablet"),
    _l("Checklist"),
    _l("Choose from the van or write it."),
    _l("Choose…"),
    _l("Complete"),
    _l("Contact: {name}, without a telephone number"),
    _l("Copy the text"),
    _l("Discard"),
    _l("Discard for good?"),
    _l("Done"),
    _l("Entry refused"),
    _l("Erase"),
    _l("Fill in: {field}"),
    _l("Follow-on work"),
    _l("Forms begun and not sent, on this device: {count}. Signing out erases them."),
    _l("Give a name and a signature, or the reason why there is none."),
    _l("Go on"),
    _l("History"),
    _l("Hours"),
    _l("I called the contact"),
    _l("I left a card"),
    _l("In progress"),
    _l("Install"),
    _l("It was kept. Read again if it is wrong."),
    _l("Keep this choice"),
    _l("Kind"),
    _l("Last value: {value} {unit}"),
    _l("Late: had to be done before {time}"),
    _l("Material"),
    _l("Material to bring"),
    _l("Meter reading"),
    _l("Mine"),
    _l("Minutes"),
    _l("Minutes must lie between 1 and 1,440."),
    _l("Minutes noted: {minutes}"),
    _l("My report"),
    _l("My work"),
    _l("Name"),
    _l("Next moment proposed"),
    _l("Next step"),
    _l("No access"),
    _l("No network"),
    _l("No order for the coming days."),
    _l("No photo was taken. You can still take one."),
    _l("Nobody in the office has read it, and nobody will."),
    _l("Nobody home"),
    _l("Nobody is signed in on this tablet."),
    _l("Not accepted"),
    _l("Not now"),
    _l("Not signed because"),
    _l(
        "Not sent from this tablet: {count}. It stays here, sealed, and leaves when {name} signs "
        "in again."
    ),
    _l("Not yet sent"),
    _l("Note"),
    _l("Nothing is waiting."),
    _l("On the way"),
    _l("Other"),
    _l("Pause"),
    _l("Paused"),
    _l("Photo"),
    _l("Photos taken: {count}"),
    _l("Planner: {note}"),
    _l(
        "Put this application on the home screen with the menu of the browser: then nothing it "
        "keeps is cleared."
    ),
    _l("Put this application on the home screen: then nothing it keeps is cleared."),
    _l("Quantity"),
    _l("Read {meter}"),
    _l("Reason"),
    _l("Reason, if the value is unusual"),
    _l("Refresh"),
    _l("Result"),
    _l("Save"),
    _l("Seen"),
    _l("Send it as a note"),
    _l("Send now"),
    _l("Sending…"),
    _l("Show the way"),
    _l("Sign here"),
    _l("Sign in"),
    _l("Sign in to send."),
    _l("Sign out"),
    _l("Sign in to see your day."),
    _l("Signature"),
    _l("Somebody changed the same text while you were away. Choose what to keep."),
    _l("Start"),
    _l("The checklist is not complete."),
    _l(
        "The clock of this tablet is {minutes} minutes ahead. What you note is dated by the clock "
        "of the server when it is sent."
    ),
    _l(
        "The clock of this tablet is {minutes} minutes late. What you note is dated by the clock "
        "of the server when it is sent."
    ),
    _l("The server does not answer; trying again."),
    _l("Theirs"),
    _l(
        "This could not be kept: the device may be full. Send what waits, make room, and try again."
    ),
    _l("This file is not a picture the tablet can read."),
    _l(
        "This order is not on your list any more: it was given to somebody else, ended or planned "
        "for later."
    ),
    _l("This value is outside the expected range. Check it, or give the reason."),
    _l("To do"),
    _l("To do first"),
    _l("Today"),
    _l("Trade"),
    _l("Travel"),
    _l("Two people are needed"),
    _l("Unit"),
    _l("Urgent"),
    _l("Waiting"),
    _l("Warnings"),
    _l("What"),
    _l("What is still needed"),
    _l("What was done"),
    _l("What was found"),
    _l("What you noted here is kept. You may still add notes, photos, material and hours."),
    _l("Where and access"),
    _l("Without a date"),
    _l("Work"),
    _l("Work of {name}."),
    _l(
        "Work of {name} waits on this tablet to be sent: {count}. It leaves when {name} signs in "
        "here."
    ),
    _l("Write a number."),
    _l("Write a quantity above zero."),
    _l("You may dictate with the microphone of the keyboard."),
    _l("as of {time}"),
    _l("before {time}"),
    _l("box"),
    _l("piece"),
    _l("{count} not accepted"),
    _l("{count} not yet sent"),
)


def frontend_messages(texts: tuple[LazyText, ...] = PAGE_TEXTS) -> dict[str, str]:
    """Map each English text to its translation in the present language."""
    return {text.message: str(text) for text in texts}


def frontend_texts_json(texts: tuple[LazyText, ...] = PAGE_TEXTS) -> Markup:
    """Write them for a script; every page carries them, so each language is written once."""
    return _written(get_locale(), texts)


@cache
def _written(_locale: str, texts: tuple[LazyText, ...]) -> Markup:
    return htmlsafe_json_dumps(frontend_messages(texts))

"""What is held about a person as they read it: words of their language, days as they write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.i18n import LazyText, format_date, format_datetime
from app.i18n import gettext as _
from app.i18n import lazy as _l

# What each key of a disclosure is called.
LABELS: dict[str, LazyText] = {
    "added": _l("Added on"),
    "allowed": _l("Allowed"),
    "availability": _l("When somebody is there"),
    "birth_date": _l("Date of birth"),
    "by": _l("By"),
    "caption": _l("Caption"),
    "channel": _l("Channel"),
    "channels": _l("How you may be reached"),
    "closed": _l("Closed on"),
    "comments": _l("Comments"),
    "contact": _l("Whom to ask for"),
    "content": _l("Its place in this file"),
    "contractor": _l("Given to you to carry out"),
    "description": _l("Description"),
    "diagnosis": _l("Diagnosis"),
    "email": _l("E-mail"),
    "emails": _l("E-mail addresses"),
    "enterprise_number": _l("Enterprise number"),
    "files": _l("Files"),
    "first_name": _l("First name"),
    "from": _l("From"),
    "kind": _l("Kind"),
    "label": _l("Label"),
    "language": _l("Language"),
    "lot": _l("Lot"),
    "mails": _l("Mails"),
    "name": _l("Name"),
    "no_access": _l("Why nobody could get in"),
    "note": _l("Note"),
    "notes": _l("Notes"),
    "number": _l("Number"),
    "opened": _l("Opened on"),
    "outcome": _l("Outcome"),
    "phone": _l("Phone"),
    "phones": _l("Phones"),
    "place": _l("Place"),
    "planned": _l("Planned"),
    "planning": _l("Note of the planning"),
    "postal_address": _l("Postal address"),
    "reason": _l("Reason"),
    "reference": _l("Reference"),
    "relation": _l("Relation"),
    "relations": _l("Relations"),
    "report": _l("Report"),
    "satisfaction": _l("Satisfaction, from 1 to 5"),
    "satisfaction_words": _l("What you said of it"),
    "signed_by": _l("Signed by"),
    "since": _l("Since"),
    "status": _l("Status"),
    "stays": _l("Where you live or lived"),
    "subject": _l("Subject"),
    "text": _l("Text"),
    "title": _l("Title"),
    "to": _l("Sent to"),
    "until": _l("Until"),
    "visits": _l("Visits"),
    "with": _l("With"),
    "work_done": _l("Work done"),
    "written": _l("Written on"),
}
# Keys under which people write whatever they want: nothing in them is a day of ours.
_FREE = frozenset({"text", "description", "title", "name", "caption", "note", "subject", "report"})


def readable(value: Any, key: str = "") -> Any:
    """Return plain values under the words of the present language, without what is empty."""
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if one not in (None, "", [], {})}
        return {str(LABELS.get(name, name)): readable(one, name) for name, one in kept.items()}
    if isinstance(value, list | tuple):
        return [readable(one, key) for one in value]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value if key in _FREE else _moment(value)


def _moment(value: Any) -> Any:
    """Write what is a day or a moment, and only that, as people do."""
    try:
        if isinstance(value, str) and "T" in value:
            return format_datetime(datetime.fromisoformat(value))
        return format_date(date.fromisoformat(value)) if isinstance(value, str) else value
    except ValueError:
        return value

"""Audit entries as people read them: what happened, and each field before and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.audit.models import AuditEntry
from app.clock import BRUSSELS
from app.db.types import TranslatedText
from app.files.document_kinds import DOCUMENT_KIND_LABELS
from app.i18n import (
    LANGUAGE_NAMES,
    LOCALES,
    LazyText,
    format_date,
    format_datetime,
    format_money,
    format_number,
)
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.subjects import CONFIDENTIALITY_LABELS, SubjectKind, Subjects

_BEGINS_WITH_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d{4}-\d{2}-\d{2}))?$")

# What the house itself does to any record.
ACTIONS: Mapping[str, LazyText] = {
    "comments.comment.changed": _l("Comment changed"),
    "comments.comment.posted": _l("Comment written"),
    "comments.comment.removed": _l("Comment removed"),
    "comments.comment.restored": _l("Comment brought back"),
    "files.file.attached": _l("File added"),
    "files.file.described": _l("File described"),
    "files.file.removed": _l("File removed"),
    "files.file.restored": _l("File brought back"),
    "house.person.disclosed": _l("Personal data handed over"),
    "house.person.erased": _l("Personal data erased"),
    "lists.list.exported": _l("List exported"),
}
FIELDS: Mapping[str, LazyText] = {
    "archived_at": _l("Archived on"),
    "caption": _l("Caption"),
    "comment": _l("Comment"),
    "confidentiality": _l("Confidentiality"),
    "document_kind": _l("Kind of document"),
    "file": _l("File"),
    "reason": _l("Reason"),
    "locale": _l("Language"),
    "name": _l("Name"),
    "parts": _l("Parts"),
    "files": _l("Files"),
    "rows": _l("Rows"),
    "source": _l("Source"),
    "view": _l("View"),
}
VALUES: Mapping[str, Mapping[Any, Any]] = {
    "confidentiality": CONFIDENTIALITY_LABELS,
    "document_kind": DOCUMENT_KIND_LABELS,
    "locale": LANGUAGE_NAMES,
}
VERBS: Mapping[str, LazyText] = {
    "added": _l("added"),
    "archived": _l("archived"),
    "assigned": _l("assigned"),
    "cancelled": _l("cancelled"),
    "changed": _l("changed"),
    "closed": _l("closed"),
    "consulted": _l("consulted"),
    "created": _l("created"),
    "deleted": _l("deleted"),
    "exported": _l("exported"),
    "imported": _l("imported"),
    "merged": _l("merged"),
    "opened": _l("opened"),
    "removed": _l("removed"),
    "restored": _l("restored"),
    "updated": _l("changed"),
}

# Some codes name the act, others what came of it.
PRESENT = {
    "add": "added",
    "archive": "archived",
    "assign": "assigned",
    "cancel": "cancelled",
    "change": "changed",
    "close": "closed",
    "create": "created",
    "delete": "deleted",
    "export": "exported",
    "import": "imported",
    "merge": "merged",
    "open": "opened",
    "remove": "removed",
    "restore": "restored",
    "update": "changed",
}


@dataclass(frozen=True, slots=True)
class ReadableChange:
    """One field: its name, what it was, what it became."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ReadableEntry:
    """One entry as a sentence with its differences; the label names what it is about."""

    entry: AuditEntry
    action: str
    label: str
    changes: tuple[ReadableChange, ...]


def readable(entries: Iterable[AuditEntry], subjects: Subjects) -> list[ReadableEntry]:
    """Put entries into words, in the present language."""
    return [_readable(entry, subjects.kind(entry.subject_type)) for entry in entries]


def _readable(entry: AuditEntry, kind: SubjectKind | None) -> ReadableEntry:
    changes = tuple(
        ReadableChange(
            field_label(name, kind), _shown(name, pair[0], kind), _shown(name, pair[1], kind)
        )
        for name, pair in entry.changes.items()
        if isinstance(pair, list) and len(pair) == 2
    )
    action = action_label(entry.action, kind)
    return ReadableEntry(entry, action, dated(entry.subject_label), changes)


def action_label(action: str, kind: SubjectKind | None) -> str:
    """Say what was done: the module's words, the house's, else the verb of the code."""
    found = (kind.actions.get(action) if kind else None) or ACTIONS.get(action)
    if found:
        return str(found)
    verb = action.rsplit(".", 1)[-1]
    verb = PRESENT.get(verb, verb)
    noun = str(kind.label) if kind else action.rsplit(".", 2)[-2].replace("_", " ").capitalize()
    word = VERBS.get(verb)
    return f"{noun}: {word or verb.replace('_', ' ')}"


def field_label(name: str, kind: SubjectKind | None) -> str:
    """Name a field: the module's word, the house's, else its own name in words."""
    found = (kind.fields.get(name) if kind else None) or FIELDS.get(name)
    plain = re.sub(r"_(cents|id|at|on|m2|wh)$", "", name).replace("_", " ")
    return str(found) if found else plain.capitalize()


def _shown(name: str, value: Any, kind: SubjectKind | None) -> str:
    if value is None or value == "":
        return ""
    labels = (kind.values.get(name) if kind else None) or VALUES.get(name)
    if callable(labels):
        return str(labels(value))
    if isinstance(value, list):
        return ", ".join(_shown(name, one, kind) for one in value)
    if labels is not None:
        return str(labels.get(value, value))
    return _plain(name, value)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and name.endswith("_cents"):
        return format_money(value)
    if isinstance(value, int | float):
        return format_number(value)
    if isinstance(value, Mapping) and value.keys() <= set(LOCALES):
        return str(TranslatedText(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(key, one)}" for key, one in value.items())
    return dated(str(value))


def dated(text: str) -> str:
    """Write a date, a period of two or an instant as Belgians do; leave any other text alone."""
    if not _BEGINS_WITH_A_DAY.match(text):
        return text
    try:
        if found := _DAYS.match(text):
            return " – ".join(format_date(date.fromisoformat(day)) for day in found.groups() if day)
        return format_datetime(datetime.fromisoformat(text).astimezone(BRUSSELS))
    except ValueError:
        return text

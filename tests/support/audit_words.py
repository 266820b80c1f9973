"""Every audit entry a test writes must read as words: no code of ours reaches the history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any

import pytest
from sqlalchemy import event

from app.audit.models import AuditEntry
from app.audit.readable import ACTIONS, FIELDS, PRESENT, VALUES, VERBS
from app.module import module as house
from app.registry import find_modules
from app.subjects import SubjectKind

# What people type may be any word, also one of ours.
TYPED = {"name", "note", "phone", "reason", "source", "text", "title"}
CODE = re.compile(
    r"[a-z]+(_[a-z]+)+|[a-z]+(\.[a-z]+){2,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
INVENTED = "plant."  # what the tests of the house do to their boiler; see tests/support/records.py


@cache
def kinds() -> dict[str, SubjectKind]:
    return {kind.type: kind for module in (house, *find_modules()) for kind in module.subjects}


@cache
def keys() -> frozenset[str]:
    """Give the values of every enumeration of ours: what is stored, never shown."""

    def below(enumeration: type[StrEnum]) -> Iterator[type[StrEnum]]:
        for one in enumeration.__subclasses__():
            yield one
            yield from below(one)

    ours = (one for one in below(StrEnum) if one.__module__.startswith(("app.", "modules.")))
    return frozenset(member.value for one in ours for member in one)


def unsaid(entry: AuditEntry) -> Iterator[str]:
    """Name the codes of an entry that have no words."""
    kind = kinds().get(entry.subject_type)
    if kind is None:
        yield f"no SubjectKind declares the type {entry.subject_type!r}"
        return
    verb = entry.action.rsplit(".", 1)[-1]
    if entry.action not in {*ACTIONS, *kind.actions} and PRESENT.get(verb, verb) not in VERBS:
        yield f"no words for the action {entry.action!r}"
    for name, pair in entry.changes.items():
        if name not in {*FIELDS, *kind.fields}:
            yield f"{entry.subject_type}: no words for the field {name!r}"
        if name not in {*VALUES, *kind.values, *TYPED}:
            for value in pair:
                yield from codes_in(value, f"{entry.subject_type}.{name}")


def codes_in(value: Any, where: str) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    for one in values:
        if isinstance(one, str) and (one in keys() or CODE.fullmatch(one)):
            yield f"{where}: no words for the value {one!r}"


@pytest.fixture(autouse=True)
def audit_in_words() -> Iterator[None]:
    """Fail the test that writes an entry of the audit trail nobody could read."""
    found: list[str] = []

    def look(_mapper: Any, _connection: Any, entry: AuditEntry) -> None:
        if entry.subject_type != "boiler" and not entry.action.startswith(INVENTED):
            found.extend(unsaid(entry))

    event.listen(AuditEntry, "after_insert", look)
    yield
    event.remove(AuditEntry, "after_insert", look)
    assert not found, "declare these in the module's subjects.py:\n" + "\n".join(sorted(set(found)))

"""The chain over the audit trail: who changes, deletes, swaps or cuts entries is found out.

Each sealed entry has a place, a keyed digest of what it says about the record (label, differences)
and a digest of the chain: HMAC-SHA256 of the digest before it, the entry's other fields and that
content. The key is not in the database. The last place and digest are also written to an anchor
file outside the database, so that cutting the end off is noticed too.

A person's right to be forgotten blanks the label and the differences of entries. The chain still
holds, since the digest of the content is kept; such an entry must be blank, and named by an entry
`house.audit.redacted` with a proof made with the key.

Worked example: entries A, B, C get d1 = H(zeros + [1, A]), d2 = H(d1 + [2, B]) and
d3 = H(d2 + [3, C]). Changing B breaks d2; deleting B leaves place 2 without an entry; deleting C
with its seal leaves the anchor at a place that does not exist; writing everything anew needs the
key.
"""

from __future__ import annotations

import hmac
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b, sha256
from typing import Any

import orjson

from app.i18n import LazyText
from app.i18n import lazy as _l

START = bytes(32)
# position, digest, content, entry id, when, actor id, actor name, request, action, type, subject,
# building, label, changes: identifiers as 32 hexadecimal digits, the moment as text in UTC.
Sealed = tuple[Any, ...]
_POSITION, _DIGEST, _CONTENT, _ENTRY, _LABEL, _CHANGES = 0, 1, 2, 3, 12, 13
REDACTED = "house.audit.redacted"
# What the last check of a chain that was closed found, where it found no fault.
HELD, UNCHECKED = "held", "unchecked"


class Fault(StrEnum):
    """What can be wrong with the chain."""

    CHANGED = "changed"
    DELETED = "deleted"
    GAP = "gap"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    NO_ANCHOR = "no_anchor"
    OTHER_KEY = "other_key"


FAULT_LABELS: Mapping[Fault, LazyText] = {
    Fault.CHANGED: _l("was changed after it was sealed"),
    Fault.DELETED: _l("was deleted"),
    Fault.GAP: _l("has lost its seal"),
    Fault.TRUNCATED: _l("is missing: the end of the trail was cut off"),
    Fault.REWRITTEN: _l("differs from the anchor: the trail was written anew"),
    Fault.NO_ANCHOR: _l("has no anchor: the anchor file is missing"),
    Fault.OTHER_KEY: _l("was sealed with another key than the one set here"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many entries hold, and the first that does not."""

    checked: int
    unsealed: int = 0
    position: int | None = None
    entry_id: str = ""
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.fault is None


def chain_key(secret: str) -> bytes:
    """Derive the key of the chain from a secret that is not in the database."""
    return hmac.digest(secret.encode(), b"intendant audit chain", sha256)


def digest_content(key: bytes, label: str, changes: Any) -> bytes:
    """Return the keyed digest of what an entry says about its record."""
    said = orjson.dumps([label, _plain(changes)], option=orjson.OPT_SORT_KEYS)
    return blake2b(said, key=key, digest_size=32).digest()


def seal(key: bytes, before: bytes, position: int, content: bytes, entry: Sealed) -> bytes:
    """Return the digest of an entry at a place, after the digest before it."""
    said = orjson.dumps([position, *entry[_ENTRY:_LABEL]])
    return hmac.digest(key, before + content + said, "sha256")


def redaction_proof(key: bytes, entries: Iterable[str]) -> str:
    """Return what only the application can write beside the entries it blanked for a person."""
    said = " ".join(["redacted", *sorted(entries)])
    return hmac.digest(key, said.encode(), "sha256").hex()


def check(
    key: bytes,
    rows: Iterable[Sealed],
    anchors: Mapping[int, bytes],
    redacted: Container[str] = frozenset(),
) -> Verdict:
    """Walk along the sealed entries in order and stop at the first that does not hold.

    `anchors` gives the digest noted outside the database for some places, `redacted` the entries
    that were blanked for the sake of a person.
    """
    before, last = START, 0
    for row in rows:
        position, digest = row[_POSITION], row[_DIGEST]
        if position != last + 1:
            return Verdict(last, position=last + 1, fault=Fault.GAP)
        if row[_ENTRY] is None:
            return Verdict(last, position=position, fault=Fault.DELETED)
        is_true = _is_true(key, before, row, redacted)
        if not is_true or anchors.get(position, digest) != digest:
            fault = Fault.REWRITTEN if is_true else Fault.CHANGED
            return Verdict(last, position=position, entry_id=row[_ENTRY], fault=fault)
        before, last = digest, position
    return _ending(last, anchors)


def _is_true(key: bytes, before: bytes, row: Sealed, redacted: Container[str]) -> bool:
    content, label, changes = row[_CONTENT], row[_LABEL], row[_CHANGES]
    if digest_content(key, label, changes) != content:
        is_blank = label == "" and not _plain(changes)
        if not (is_blank and row[_ENTRY] in redacted):
            return False
    return bool(seal(key, before, row[_POSITION], content, row) == row[_DIGEST])


def _ending(last: int, anchors: Mapping[int, bytes]) -> Verdict:
    """Judge a chain without a fault by where it ends."""
    if last and not anchors:
        return Verdict(last, position=last, fault=Fault.NO_ANCHOR)
    if anchors and max(anchors) > last:
        return Verdict(last, position=last + 1, fault=Fault.TRUNCATED)
    return Verdict(last)


def _plain(changes: Any) -> Any:
    """Read the changes as the database gives them: as text, or already read."""
    return orjson.loads(changes) if isinstance(changes, str | bytes) else changes


def read_anchors(lines: Iterable[str]) -> Iterator[tuple[int, bytes]]:
    """Yield place and digest of each line of an anchor file; broken lines are left out."""
    for line in lines:
        parts = line.split()
        if len(parts) >= 2 and parts[0].isdigit() and len(parts[1]) == 64:
            yield int(parts[0]), bytes.fromhex(parts[1])

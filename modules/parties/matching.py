"""How much two parties look alike: a score from 0 to 100 with its reasons.

Worked example: "Fatima El Amrani" and "El Amrani Fatima", same mobile, one without birth date:
names alike in any order (50) and the same phone (35) make 85, above the 70 from which a pair is
shown. A mother and daughter with one phone: names differ by half, so no pair at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from uuid import UUID

from rapidfuzz import fuzz

SHOWN_FROM = 70
# A key shared by more parties than this (a switchboard number) says nothing.
LARGEST_BLOCK = 40
_ALIKE = 82
_SAME = 97


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is compared of a party; `name` is folded, family name first."""

    id: UUID
    name: str
    birth_date: date | None = None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    lots: frozenset[UUID] = frozenset()
    kind: str = "person"


@dataclass(frozen=True, slots=True)
class Match:
    """Two parties that look alike, the smaller identifier first."""

    first_id: UUID
    second_id: UUID
    score: int
    reasons: dict[str, int] = field(default_factory=dict)


def compare(one: Likeness, other: Likeness) -> Match | None:
    """Score a pair, or None when the names differ or the birth dates contradict each other."""
    if one.kind != other.kind:
        return None
    likeness = name_likeness(one.name, other.name)
    if likeness < _ALIKE:
        return None
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return None
    reasons = {"same_name" if likeness >= _SAME else "similar_name": _name_points(likeness)}
    if one.birth_date and one.birth_date == other.birth_date:
        reasons["same_birth_date"] = 40
    if one.phones & other.phones:
        reasons["same_phone"] = 35
    if one.emails & other.emails:
        reasons["same_email"] = 40
    if one.lots & other.lots:
        reasons["same_lot"] = 25
    score = min(100, sum(reasons.values()))
    if score < SHOWN_FROM:
        return None
    first, second = sorted((one.id, other.id))
    return Match(first, second, score, reasons)


def name_likeness(one: str, other: str) -> float:
    """Return how alike two folded names are, 0 to 100: words in any order, or glued together.

    >>> name_likeness("de smet jan", "desmet jan")
    100.0
    """
    in_any_order = fuzz.token_sort_ratio(one, other)
    return max(in_any_order, fuzz.ratio(one.replace(" ", ""), other.replace(" ", "")))


def _name_points(likeness: float) -> int:
    return 50 if likeness >= _SAME else 30 + round((likeness - _ALIKE) * 15 / (_SAME - _ALIKE))


def find_matches(parties: Iterable[Likeness]) -> list[Match]:
    """Compare only parties that share a phone, an e-mail, a lot, a birth date or a whole name.

    Grows with the number of parties, not with its square. Best matches first.
    """
    known = {party.id: party for party in parties}
    pairs = {tuple(sorted(pair)) for block in _blocks(known) for pair in combinations(block, 2)}
    found = (compare(known[one], known[other]) for one, other in pairs)
    matches = [match for match in found if match]
    return sorted(matches, key=lambda match: (-match.score, match.first_id, match.second_id))


def _blocks(known: Mapping[UUID, Likeness]) -> Iterator[list[UUID]]:
    keyed: dict[object, list[UUID]] = {}
    for party in known.values():
        for key in _keys(party):
            keyed.setdefault(key, []).append(party.id)
    for members in keyed.values():
        if 1 < len(members) <= LARGEST_BLOCK:
            yield members


def _keys(party: Likeness) -> Iterator[object]:
    yield "name", " ".join(sorted(party.name.split()))
    if party.birth_date:
        yield "born", party.birth_date
    for phone in party.phones:
        yield "phone", phone
    for email in party.emails:
        yield "email", email
    for lot in party.lots:
        yield "lot", lot

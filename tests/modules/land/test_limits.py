"""The time limits of each region, as the sources state them."""

from datetime import date

import pytest

from modules.land.enums import KINDS_OF_REGION, PermitKind, Track
from modules.land.limits import (
    DECISIONS,
    LAPSES,
    find_decision_limit,
    find_lapse_limit,
    tracks_of,
)
from modules.portfolio.enums import Region


@pytest.mark.parametrize(
    ("region", "kind", "track", "complete", "due"),
    [
        (Region.BRUSSELS, PermitKind.PLANNING, Track.BRUSSELS_PLAIN, "2025-01-06", "2025-03-24"),
        (Region.BRUSSELS, PermitKind.ALLOTMENT, Track.BRUSSELS_ADVISED, "2025-01-06", "2025-04-07"),
        (Region.BRUSSELS, PermitKind.PLANNING, Track.BRUSSELS_MIXED, "2025-01-06", "2025-06-16"),
        (Region.WALLONIA, PermitKind.PLANNING, Track.WALLONIA_PLAIN, "2025-01-06", "2025-02-05"),
        (Region.WALLONIA, PermitKind.URBANISATION, Track.WALLONIA_FULL, "2025-01-06", "2025-05-01"),
        (
            Region.FLANDERS, PermitKind.FLEMISH_WORKS, Track.FLANDERS_SIMPLIFIED,
            "2025-01-06", "2025-03-07",
        ),
        (
            Region.FLANDERS, PermitKind.FLEMISH_COMBINED, Track.FLANDERS_COMMITTEE,
            "2025-01-06", "2025-05-06",
        ),
    ],
)  # fmt: skip
def test_a_decision_is_due_by_the_rule_of_the_region(region, kind, track, complete, due):
    start = date.fromisoformat(complete)
    rule = find_decision_limit(region, kind, track, start)
    assert rule.end_of(start) == date.fromisoformat(due)


def test_in_brussels_a_day_of_rest_moves_the_end_to_the_next_working_day():
    # Seventy-five days after 1 March 2025 is 15 May, a Thursday; after 22 March it is 5 June;
    # after 18 March it is 1 June, a Sunday; after 14 August, 28 October.
    rule = find_decision_limit(
        Region.BRUSSELS, PermitKind.PLANNING, Track.BRUSSELS_PLAIN, date(2025, 3, 18)
    )
    assert rule.end_of(date(2025, 3, 1)) == date(2025, 5, 15)
    assert rule.end_of(date(2025, 3, 18)) == date(2025, 6, 2)
    # 11 November, a holiday in the week.
    assert rule.end_of(date(2025, 8, 28)) == date(2025, 11, 12)


@pytest.mark.parametrize(
    ("region", "kind", "until"),
    [
        (Region.BRUSSELS, PermitKind.PLANNING, date(2028, 3, 1)),
        (Region.WALLONIA, PermitKind.PLANNING, date(2030, 3, 1)),
        (Region.FLANDERS, PermitKind.FLEMISH_WORKS, date(2027, 3, 1)),
    ],
)
def test_a_permit_lapses_by_the_rule_of_the_region(region, kind, until):
    assert find_lapse_limit(region, kind, date(2025, 3, 1)).end_of(date(2025, 3, 1)) == until


def test_no_rule_is_invented_where_none_is_known():
    day = date(2025, 3, 1)
    assert find_lapse_limit(Region.WALLONIA, PermitKind.ENVIRONMENTAL, day) is None
    assert find_decision_limit(Region.WALLONIA, PermitKind.PLANNING, None, day) is None
    # Before the reform of Brussels the rule was another one.
    old = date(2019, 8, 31)
    assert find_decision_limit(
        Region.BRUSSELS, PermitKind.PLANNING, Track.BRUSSELS_PLAIN, old
    ) is None  # fmt: skip


def test_every_rule_names_its_law_and_a_kind_of_its_region():
    for rule in (*DECISIONS, *LAPSES):
        assert rule.law
        assert rule.article
        assert set(rule.kinds) <= set(KINDS_OF_REGION[rule.region])


def test_a_request_is_examined_only_in_the_ways_of_its_region():
    assert tracks_of(Region.WALLONIA, PermitKind.PLANNING) == (
        Track.WALLONIA_PLAIN, Track.WALLONIA_ADVISED, Track.WALLONIA_FULL,
    )  # fmt: skip
    assert tracks_of(Region.WALLONIA, PermitKind.CERTIFICATE) == ()

"""The thresholds of the rules, as data with defaults; a meter's settings replace them.

Every limit is the largest of three: a multiple of the meter's own spread, what its past hardly ever
passed, and a share of its mean consumption. Nothing is tuned to a list of faults: the defaults were
chosen on other meters, with other faults planted, than the ones the scores are given for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

WINDOWS = (24, 72, 168)


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A limit on the rise of a level: spread × `spreads`, and mean × `share`, whichever is more."""

    spreads: float
    share: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of one meter."""

    # Base load over one, three and seven days against the base loads of the four weeks before.
    base: Mapping[int, LevelRule] = field(
        default_factory=lambda: {
            24: LevelRule(12, 0.25),
            72: LevelRule(5, 0.15),
            168: LevelRule(4, 0.08),
        }
    )
    # A week of base loads above every one of the four weeks before: by so much of the mean, …
    step_gap: float = 0.01
    step_share: float = 0.04  # … and its median above theirs by so much.
    # Consumption over three and seven days against the same hours of the six weeks before.
    season: Mapping[int, LevelRule] = field(
        default_factory=lambda: {72: LevelRule(5, 0.30), 168: LevelRule(3.5, 0.15)}
    )
    past_share: float = 0.999  # of its past hours, this share stayed below …
    past_margin: float = 1.15  # … the limit divided by this
    less_share: float = 0.15  # of five days' hours are still full …
    less_margin: float = 0.8  # … and fewer than this times what its past hardly went under
    spike_top: float = 1.5  # times the highest hour of its past
    spike_spreads: float = 8.0
    zero_hours: float = 6.0
    zero_margin: float = 1.3  # times the longest run of zeros of its past
    stuck_hours: float = 6.0
    stuck_margin: float = 2.0  # times the longest run of one value of its past
    silent_hours: float = 6.0

    def with_settings(self, settings: Mapping[str, float]) -> Rules:
        """Return these thresholds with some replaced; unknown names are ignored.

        `base_24_share`, `season_168_spreads` and the like reach into the level rules.
        """
        plain = {k: v for k, v in settings.items() if k in PLAIN}
        return replace(
            self,
            base=_levels("base", self.base, settings),
            season=_levels("season", self.season, settings),
            **plain,
        )


PLAIN = (
    "step_gap",
    "step_share",
    "past_share",
    "past_margin",
    "less_share",
    "less_margin",
    "spike_top",
    "spike_spreads",
    "zero_hours",
    "zero_margin",
    "stuck_hours",
    "stuck_margin",
    "silent_hours",
)


def _levels(
    name: str, levels: Mapping[int, LevelRule], settings: Mapping[str, float]
) -> dict[int, LevelRule]:
    return {
        width: LevelRule(
            settings.get(f"{name}_{width}_spreads", rule.spreads),
            settings.get(f"{name}_{width}_share", rule.share),
        )
        for width, rule in levels.items()
    }

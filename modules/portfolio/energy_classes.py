"""Classes of energy certificates by region: figure to class, class to letter.

The bands are upper limits, inclusive, in kWh of primary energy per m² and year.
Source: the design note `energy.md` section 5 (Brussels confirmed by several publications).
"""

from __future__ import annotations

from app.errors import Invalid
from app.i18n import lazy as _l
from modules.portfolio.enums import Region

_BRUSSELS = (
    ("A++", 0), ("A+", 15), ("A", 30), ("A-", 45), ("B+", 62), ("B", 78), ("B-", 95),
    ("C+", 113), ("C", 132), ("C-", 150), ("D+", 170), ("D", 190), ("D-", 210),
    ("E+", 232), ("E", 253), ("E-", 275), ("F", 345),
)  # fmt: skip
_WALLONIA = (
    ("A++", 0), ("A+", 45), ("A", 85), ("B", 170), ("C", 255), ("D", 340), ("E", 425), ("F", 510),
)  # fmt: skip
_FLANDERS = (("A", 100), ("B", 200), ("C", 300), ("D", 400), ("E", 500))

BANDS: dict[Region, tuple[tuple[str, int], ...]] = {
    Region.BRUSSELS: _BRUSSELS,
    Region.WALLONIA: _WALLONIA,
    Region.FLANDERS: _FLANDERS,
}
_BELOW_ALL: dict[Region, str] = {
    Region.BRUSSELS: "G",
    Region.WALLONIA: "G",
    Region.FLANDERS: "F",
}

LETTERS = "ABCDEFG"


def class_of(kwh_m2_year: int, region: Region) -> str:
    """Return the class of a consumption figure of a home.

    >>> class_of(150, Region.BRUSSELS), class_of(151, Region.BRUSSELS)
    ('C-', 'D+')
    """
    for name, limit in BANDS[region]:
        if kwh_m2_year <= limit:
            return name
    return _BELOW_ALL[region]


def letter_of(energy_class: str) -> str:
    """Return the letter of a class as printed, which rent rules use; Invalid when unknown.

    >>> letter_of("B-")
    'B'
    """
    written = energy_class.strip().upper()
    if (
        written[:1]
        and written[0] in LETTERS
        and written[1:].strip("+-") == ""
        and len(written) <= len("A++")
    ):
        return written[0]
    raise Invalid(
        "energy_class_unknown",
        _l("The energy class is a letter from A to G, with + or - if printed so."),
        field="energy_class",
    )


def worst(letters: list[str]) -> str | None:
    """Return the worst of some letters, or None without any."""
    return max(letters, default=None)

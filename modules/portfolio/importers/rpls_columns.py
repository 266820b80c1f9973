"""The columns of the French register of social housing (RPLS, "détail logement" files).

The column set and its order change from year to year, so columns are found by name. Blank cells
mean "not known". Only what the estate keeps is read; other columns are told and left aside.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.kinds import Choice, DecimalNumber, Integer, Month, Text, YesNo

NO_CERTIFICATE = date(1900, 1, 1)


class Construction(StrEnum):
    """TYPECONST: block of flats, single house, student residence."""

    COLLECTIVE = "c"
    HOUSE = "i"
    STUDENT = "e"


CONSTRUCTION_LABELS = {
    Construction.COLLECTIVE: _l("C (block of flats)"),
    Construction.HOUSE: _l("I (single house)"),
    Construction.STUDENT: _l("E (student residence)"),
}
ALIASES = {"C": Construction.COLLECTIVE, "I": Construction.HOUSE, "E": Construction.STUDENT}

_ADDRESS = (
    Column("depcom", _l("Commune code (INSEE)"), Text(max_length=5, pattern=r"\d[\dAB]\d{3}",
                example=_l("five digits, or 2A and 2B before three of them")),
           required=True, example="59350"),
    Column("codepostal", _l("Post code"),
           Text(max_length=5, pattern=r"\d{5}", example=_l("five digits, for example 44000"))),
    Column("libcom", _l("Commune"), Text(max_length=80), aliases=("libcom17", "libcom18")),
    Column("numvoie", _l("House number"), Text(max_length=10)),
    Column("indrep", _l("Suffix of the house number"), Text(max_length=5)),
    Column("typvoie", _l("Kind of street"), Text(max_length=20)),
    Column("nomvoie", _l("Street"), Text(max_length=100), must_exist=True),
)  # fmt: skip

_POSITION = (
    Column("immeu", _l("Building code of the landlord"), Text(max_length=40), must_exist=True),
    Column("bat", _l("Block"), Text(max_length=40)),
    Column("esc", _l("Staircase"), Text(max_length=10)),
    Column(
        "etage",
        _l("Floor"),
        Text(
            max_length=3,
            pattern=r"-?\d{1,2}|RC|NN|SS|(?i:RDC)",
            example=_l("a number of at most two digits, or RC, SS, NN"),
        ),
    ),
    Column("numappt", _l("Number of the home"), Text(max_length=20), must_exist=True),
    Column("numboite", _l("Letter box"), Text(max_length=20)),
    Column("complgeo", _l("Name of the estate"), Text(max_length=80)),
    Column("lieudit", _l("Name of the place"), Text(max_length=80)),
)

_FACTS = (
    Column("typeconst", _l("Kind of construction"),
           Choice(enum=Construction, labels=CONSTRUCTION_LABELS, aliases=ALIASES), required=True),
    Column("nbpiece", _l("Rooms"), Integer(low=1, high=30, likely_high=9), required=True,
           example="3"),
    Column("surfhab", _l("Living area (m²)"),
           DecimalNumber(places=1, low=1, high=2_000, likely_low=9, likely_high=300),
           required=True, example="68.5"),
    Column("construct", _l("Year of construction"),
           Integer(low=1000, high=2100, likely_low=1600, likely_high=2030)),
    Column("locat", _l("Year of the first letting"),
           Integer(low=1000, high=2100, likely_low=1800, likely_high=2030)),
    Column("conv", _l("Under agreement"),
           YesNo(yes=frozenset({"1"}), no=frozenset({"2"}))),
    Column("dpedate", _l("Month of the energy certificate"),
           Month(none=frozenset({NO_CERTIFICATE}))),
    Column("dpeenergie", _l("Energy class"),
           Text(max_length=1, pattern="[A-G]", upper=True, example=_l("a letter from A to G"))),
)  # fmt: skip

_GEOCODE = (
    Column("latitude", _l("Latitude"), DecimalNumber(places=6, rounds=True, low=-90, high=90)),
    Column("longitude", _l("Longitude"), DecimalNumber(places=6, rounds=True, low=-180, high=180)),
    Column("result_label", _l("Address found"), Text(max_length=200)),
    Column("result_score", _l("Likeness of the address found"),
           DecimalNumber(places=2, rounds=True, low=0, high=1)),
)  # fmt: skip

RAW_COLUMNS = (*_ADDRESS, *_POSITION, *_FACTS)
GEOCODED_COLUMNS = (*RAW_COLUMNS, *_GEOCODE)

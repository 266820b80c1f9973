"""What importers of places share: columns, and what an empty cell of theirs stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from app.db import TranslatedText
from app.i18n import LOCALES
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Integer, Lookup, Text
from modules.portfolio import enums
from modules.portfolio.commands import AddressFacts

ADDRESS = tuple(f.name for f in fields(AddressFacts))
CAPAKEY = Text(
    max_length=17,
    pattern=r"\d{5}[A-Za-z]\d{4}[/-]\d{2}[A-Za-z_]\d{3}",
    example=_l("a cadastral number such as 21813A0683/00G009"),
)
NIS = Text(max_length=5, pattern=r"\d{5}", example=_l("five digits, for example 21004"))
YEAR = Integer(low=1000, high=2100, likely_low=1700, likely_high=2035)
BUILDING = Lookup(noun=_l("the code of a building"), max_length=30)
AREA = Column("area", _l("Work area"), Lookup(noun=_l("the code of a work area"), max_length=20))
ADDRESS_COLUMNS = (
    Column(
        "street_fr",
        _l("Street in French"),
        Text(max_length=120),
        example="Rue Haute",
        aliases=("rue",),
    ),
    Column(
        "street_nl",
        _l("Street in Dutch"),
        Text(max_length=120),
        example="Hoogstraat",
        aliases=("straat", "straatnaam"),
    ),
    Column("number", _l("Number"), Text(max_length=20), example="296A"),
    Column("postcode", _l("Postcode"), Text(max_length=10), example="1000"),
    Column("commune_fr", _l("Commune in French"), Text(max_length=80), aliases=("commune",)),
    Column("commune_nl", _l("Commune in Dutch"), Text(max_length=80), aliases=("gemeente",)),
    Column("commune_nis", _l("NIS code of the commune"), NIS),
)
HEATING_COLUMNS = (
    Column("heating", _l("Heating"), Choice(enum=enums.Heating, labels=enums.HEATING_LABELS)),
    Column(
        "heat_source",
        _l("Heat source"),
        Choice(enum=enums.HeatSource, labels=enums.HEAT_SOURCE_LABELS),
    ),
)

# Columns of the database that are never null: an empty cell stands for these.
EMPTY: dict[str, Any] = {
    "heating": enums.Heating.UNKNOWN,
    "heat_source": enums.HeatSource.UNKNOWN,
    "heritage": enums.Heritage.NONE,
    "funding": enums.Funding.UNKNOWN,
    "accessibility": enums.Accessibility.UNKNOWN,
    "acquisition": enums.Acquisition.UNKNOWN,
}
_TEXTS = ("name", "note", "acquisition_charge", "box", "door", *ADDRESS[:-1])


def filled(values: Values, names: Iterable[str]) -> dict[str, Any]:
    """Take the values of a command; what is empty becomes what the database calls empty."""
    found: dict[str, Any] = {}
    for name in names:
        value = values.get(name)
        if value in (None, ""):
            value = "" if name in _TEXTS else EMPTY.get(name)
        found[name] = float(value) if isinstance(value, Decimal) else value
    return found


def name_columns(french: str, dutch: str, english: str) -> tuple[Column, ...]:
    """Return the columns of a name in the three languages, with an example in each."""
    return (
        Column("name_fr", _l("Name in French"), Text(max_length=120), example=french),
        Column("name_nl", _l("Name in Dutch"), Text(max_length=120), example=dutch),
        Column("name_en", _l("Name in English"), Text(max_length=120), example=english),
    )


def names_stored(name: Mapping[str, str] | None) -> dict[str, str | None]:
    """Return a stored name as the three columns."""
    return {f"name_{locale}": (name or {}).get(locale) for locale in LOCALES}


def names_read(values: Values) -> TranslatedText:
    """Return what the three columns say as one name; empty when they say nothing."""
    read = {locale: values.get(f"name_{locale}") or "" for locale in LOCALES}
    return TranslatedText({locale: text for locale, text in read.items() if text})


# How a building or a parcel came to the office.
ACQUISITION_COLUMNS = (
    Column(
        "acquisition",
        _l("How it was acquired"),
        Choice(enum=enums.Acquisition, labels=enums.ACQUISITION_LABELS),
    ),
    Column("acquired_on", _l("Acquired on"), Day(low=date(1000, 1, 1))),
    Column("acquisition_charge", _l("Charge attached"), Text(max_length=2_000, multiline=True)),
)

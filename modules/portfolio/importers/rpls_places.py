"""Where a dwelling of the register is: address, building, entrance, and its natural key.

The register has no usable identifier: IMMEU is blank in a fifth of the rows and restarts at 01
with every landlord, NUMAPPT is unique only on its landing, and one yearly file writes `01` where
the next writes `1`. What stays the same is the position, so the position is the key:

    commune · street · number · building · block · staircase · floor · home number

Whole numbers lose their leading zeros, street kinds are written in full (`BD` is `BOULEVARD`),
a number inside the street name is taken out. The suffix of the house number, the entrance and
the letter box are *not* in the key: some years lost them. A dwelling without a home number adds
its area and rooms; dwellings that are still alike (rooms of one residence) are told apart by
their rank in the file. On the two files of Nantes this gives 35,319 and 21,904 distinct keys,
of which 97 % of the second are found in the first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.tabular.normalise import normalise
from modules.portfolio.importers.rpls_columns import Construction

STREET_KINDS = {
    "R": "RUE", "AV": "AVENUE", "AVE": "AVENUE", "BD": "BOULEVARD", "BLD": "BOULEVARD",
    "BVD": "BOULEVARD", "ALL": "ALLEE", "ALL?E": "ALLEE", "ALLEES": "ALLEES", "PL": "PLACE",
    "RTE": "ROUTE", "QU": "QUAI", "SQ": "SQUARE", "CHE": "CHEMIN", "CHEM": "CHEMIN",
    "IMP": "IMPASSE", "PRO": "PROMENADE", "CHS": "CHAUSSEE", "PAS": "PASSAGE", "CRS": "COURS",
    "ESP": "ESPLANADE", "RES": "RESIDENCE",
}  # fmt: skip
_FULL_KINDS = frozenset(STREET_KINDS.values()) | {"MAIL", "COUR", "VENELLE", "RUELLE", "RUELLES"}
_SMALL_WORDS = frozenset(
    ("de", "du", "des", "la", "le", "les", "l", "d", "et", "a", "au", "aux", "en", "sur", "sous")
)
_NUMBER_INSIDE = re.compile(r"(\d{1,4}(?: ?(?:BIS|TER|[A-Z]))?(?: ?[-/] ?\d{1,4})?)[ ,]+(\D.*)")
# Codes such as 1 or 07 count the buildings of one programme; longer ones name a building.
_SERIAL_DIGITS = 3
_REFERENCES = 10**15
_PLACE_COLUMNS = (
    "depcom", "codepostal", "libcom", "numvoie", "indrep", "typvoie", "nomvoie", "immeu", "bat",
    "esc", "complgeo", "lieudit", "typeconst", "latitude", "longitude", "result_label",
)  # fmt: skip
_FLOORS = {"RC": 0, "RDC": 0, "SS": -1, "NN": None}


@dataclass(frozen=True, slots=True)
class Street:
    """A street as it is shown, and as it is compared."""

    name: str
    key: str
    number: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dwelling is; `building` and `entrance` are stable codes made from the position."""

    building: str
    entrance: str
    street: str
    number: str
    postcode: str
    commune: str
    name: str
    lon: float | None = None
    lat: float | None = None


@lru_cache(maxsize=20_000)
def read_street(kind: str, name: str, number: str) -> Street:
    """Take a street apart.

    >>> read_street("", "23, BLD AMIRAL COURBET", "")
    Street(name='Boulevard Amiral Courbet', key='boulevard amiral courbet', number='23')
    """
    text = " ".join(name.upper().replace(",", " , ").split()).replace(" , ", " ")
    if not number and (inside := _NUMBER_INSIDE.fullmatch(text)):
        number, text = inside[1], inside[2]
    first, _, rest = text.partition(" ")
    known = STREET_KINDS.get(first, first if first in _FULL_KINDS else "")
    if known and rest:
        text = f"{known} {rest}"
    elif kind:
        text = f"{STREET_KINDS.get(kind.upper(), kind.upper())} {text}"
    return Street(_title(text), normalise(text), plain_code(number.upper()))


def _title(text: str) -> str:
    """Write capitals as a name: `RUE DE L'EGLISE` is `Rue de l'Eglise`."""
    words = re.split(r"([ '’-]+)", text.lower())
    shown = [w if w in _SMALL_WORDS else w.capitalize() for w in words]
    title = "".join(shown)
    return title[:1].upper() + title[1:]


@lru_cache(maxsize=20_000)
def plain_code(code: str | None) -> str:
    """Make codes of different years comparable: `01` is `1`, `True` (a damaged 1) is `1`.

    >>> plain_code("007"), plain_code("B01"), plain_code("False"), plain_code(None)
    ('7', 'B01', '0', '')
    """
    text = (code or "").strip().upper()
    if text in ("TRUE", "FALSE"):
        return "1" if text == "TRUE" else "0"
    return (text.lstrip("0") or "0") if text.isdigit() else text


def read_floor(text: str | None) -> int | None:
    """Read a floor: `RC` is the ground floor, `NN` is not known."""
    if not text:
        return None
    upper = text.upper()
    return _FLOORS[upper] if upper in _FLOORS else int(upper)


def rpls_reference(commune: str, key: tuple[object, ...]) -> str:
    """Make a short stable reference of a key: 15 digits of its hash, behind the commune.

    Digits alone, so that the search box takes it as one word.
    """
    text = "\x1f".join(map(str, key))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return f"RPLS-{commune}-{number % _REFERENCES:015d}"


def building_key(values: Mapping[str, Any], street: Street) -> tuple[str, ...]:
    """Say which building a row is in.

    A house is its address. A building code that names a building is enough; one that only counts
    holds within its street and block; without one, the address decides.
    """
    commune = values["depcom"]
    code, block = plain_code(values.get("immeu")), plain_code(values.get("bat"))
    if values["typeconst"] is Construction.HOUSE:
        return commune, "house", street.key, street.number, code
    if code and not (code.isdigit() and len(code) <= _SERIAL_DIGITS):
        return commune, "code", code
    if code:
        return commune, "street", street.key, code, block
    if street.key:
        return commune, "address", street.key, street.number
    return commune, "name", normalise(values.get("complgeo") or values.get("lieudit") or "")


def read_place(values: Mapping[str, Any]) -> Place:
    """Read address, building and entrance of a row; neighbours share one place."""
    return _read_place(tuple(map(values.get, _PLACE_COLUMNS)))


@lru_cache(maxsize=8_192)
def _read_place(cells: tuple[Any, ...]) -> Place:
    values = dict(zip(_PLACE_COLUMNS, cells, strict=True))
    street = read_street(values["typvoie"] or "", values["nomvoie"] or "", values["numvoie"] or "")
    key = building_key(values, street)
    suffix = {"TRUE": "T", "FALSE": "F"}.get(
        (values["indrep"] or "").upper(), plain_code(values["indrep"])
    )
    number = f"{street.number}{suffix if street.number else ''}"
    stairs = plain_code(values["esc"])
    lon, lat = _coordinates(values)
    name = values["lieudit"] or values["complgeo"] or ""
    if key[1] == "code" and not any(c.isdigit() for c in key[2]):
        name = name or _title(key[2])
    return Place(
        building=rpls_reference(key[0], key),
        entrance=f"{number}/{stairs}"[:30] if street.number or stairs else "-",
        street=street.name,
        number=number[:20],
        postcode=values["codepostal"] or "",
        commune=_title(values["libcom"] or ""),
        name=name[:160],
        lon=lon,
        lat=lat,
    )


def _coordinates(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Trust a geocoded point only when the address found lies under the row's post code."""
    lon, lat = values.get("longitude"), values.get("latitude")
    found = values.get("result_label") or ""
    if lon is None or lat is None or (values.get("codepostal") or "?") not in found:
        return None, None
    return float(lon), float(lat)


def lot_key(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the natural key of a dwelling, without the rank among dwellings that are alike."""
    street = read_street(
        values.get("typvoie") or "", values.get("nomvoie") or "", values.get("numvoie") or ""
    )
    home = plain_code(values.get("numappt"))
    key = (
        values["depcom"],
        street.key,
        street.number,
        *(plain_code(values.get(name)) for name in ("immeu", "bat", "esc", "etage")),
        home,
    )
    if home:
        return key
    return (*key, str(values["surfhab"]), str(values["nbpiece"]), plain_code(values.get("indrep")))

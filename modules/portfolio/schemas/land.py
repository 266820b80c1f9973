"""Parcels and points of the map."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema
from shapely import Point

from app.i18n import lazy as _l
from app.web.fields import BelgianDate, DecimalComma, Line, Money, Paragraphs
from app.web.forms import FormSchema
from modules.portfolio.commands import (
    ParcelFacts,
    ShapeGiven,
)
from modules.portfolio.enums import (
    Acquisition,
    LandUse,
    Region,
)
from modules.portfolio.schemas.common import LAND_AREA, area, choice, floats, line, year


class ParcelIn(FormSchema):
    """A land parcel."""

    region = choice(Region, _l("Region"), required=True)
    use = choice(LandUse, _l("Use"), required=True)
    reference = line(_l("Reference"), 30)
    capakey = line(_l("Cadastral number"), 17)
    valid_from = BelgianDate(metadata={"label": _l("Valid from")})
    valid_to = BelgianDate(metadata={"label": _l("Valid to")})
    area_id = fields.UUID(metadata={"label": _l("Work area")})
    commune = line(_l("Commune"), 80)
    commune_nis = Line(
        validate=validate.Regexp(r"^\d{5}$"), metadata={"label": _l("NIS code of the commune")}
    )
    area_m2 = area(_l("Area in the deeds"), LAND_AREA)
    cadastral_income_cents = Money(
        data_key="cadastral_income",
        validate=validate.Range(min=0),
        metadata={"label": _l("Cadastral income")},
    )
    farm_region = line(_l("Agricultural region"), 60)
    crop = line(_l("Crop"), 80)
    crop_year = year(_l("Crop of the year"))
    farm_ref = line(_l("Farm reference"), 40)
    acquisition = choice(Acquisition, _l("How it was acquired"))
    acquired_on = BelgianDate(metadata={"label": _l("Acquired on")})
    acquisition_charge = Paragraphs(
        validate=validate.Length(max=2000), metadata={"label": _l("Charge attached")}
    )
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ParcelFacts:
        return ParcelFacts(**floats(data, "area_m2"))


class PointIn(FormSchema):
    """Where a building stands, in degrees; both empty takes it off the map."""

    lat = DecimalComma(
        places=7, validate=validate.Range(min=49, max=52), metadata={"label": _l("Latitude")}
    )
    lon = DecimalComma(
        places=7, validate=validate.Range(min=2, max=7), metadata={"label": _l("Longitude")}
    )

    @validates_schema
    def _are_two(self, data: dict[str, Any], **_kw: Any) -> None:
        if len(data) == 1:
            lacking = "lon" if "lat" in data else "lat"
            raise ValidationError(str(_l("Give both, or neither.")), lacking)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ShapeGiven | None:
        return ShapeGiven(Point(float(data["lon"]), float(data["lat"]))) if data else None

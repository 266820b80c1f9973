"""What programs send and get about places."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.api.fields import RecordId, archived_instead
from modules.portfolio.commands import AddressFacts, BuildingFacts, LotFacts, ParcelFacts
from modules.portfolio.enums import (
    Accessibility,
    Acquisition,
    BuildingKind,
    Funding,
    Heating,
    HeatSource,
    Heritage,
    LandUse,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
    Region,
)


def one_of(kind: Any, **options: Any) -> fields.Enum[Any]:
    """Make a field of the stable keys of an enumeration."""
    return fields.Enum(kind, by_value=True, **options)


def text(length: int, **options: Any) -> fields.String:
    """Make a field of at most so many characters."""
    return fields.String(validate=validate.Length(max=length), **options)


def _year() -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=1000, max=2100), allow_none=True)


def _area(most: int = 1_000_000) -> fields.Float:
    return fields.Float(validate=validate.Range(min=0.1, max=most), allow_none=True)


class AddressSchema(Schema):
    """An address in both languages."""

    street_fr = text(120)
    street_nl = text(120)
    number = text(20)
    postcode = text(10)
    commune_fr = text(80)
    commune_nl = text(80)
    commune_nis = fields.String(validate=validate.Regexp(r"^\d{5}$"), allow_none=True)


class BuildingIn(Schema):
    """Everything a program may write about a building."""

    kind = one_of(BuildingKind, required=True)
    address = fields.Nested(
        AddressSchema,
        required=True,
        metadata={
            "description": "With a street and a number, unless the building has a name.",
            "refused_as": ("street_fr", "number"),
        },
    )
    code = text(30)
    name = text(160)
    site_id = fields.UUID(allow_none=True)
    area_id = fields.UUID(allow_none=True)
    built_year = _year()
    renovated_year = _year()
    area_m2 = _area()
    heating = one_of(Heating)
    heat_source = one_of(HeatSource)
    heritage = one_of(Heritage)
    heritage_ref = text(60, allow_none=True)
    heritage_url = text(
        300, allow_none=True, metadata={"description": "Page of the inventory; https only."}
    )
    cadastral_ref = text(17, allow_none=True)
    external_ref = text(60, allow_none=True)
    sector_code = text(12, allow_none=True)
    acquisition = one_of(Acquisition)
    acquired_on = fields.Date(allow_none=True)
    acquisition_charge = text(2000)
    note = text(4000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> BuildingFacts:
        address = AddressFacts(**data.pop("address"))
        return BuildingFacts(address=address, **data)


class BuildingOut(Schema):
    """A building."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = one_of(BuildingKind, required=True)
    address = fields.Nested(AddressSchema, required=True)
    site_id = fields.UUID(allow_none=True)
    area_id = fields.UUID(allow_none=True)
    built_year = fields.Integer(allow_none=True)
    renovated_year = fields.Integer(allow_none=True)
    area_m2 = fields.Float(allow_none=True)
    heating = one_of(Heating)
    heat_source = one_of(HeatSource)
    heritage = one_of(Heritage)
    heritage_ref = fields.String(allow_none=True)
    heritage_url = fields.String(allow_none=True)
    cadastral_ref = fields.String(allow_none=True)
    external_ref = fields.String(allow_none=True)
    sector_code = fields.String(allow_none=True)
    acquisition = one_of(Acquisition, required=True)
    acquired_on = fields.Date(allow_none=True)
    acquisition_charge = fields.String()
    note = fields.String()
    lot_count = fields.Integer()
    empty_lot_count = fields.Integer()
    energy_class = fields.String(allow_none=True)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class BuildingQuery(Schema):
    """Which buildings are wanted."""

    q = text(200, metadata={"description": "Words of the code, the name or the address."})
    kind = one_of(BuildingKind)
    acquisition = one_of(Acquisition)
    area_id = fields.UUID()
    energy_class = fields.String(validate=validate.OneOf("ABCDEFG"))
    is_archived = archived_instead()


class LotIn(Schema):
    """Everything a program may write about a lot."""

    building_id = fields.UUID(required=True)
    kind = one_of(LotKind, required=True)
    category = one_of(LotCategory, required=True)
    regime = one_of(Regime, required=True)
    reference = text(40)
    entrance_id = fields.UUID(allow_none=True)
    floor_level = fields.Integer(validate=validate.Range(min=-10, max=60), allow_none=True)
    box = text(20)
    door = text(20)
    funding = one_of(Funding)
    bedrooms = fields.Integer(validate=validate.Range(min=0, max=30), allow_none=True)
    rooms = fields.Integer(validate=validate.Range(min=0, max=99), allow_none=True)
    area_m2 = _area()
    accessibility = one_of(Accessibility)
    heating = one_of(Heating)
    heat_source = one_of(HeatSource)
    built_year = _year()
    first_let_year = _year()
    cadastral_ref = text(17, allow_none=True)
    external_ref = text(60, allow_none=True)
    note = text(4000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> LotFacts:
        return LotFacts(**data)


class LotOut(LotIn):
    """A lot."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    status = one_of(LotStatus, required=True)
    status_since = fields.Date(allow_none=True)
    energy_class = fields.String(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class LotQuery(Schema):
    """Which lots are wanted."""

    q = text(200, metadata={"description": "Words of the reference or the address."})
    building_id = RecordId("building")
    kind = one_of(LotKind)
    category = one_of(LotCategory)
    regime = one_of(Regime)
    status = one_of(LotStatus)
    is_archived = archived_instead()


class LotStatusIn(Schema):
    """From a day on, another state."""

    status = one_of(LotStatus, required=True)
    starts_on = fields.Date(required=True)
    reason = text(300, load_default="")


class LotStatusOut(Schema):
    """A state of a lot; `ends_on` is the first day it did not hold any more."""

    status = one_of(LotStatus, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    reason = fields.String()


class ParcelIn(Schema):
    """Everything a program may write about a land parcel."""

    region = one_of(Region, required=True)
    use = one_of(LandUse, required=True)
    reference = text(30)
    capakey = text(17, allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    predecessor_id = fields.UUID(allow_none=True)
    area_id = fields.UUID(allow_none=True)
    commune = text(80)
    commune_nis = fields.String(validate=validate.Regexp(r"^\d{5}$"), allow_none=True)
    area_m2 = _area(100_000_000)
    cadastral_income_cents = fields.Integer(
        validate=validate.Range(min=0, max=1_000_000_000), allow_none=True
    )
    farm_region = text(60)
    crop = text(80)
    crop_year = _year()
    farm_ref = text(40, allow_none=True)
    acquisition = one_of(Acquisition)
    acquired_on = fields.Date(allow_none=True)
    acquisition_charge = text(2000)
    note = text(4000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ParcelFacts:
        return ParcelFacts(**data)


class ParcelOut(ParcelIn):
    """A land parcel."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    archived_at = fields.AwareDateTime(allow_none=True)
    drawn_area_m2 = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)


class ParcelQuery(Schema):
    """Which parcels are wanted."""

    q = text(200)
    acquisition = one_of(Acquisition)
    region = one_of(Region)
    use = one_of(LandUse)
    is_archived = archived_instead()


class EstateQuery(Schema):
    """On which day."""

    on = fields.Date(metadata={"description": "A day; today when left out."})


class EstateLineOut(Schema):
    """How many lots of a kind and category were in a state."""

    kind = one_of(LotKind, required=True)
    category = one_of(LotCategory, required=True)
    status = one_of(LotStatus, required=True)
    count = fields.Integer(required=True)


class EstateOut(Schema):
    """The state of the estate on a day."""

    on = fields.Date(required=True)
    total = fields.Integer(required=True)
    lines = fields.List(fields.Nested(EstateLineOut), required=True)

"""What programs send and get about places."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.i18n import gettext as _
from modules.portfolio.commands import (
    AccessFacts,
    AddressFacts,
    BuildingFacts,
    LotFacts,
    ParcelFacts,
)
from modules.portfolio.enums import (
    Accessibility,
    AccessKind,
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


def _enum(kind: Any, **options: Any) -> fields.Enum[Any]:
    return fields.Enum(kind, by_value=True, **options)


def _text(length: int, **options: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=length), **options)


def _year() -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=1000, max=2100), allow_none=True)


def _area(most: int = 1_000_000) -> fields.Float:
    return fields.Float(validate=validate.Range(min=0.1, max=most), allow_none=True)


class AddressSchema(Schema):
    """An address in both languages."""

    street_fr = _text(120)
    street_nl = _text(120)
    number = _text(20)
    postcode = _text(10)
    commune_fr = _text(80)
    commune_nl = _text(80)
    commune_nis = fields.String(validate=validate.Regexp(r"^\d{5}$"), allow_none=True)


class BuildingIn(Schema):
    """Everything a program may write about a building."""

    kind = _enum(BuildingKind, required=True)
    address = fields.Nested(AddressSchema, required=True)
    code = _text(30)
    name = _text(160)
    site_id = fields.UUID(allow_none=True)
    area_id = fields.UUID(allow_none=True)
    built_year = _year()
    renovated_year = _year()
    area_m2 = _area()
    heating = _enum(Heating)
    heat_source = _enum(HeatSource)
    heritage = _enum(Heritage)
    cadastral_ref = _text(17, allow_none=True)
    external_ref = _text(60, allow_none=True)
    sector_code = _text(12, allow_none=True)
    note = _text(4000)

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
    kind = _enum(BuildingKind, required=True)
    address = fields.Nested(AddressSchema, required=True)
    site_id = fields.UUID(allow_none=True)
    area_id = fields.UUID(allow_none=True)
    built_year = fields.Integer(allow_none=True)
    renovated_year = fields.Integer(allow_none=True)
    area_m2 = fields.Float(allow_none=True)
    heating = _enum(Heating)
    heat_source = _enum(HeatSource)
    heritage = _enum(Heritage)
    cadastral_ref = fields.String(allow_none=True)
    external_ref = fields.String(allow_none=True)
    sector_code = fields.String(allow_none=True)
    note = fields.String()
    lot_count = fields.Integer()
    empty_lot_count = fields.Integer()
    energy_class = fields.String(allow_none=True)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class BuildingQuery(Schema):
    """Which buildings are wanted."""

    q = _text(200, metadata={"description": "Words of the code, the name or the address."})
    kind = _enum(BuildingKind)
    area_id = fields.UUID()
    energy_class = fields.String(validate=validate.OneOf("ABCDEFG"))


class LotIn(Schema):
    """Everything a program may write about a lot."""

    building_id = fields.UUID(required=True)
    kind = _enum(LotKind, required=True)
    category = _enum(LotCategory, required=True)
    regime = _enum(Regime, required=True)
    reference = _text(40)
    entrance_id = fields.UUID(allow_none=True)
    floor_level = fields.Integer(validate=validate.Range(min=-10, max=60), allow_none=True)
    box = _text(20)
    door = _text(20)
    funding = _enum(Funding)
    bedrooms = fields.Integer(validate=validate.Range(min=0, max=30), allow_none=True)
    rooms = fields.Integer(validate=validate.Range(min=0, max=99), allow_none=True)
    area_m2 = _area()
    accessibility = _enum(Accessibility)
    heating = _enum(Heating)
    heat_source = _enum(HeatSource)
    built_year = _year()
    first_let_year = _year()
    cadastral_ref = _text(17, allow_none=True)
    external_ref = _text(60, allow_none=True)
    note = _text(4000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> LotFacts:
        return LotFacts(**data)


class LotOut(LotIn):
    """A lot."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    status = _enum(LotStatus, required=True)
    status_since = fields.Date(allow_none=True)
    energy_class = fields.String(allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class LotQuery(Schema):
    """Which lots are wanted."""

    q = _text(200, metadata={"description": "Words of the reference or the address."})
    building_id = fields.UUID()
    kind = _enum(LotKind)
    category = _enum(LotCategory)
    regime = _enum(Regime)
    status = _enum(LotStatus)


class LotStatusIn(Schema):
    """From a day on, another state."""

    status = _enum(LotStatus, required=True)
    starts_on = fields.Date(required=True)
    reason = _text(300, load_default="")


class LotStatusOut(Schema):
    """A state of a lot; `ends_on` is the first day it did not hold any more."""

    status = _enum(LotStatus, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    reason = fields.String()


class ParcelIn(Schema):
    """Everything a program may write about a land parcel."""

    region = _enum(Region, required=True)
    use = _enum(LandUse, required=True)
    reference = _text(30)
    capakey = _text(17, allow_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    predecessor_id = fields.UUID(allow_none=True)
    area_id = fields.UUID(allow_none=True)
    commune = _text(80)
    commune_nis = fields.String(validate=validate.Regexp(r"^\d{5}$"), allow_none=True)
    area_m2 = _area(100_000_000)
    cadastral_income_cents = fields.Integer(
        validate=validate.Range(min=0, max=1_000_000_000), allow_none=True
    )
    farm_region = _text(60)
    crop = _text(80)
    crop_year = _year()
    farm_ref = _text(40, allow_none=True)
    note = _text(4000)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ParcelFacts:
        return ParcelFacts(**data)


class ParcelOut(ParcelIn):
    """A land parcel."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    drawn_area_m2 = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)
    lat = fields.Float(allow_none=True)


class ParcelQuery(Schema):
    """Which parcels are wanted."""

    q = _text(200)
    region = _enum(Region)
    use = _enum(LandUse)


class EstateQuery(Schema):
    """On which day."""

    on = fields.Date(metadata={"description": "A day; today when left out."})


class EstateLineOut(Schema):
    """How many lots of a kind and category were in a state."""

    kind = _enum(LotKind, required=True)
    category = _enum(LotCategory, required=True)
    status = _enum(LotStatus, required=True)
    count = fields.Integer(required=True)


class EstateOut(Schema):
    """The state of the estate on a day."""

    on = fields.Date(required=True)
    total = fields.Integer(required=True)
    lines = fields.List(fields.Nested(EstateLineOut), required=True)


class AccessQuery(Schema):
    """The place one wants to get into."""

    building_id = fields.UUID()
    lot_id = fields.UUID()

    @validates_schema
    def _one(self, data: dict[str, Any], **_kw: Any) -> None:
        if len(data) != 1:
            raise ValidationError(_("Give one of building_id and lot_id."), "building_id")


class AccessIn(Schema):
    """A code or a key: of one entrance, of one lot, or of the whole building."""

    building_id = fields.UUID(required=True)
    kind = _enum(AccessKind, required=True)
    code = fields.String(
        required=True, validate=validate.Length(min=1, max=120), metadata={"x-secret": True}
    )
    entrance_id = fields.UUID(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    location = _text(160)
    note = _text(300, metadata={"x-secret": True})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> AccessFacts:
        return AccessFacts(**data)


class AccessOut(Schema):
    """What opens a place, without the code and its note."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    building_id = fields.UUID(required=True)
    entrance_id = fields.UUID(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    kind = _enum(AccessKind, required=True)
    location = fields.String()
    archived_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime()


class RevealedOut(AccessOut):
    """A code with what it says."""

    code = fields.String(required=True)
    note = fields.String()

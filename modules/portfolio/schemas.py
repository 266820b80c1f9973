"""Forms of this module: what people type becomes a command."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema
from shapely import Point

from app.db import TranslatedText
from app.i18n import lazy as _l
from app.web.fields import BelgianDate, DecimalComma, Line, Money, Paragraphs, Ticked
from app.web.forms import FormSchema, VersionField
from modules.portfolio.commands import (
    AccessFacts,
    AddressFacts,
    BuildingFacts,
    ChangeLotStatus,
    EntranceFacts,
    FloorFacts,
    GiveWarning,
    GroupingFacts,
    InstallationFacts,
    LotFacts,
    ParcelFacts,
    RecordCertificate,
    RoomFacts,
    ShapeGiven,
    StackLots,
)
from modules.portfolio.enums import (
    Accessibility,
    AccessKind,
    BuildingKind,
    CertificateScheme,
    Funding,
    Heating,
    HeatSource,
    Heritage,
    InstallationKind,
    LandUse,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
    Region,
    RoomUse,
    WarningKind,
)

_YEAR = validate.Range(min=1000, max=2100)
_AREA = validate.Range(min=0.1, max=1_000_000)
_LAND_AREA = validate.Range(min=0.1, max=100_000_000)


def _line(label: Any, length: int, **options: Any) -> Line:
    """Make a field of one line of at most so many characters."""
    return Line(validate=validate.Length(max=length), metadata={"label": label}, **options)


def _choice(enum: Any, label: Any, **options: Any) -> fields.Enum[Any]:
    """Make a field with the members of an enumeration."""
    return fields.Enum(enum, by_value=True, metadata={"label": label}, **options)


def _year(label: Any) -> fields.Integer:
    return fields.Integer(validate=_YEAR, metadata={"label": label})


def _area(label: Any, rule: validate.Range = _AREA, **options: Any) -> DecimalComma:
    return DecimalComma(validate=rule, metadata={"label": label}, **options)


def _floats(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """Turn what was typed with a comma into the numbers the models hold."""
    return data | {name: float(data[name]) for name in names if data.get(name) is not None}


class BuildingIn(FormSchema):
    """A building with its address."""

    kind = _choice(BuildingKind, _l("Kind"), required=True)
    code = _line(_l("Code"), 30)
    name = _line(_l("Name"), 160)
    street_fr = _line(_l("Street in French"), 120, attribute="address.street_fr")
    street_nl = _line(_l("Street in Dutch"), 120, attribute="address.street_nl")
    number = _line(_l("Number"), 20, attribute="address.number")
    postcode = _line(_l("Postcode"), 10, attribute="address.postcode")
    commune_fr = _line(_l("Commune in French"), 80, attribute="address.commune_fr")
    commune_nl = _line(_l("Commune in Dutch"), 80, attribute="address.commune_nl")
    commune_nis = Line(
        validate=validate.Regexp(r"^\d{5}$"),
        attribute="address.commune_nis",
        metadata={"label": _l("NIS code of the commune")},
    )
    area_id = fields.UUID(metadata={"label": _l("Work area")})
    site_id = fields.UUID(metadata={"label": _l("Site")})
    built_year = _year(_l("Built"))
    renovated_year = _year(_l("Renovated"))
    area_m2 = _area(_l("Floor area"))
    heating = _choice(Heating, _l("Heating"))
    heat_source = _choice(HeatSource, _l("Energy"))
    heritage = _choice(Heritage, _l("Heritage"))
    cadastral_ref = _line(_l("Cadastral number"), 17)
    external_ref = _line(_l("Reference elsewhere"), 60)
    sector_code = _line(_l("Statistical sector"), 12)
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> BuildingFacts:
        address = AddressFacts(**data.pop("address", {}))
        return BuildingFacts(address=address, **_floats(data, "area_m2"))


class LotIn(FormSchema):
    """A lot."""

    building_id = fields.UUID(required=True, metadata={"label": _l("Building")})
    kind = _choice(LotKind, _l("Kind"), required=True)
    category = _choice(LotCategory, _l("Category"), required=True)
    regime = _choice(Regime, _l("Regime"), required=True)
    reference = _line(_l("Reference"), 40)
    entrance_id = fields.UUID(metadata={"label": _l("Entrance")})
    floor_level = fields.Integer(
        validate=validate.Range(min=-10, max=60), metadata={"label": _l("Floor")}
    )
    box = _line(_l("Box"), 20)
    door = _line(_l("Door"), 20)
    funding = _choice(Funding, _l("Funding"))
    bedrooms = fields.Integer(
        validate=validate.Range(min=0, max=30), metadata={"label": _l("Bedrooms")}
    )
    rooms = fields.Integer(validate=validate.Range(min=0, max=99), metadata={"label": _l("Rooms")})
    area_m2 = _area(_l("Surface area"))
    accessibility = _choice(Accessibility, _l("Accessibility"))
    heating = _choice(Heating, _l("Heating"))
    heat_source = _choice(HeatSource, _l("Energy"))
    built_year = _year(_l("Built"))
    first_let_year = _year(_l("First let"))
    cadastral_ref = _line(_l("Cadastral number"), 17)
    external_ref = _line(_l("Reference elsewhere"), 60)
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> LotFacts:
        return LotFacts(**_floats(data, "area_m2"))


class ParcelIn(FormSchema):
    """A land parcel."""

    region = _choice(Region, _l("Region"), required=True)
    use = _choice(LandUse, _l("Use"), required=True)
    reference = _line(_l("Reference"), 30)
    capakey = _line(_l("Cadastral number"), 17)
    valid_from = BelgianDate(metadata={"label": _l("Valid from")})
    valid_to = BelgianDate(metadata={"label": _l("Valid to")})
    area_id = fields.UUID(metadata={"label": _l("Work area")})
    commune = _line(_l("Commune"), 80)
    commune_nis = Line(
        validate=validate.Regexp(r"^\d{5}$"), metadata={"label": _l("NIS code of the commune")}
    )
    area_m2 = _area(_l("Area in the deeds"), _LAND_AREA)
    cadastral_income_cents = Money(
        data_key="cadastral_income", metadata={"label": _l("Cadastral income")}
    )
    farm_region = _line(_l("Agricultural region"), 60)
    crop = _line(_l("Crop"), 80)
    crop_year = _year(_l("Crop of the year"))
    farm_ref = _line(_l("Farm reference"), 40)
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ParcelFacts:
        return ParcelFacts(**_floats(data, "area_m2"))


class VersionIn(FormSchema):
    """The version a person saw."""

    version = VersionField()


class LotStatusIn(FormSchema):
    """From a day on, another state."""

    command = ChangeLotStatus
    lot_id = fields.UUID(required=True)
    status = _choice(LotStatus, _l("New state"), required=True)
    starts_on = BelgianDate(required=True, metadata={"label": _l("From")})
    reason = _line(_l("Reason"), 300)


class CertificateIn(FormSchema):
    """An energy certificate."""

    command = RecordCertificate
    lot_id = fields.UUID()
    building_id = fields.UUID()
    scheme = _choice(CertificateScheme, _l("Certificate"), required=True)
    region = _choice(Region, _l("Region"), required=True)
    number = _line(_l("Number"), 40)
    issued_on = BelgianDate(required=True, metadata={"label": _l("Issued on")})
    expires_on = BelgianDate(metadata={"label": _l("Valid until")})
    kwh_m2_year = fields.Integer(
        validate=validate.Range(min=0, max=5000), metadata={"label": _l("Consumption")}
    )
    energy_class = _line(_l("Class"), 3)


class WarningIn(FormSchema):
    """A warning about a place."""

    command = GiveWarning
    lot_id = fields.UUID()
    building_id = fields.UUID()
    kind = _choice(WarningKind, _l("Kind"), required=True)
    reason = _line(_l("Reason"), 500, required=True)
    starts_on = BelgianDate(required=True, metadata={"label": _l("From")})
    ends_on = BelgianDate(metadata={"label": _l("Until")})


class InstallationIn(FormSchema):
    """An installation and whom it serves."""

    building_id = fields.UUID(required=True)
    kind = _choice(InstallationKind, _l("Kind"), required=True)
    code = _line(_l("Code"), 30)
    name = _line(_l("Name"), 120)
    location = _line(_l("Where it stands"), 160)
    commissioned_on = BelgianDate(metadata={"label": _l("In service since")})
    is_in_service = Ticked(metadata={"label": _l("In service")})
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})
    entrance_ids = fields.List(fields.UUID(), metadata={"label": _l("Entrances served")})
    lot_ids = fields.List(fields.UUID(), metadata={"label": _l("Lots served")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> InstallationFacts:
        for name in ("entrance_ids", "lot_ids"):
            data[name] = tuple(data.get(name, ()))
        return InstallationFacts(**data)


class Named(FormSchema):
    """A record with a name in each language."""

    name_fr = _line(_l("Name in French"), 120, attribute="name.fr")
    name_nl = _line(_l("Name in Dutch"), 120, attribute="name.nl")
    name_en = _line(_l("Name in English"), 120, attribute="name.en")

    @staticmethod
    def name_of(data: dict[str, Any]) -> TranslatedText | None:
        """Take the name out of what was read; None when no language has one."""
        names = data.pop("name", {})
        return TranslatedText({key: text for key, text in names.items() if text}) or None


class GroupingIn(Named):
    """A site, a work area or a department."""

    code = _line(_l("Code"), 20, required=True)
    area_id = fields.UUID(metadata={"label": _l("Work area")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> GroupingFacts:
        return GroupingFacts(name=self.name_of(data) or TranslatedText(), **data)


class EntranceIn(FormSchema):
    """A street door, with an address when it is not that of the building."""

    building_id = fields.UUID(required=True)
    code = _line(_l("Code"), 30, required=True)
    position = fields.Integer(
        validate=validate.Range(min=0, max=999), metadata={"label": _l("Order in lists")}
    )
    street_fr = _line(_l("Street in French"), 120, attribute="address.street_fr")
    street_nl = _line(_l("Street in Dutch"), 120, attribute="address.street_nl")
    number = _line(_l("Number"), 20, attribute="address.number")
    postcode = _line(_l("Postcode"), 10, attribute="address.postcode")
    commune_fr = _line(_l("Commune in French"), 80, attribute="address.commune_fr")
    commune_nl = _line(_l("Commune in Dutch"), 80, attribute="address.commune_nl")

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> EntranceFacts:
        written = {key: text for key, text in data.pop("address", {}).items() if text}
        return EntranceFacts(address=AddressFacts(**written) if written else None, **data)


class FloorIn(Named):
    """A level of a building."""

    building_id = fields.UUID(required=True)
    level = fields.Integer(
        required=True, validate=validate.Range(min=-10, max=60), metadata={"label": _l("Level")}
    )
    area_m2 = _area(_l("Surface area"))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> FloorFacts:
        return FloorFacts(name=self.name_of(data), **_floats(data, "area_m2"))


class RoomIn(Named):
    """A room and who occupies it."""

    building_id = fields.UUID(required=True)
    code = _line(_l("Room"), 30, required=True)
    use = _choice(RoomUse, _l("Use"), required=True)
    floor_level = fields.Integer(
        validate=validate.Range(min=-10, max=60), metadata={"label": _l("Floor")}
    )
    lot_id = fields.UUID(metadata={"label": _l("Lot")})
    department_id = fields.UUID(metadata={"label": _l("Department")})
    area_m2 = _area(_l("Surface area"))
    capacity = fields.Integer(
        validate=validate.Range(min=0, max=10_000), metadata={"label": _l("Places")}
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> RoomFacts:
        return RoomFacts(name=self.name_of(data), **_floats(data, "area_m2"))


class AccessIn(FormSchema):
    """A code or a key and what it opens."""

    command = AccessFacts
    building_id = fields.UUID(required=True)
    entrance_id = fields.UUID(metadata={"label": _l("Entrance")})
    lot_id = fields.UUID(metadata={"label": _l("Lot")})
    kind = _choice(AccessKind, _l("Kind"), required=True)
    location = _line(_l("Where exactly"), 160)
    code = _line(_l("Code or place of the key"), 120, required=True)
    note = _line(_l("Note"), 300)


class StackIn(FormSchema):
    """The lots directly above and below a lot."""

    lot_id = fields.UUID(required=True)
    above = fields.List(fields.UUID(), metadata={"label": _l("Above")})
    below = fields.List(fields.UUID(), metadata={"label": _l("Below")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> StackLots:
        lists = {name: tuple(data.get(name, ())) for name in ("above", "below")}
        return StackLots(data["lot_id"], **lists)


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

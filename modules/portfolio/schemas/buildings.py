"""Buildings, what is inside them, and what they are filed under."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.db import TranslatedText
from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Line, Paragraphs
from app.web.forms import FormSchema
from modules.portfolio.commands import (
    AddressFacts,
    BuildingFacts,
    EntranceFacts,
    FloorFacts,
    GroupingFacts,
    RoomFacts,
)
from modules.portfolio.enums import (
    Acquisition,
    BuildingKind,
    Heating,
    HeatSource,
    Heritage,
    RoomUse,
)
from modules.portfolio.schemas.common import Named, area, choice, floats, line, year


class BuildingIn(FormSchema):
    """A building with its address."""

    kind = choice(BuildingKind, _l("Kind"), required=True)
    code = line(_l("Code"), 30)
    name = line(_l("Name"), 160)
    street_fr = line(_l("Street in French"), 120, attribute="address.street_fr")
    street_nl = line(_l("Street in Dutch"), 120, attribute="address.street_nl")
    number = line(_l("Number"), 20, attribute="address.number")
    postcode = line(_l("Postcode"), 10, attribute="address.postcode")
    commune_fr = line(_l("Commune in French"), 80, attribute="address.commune_fr")
    commune_nl = line(_l("Commune in Dutch"), 80, attribute="address.commune_nl")
    commune_nis = Line(
        validate=validate.Regexp(r"^\d{5}$"),
        attribute="address.commune_nis",
        metadata={"label": _l("NIS code of the commune")},
    )
    area_id = fields.UUID(metadata={"label": _l("Work area")})
    site_id = fields.UUID(metadata={"label": _l("Site")})
    built_year = year(_l("Built"))
    renovated_year = year(_l("Renovated"))
    area_m2 = area(_l("Floor area"))
    heating = choice(Heating, _l("Heating"))
    heat_source = choice(HeatSource, _l("Energy"))
    heritage = choice(Heritage, _l("Heritage"))
    heritage_ref = line(_l("Number in the heritage inventory"), 60)
    heritage_url = line(_l("Page of the heritage inventory"), 300)
    cadastral_ref = line(_l("Cadastral number"), 17)
    external_ref = line(_l("Reference elsewhere"), 60)
    sector_code = line(_l("Statistical sector"), 12)
    acquisition = choice(Acquisition, _l("How it was acquired"))
    acquired_on = BelgianDate(metadata={"label": _l("Acquired on")})
    acquisition_charge = Paragraphs(
        validate=validate.Length(max=2000), metadata={"label": _l("Charge attached")}
    )
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> BuildingFacts:
        address = AddressFacts(**data.pop("address", {}))
        return BuildingFacts(address=address, **floats(data, "area_m2"))


class EntranceIn(FormSchema):
    """A street door, with an address when it is not that of the building."""

    building_id = fields.UUID(required=True)
    code = line(_l("Code"), 30, required=True)
    position = fields.Integer(
        validate=validate.Range(min=0, max=999), metadata={"label": _l("Order in lists")}
    )
    street_fr = line(_l("Street in French"), 120, attribute="address.street_fr")
    street_nl = line(_l("Street in Dutch"), 120, attribute="address.street_nl")
    number = line(_l("Number"), 20, attribute="address.number")
    postcode = line(_l("Postcode"), 10, attribute="address.postcode")
    commune_fr = line(_l("Commune in French"), 80, attribute="address.commune_fr")
    commune_nl = line(_l("Commune in Dutch"), 80, attribute="address.commune_nl")

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
    area_m2 = area(_l("Surface area"))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> FloorFacts:
        return FloorFacts(name=self.name_of(data), **floats(data, "area_m2"))


class RoomIn(Named):
    """A room and who occupies it."""

    building_id = fields.UUID(required=True)
    code = line(_l("Room"), 30, required=True)
    use = choice(RoomUse, _l("Use"), required=True)
    floor_level = fields.Integer(
        validate=validate.Range(min=-10, max=60), metadata={"label": _l("Floor")}
    )
    lot_id = fields.UUID(metadata={"label": _l("Lot")})
    department_id = fields.UUID(metadata={"label": _l("Department")})
    area_m2 = area(_l("Surface area"))
    capacity = fields.Integer(
        validate=validate.Range(min=0, max=10_000), metadata={"label": _l("Places")}
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> RoomFacts:
        return RoomFacts(name=self.name_of(data), **floats(data, "area_m2"))


class GroupingIn(Named):
    """A site, a work area or a department."""

    code = line(_l("Code"), 20, required=True)
    area_id = fields.UUID(metadata={"label": _l("Work area")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> GroupingFacts:
        return GroupingFacts(name=self.name_of(data) or TranslatedText(), **data)

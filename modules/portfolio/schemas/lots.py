"""Lots, their states, and their places in a stack."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Paragraphs
from app.web.forms import FormSchema
from modules.portfolio.commands import (
    ChangeLotStatus,
    LotFacts,
    StackLots,
)
from modules.portfolio.enums import (
    Accessibility,
    Funding,
    Heating,
    HeatSource,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
)
from modules.portfolio.schemas.common import area, choice, floats, line, year


class LotIn(FormSchema):
    """A lot."""

    building_id = fields.UUID(required=True, metadata={"label": _l("Building")})
    kind = choice(LotKind, _l("Kind"), required=True)
    category = choice(LotCategory, _l("Category"), required=True)
    regime = choice(Regime, _l("Regime"), required=True)
    reference = line(_l("Reference"), 40)
    entrance_id = fields.UUID(metadata={"label": _l("Entrance")})
    floor_level = fields.Integer(
        validate=validate.Range(min=-10, max=60), metadata={"label": _l("Floor")}
    )
    box = line(_l("Box"), 20)
    door = line(_l("Door"), 20)
    funding = choice(Funding, _l("Funding"))
    bedrooms = fields.Integer(
        validate=validate.Range(min=0, max=30), metadata={"label": _l("Bedrooms")}
    )
    rooms = fields.Integer(validate=validate.Range(min=0, max=99), metadata={"label": _l("Rooms")})
    area_m2 = area(_l("Surface area"))
    accessibility = choice(Accessibility, _l("Accessibility"))
    heating = choice(Heating, _l("Heating"))
    heat_source = choice(HeatSource, _l("Energy"))
    built_year = year(_l("Built"))
    first_let_year = year(_l("First let"))
    cadastral_ref = line(_l("Cadastral number"), 17)
    external_ref = line(_l("Reference elsewhere"), 60)
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> LotFacts:
        return LotFacts(**floats(data, "area_m2"))


class LotStatusIn(FormSchema):
    """From a day on, another state."""

    command = ChangeLotStatus
    lot_id = fields.UUID(required=True)
    status = choice(LotStatus, _l("New state"), required=True)
    starts_on = BelgianDate(required=True, metadata={"label": _l("From")})
    reason = line(_l("Reason"), 300)


class StackIn(FormSchema):
    """The lots directly above and below a lot."""

    lot_id = fields.UUID(required=True)
    above = fields.List(fields.UUID(), metadata={"label": _l("Above")})
    below = fields.List(fields.UUID(), metadata={"label": _l("Below")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> StackLots:
        above, below = (tuple(data.get(name, ())) for name in ("above", "below"))
        return StackLots(data["lot_id"], above, below)

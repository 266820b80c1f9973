"""What programs send and get about what lies in buildings, and what they are filed under."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.api.fields import Languages, RecordId, archived_instead
from app.web.fields import Line
from modules.portfolio.commands import (
    AddressFacts,
    EntranceFacts,
    FloorFacts,
    GroupingFacts,
    RoomFacts,
)
from modules.portfolio.enums import RoomUse
from modules.portfolio.schemas_api import AddressSchema, one_of


def _code(length: int) -> Line:
    return Line(required=True, validate=validate.Length(min=1, max=length))


def _name() -> Languages:
    return Languages(values=Line(validate=validate.Length(max=120)), allow_none=True)


def _level(**options: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=-10, max=60), **options)


def _surface() -> fields.Float:
    return fields.Float(validate=validate.Range(min=0.1, max=1_000_000), allow_none=True)


def _named(data: dict[str, Any]) -> dict[str, Any]:
    """Say that there is no name when no language has one."""
    return data | {"name": data.get("name") or None}


class BuildingPartQuery(Schema):
    """In which building."""

    building_id = RecordId("building")


class EntranceQuery(BuildingPartQuery):
    """Which entrances are wanted."""

    is_archived = archived_instead()


class GroupingQuery(Schema):
    """Which sites, work areas or departments are wanted."""

    is_archived = archived_instead()


class RoomQuery(BuildingPartQuery):
    """Which rooms are wanted."""

    is_archived = archived_instead()

    department_id = fields.UUID()
    use = one_of(RoomUse)


class EntranceIn(Schema):
    """A street door; without an address it has that of its building."""

    building_id = fields.UUID(required=True)
    code = _code(30)
    position = fields.Integer(validate=validate.Range(min=0, max=999))
    address = fields.Nested(AddressSchema, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> EntranceFacts:
        address = data.pop("address", None)
        return EntranceFacts(address=AddressFacts(**address) if address else None, **data)


class EntranceOut(Schema):
    """A street door of a building."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    building_id = fields.UUID(required=True)
    code = fields.String(required=True)
    position = fields.Integer()
    address = fields.Nested(AddressSchema, allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)


class FloorIn(Schema):
    """A level of a building: 0 is the ground floor, -1 the first basement."""

    building_id = fields.UUID(required=True)
    level = _level(required=True)
    name = _name()
    area_m2 = _surface()

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> FloorFacts:
        return FloorFacts(**_named(data))


class FloorOut(Schema):
    """A level of a building."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    building_id = fields.UUID(required=True)
    level = fields.Integer(required=True)
    name = Languages(allow_none=True)
    area_m2 = fields.Float(allow_none=True)


class RoomIn(Schema):
    """A room, the floor and the lot it is in, and the department that occupies it."""

    building_id = fields.UUID(required=True)
    code = _code(30)
    use = one_of(RoomUse, required=True)
    name = _name()
    floor_level = _level(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    department_id = fields.UUID(allow_none=True)
    area_m2 = _surface()
    capacity = fields.Integer(validate=validate.Range(min=0, max=10_000), allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> RoomFacts:
        return RoomFacts(**_named(data))


class RoomOut(Schema):
    """A room of a public building."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    building_id = fields.UUID(required=True)
    code = fields.String(required=True)
    use = one_of(RoomUse, required=True)
    name = Languages(allow_none=True)
    floor_id = fields.UUID(allow_none=True)
    floor_level = fields.Integer(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    department_id = fields.UUID(allow_none=True)
    area_m2 = fields.Float(allow_none=True)
    capacity = fields.Integer(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)


class GroupingIn(Schema):
    """A site, a work area or a department; only a site lies in a work area."""

    code = _code(20)
    name = Languages(values=Line(validate=validate.Length(max=120)), required=True)
    area_id = fields.UUID(allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> GroupingFacts:
        return GroupingFacts(**data)


class GroupingOut(Schema):
    """What places of the whole office are filed under."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    name = Languages(required=True)
    area_id = fields.UUID(allow_none=True)
    archived_at = fields.AwareDateTime(allow_none=True)

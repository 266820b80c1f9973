"""What programs send and get about certificates, installations and codes of places."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema
from shapely import Point

from app.api.fields import RecordId, archived_instead
from app.i18n import gettext as _
from app.web.fields import Paragraphs
from modules.portfolio.commands import (
    AccessFacts,
    GiveWarning,
    InstallationFacts,
    RecordCertificate,
    ShapeGiven,
)
from modules.portfolio.enums import (
    AccessKind,
    CertificateScheme,
    InstallationKind,
    Region,
    WarningKind,
)
from modules.portfolio.schemas_api import one_of, text

# Ten years are added to a day of issue: there must be such a day.
_CERTIFIED = validate.Range(min=date(1990, 1, 1), max=date(2200, 12, 31))


class PlaceQuery(Schema):
    """A building or a lot."""

    building_id = fields.UUID()
    lot_id = fields.UUID()

    @validates_schema
    def _one(self, data: dict[str, Any], **_kw: Any) -> None:
        if len(data) != 1:
            raise ValidationError(_("Give one of building_id and lot_id."), "building_id")


class AccessIn(Schema):
    """A code or a key: of one entrance, of one lot, or of the whole building."""

    building_id = fields.UUID(required=True)
    kind = one_of(AccessKind, required=True)
    code = fields.String(
        required=True, validate=validate.Length(min=1, max=120), metadata={"x-secret": True}
    )
    entrance_id = fields.UUID(allow_none=True)
    lot_id = fields.UUID(allow_none=True)
    location = text(160)
    note = text(300, metadata={"x-secret": True})

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
    kind = one_of(AccessKind, required=True)
    location = fields.String()
    archived_at = fields.AwareDateTime(allow_none=True)
    updated_at = fields.AwareDateTime()


class RevealedOut(AccessOut):
    """A code with what it says."""

    code = fields.String(required=True)
    note = fields.String()


class CertificateIn(Schema):
    """An energy certificate of a lot or of a building; an empty class follows from the figure."""

    lot_id = fields.UUID(allow_none=True)
    building_id = fields.UUID(allow_none=True)
    scheme = one_of(CertificateScheme, required=True)
    region = one_of(Region, required=True)
    number = text(40)
    issued_on = fields.Date(required=True, validate=_CERTIFIED)
    expires_on = fields.Date(allow_none=True, validate=_CERTIFIED)
    kwh_m2_year = fields.Integer(validate=validate.Range(min=0, max=5000), allow_none=True)
    energy_class = text(3)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> RecordCertificate:
        return RecordCertificate(**data)


class CertificateOut(Schema):
    """An energy certificate."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    lot_id = fields.UUID(allow_none=True)
    building_id = fields.UUID(allow_none=True)
    scheme = one_of(CertificateScheme, required=True)
    region = one_of(Region, required=True)
    number = fields.String()
    issued_on = fields.Date(required=True)
    expires_on = fields.Date(required=True)
    kwh_m2_year = fields.Integer(allow_none=True)
    energy_class = fields.String()
    archived_at = fields.AwareDateTime(allow_none=True)


class InstallationQuery(Schema):
    """Which installations are wanted."""

    building_id = RecordId("building")
    kind = one_of(InstallationKind)
    is_archived = archived_instead()


class InstallationIn(Schema):
    """Everything a program may write about an installation, and whom it serves."""

    building_id = fields.UUID(required=True)
    kind = one_of(InstallationKind, required=True)
    code = text(30)
    name = text(120)
    location = text(160)
    commissioned_on = fields.Date(allow_none=True)
    is_in_service = fields.Boolean()
    note = text(4000)
    entrance_ids = fields.List(fields.UUID(), validate=validate.Length(max=200))
    lot_ids = fields.List(fields.UUID(), validate=validate.Length(max=2000))
    building_ids = fields.List(
        fields.UUID(),
        validate=validate.Length(max=200),
        metadata={"description": "Other buildings it serves whole, also those archived since."},
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> InstallationFacts:
        for name in ("entrance_ids", "lot_ids", "building_ids"):
            data[name] = tuple(data.get(name, ()))
        return InstallationFacts(**data, names_archived=True)


class InstallationOut(Schema):
    """A lift, a boiler house, a riser."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    building_id = fields.UUID(required=True)
    kind = one_of(InstallationKind, required=True)
    code = fields.String(required=True)
    name = fields.String()
    location = fields.String()
    commissioned_on = fields.Date(allow_none=True)
    is_in_service = fields.Boolean()
    note = fields.String()
    archived_at = fields.AwareDateTime(allow_none=True)


class ServedOut(Schema):
    """The lots an installation serves, and the links as written, which a change replaces."""

    lot_ids = fields.List(fields.UUID(), required=True)
    written_entrance_ids = fields.List(fields.UUID(), required=True)
    written_lot_ids = fields.List(fields.UUID(), required=True)
    written_building_ids = fields.List(
        fields.UUID(), required=True, metadata={"description": "Buildings beside its own."}
    )


class WarningIn(Schema):
    """A warning about a lot or a building, in force from a day on."""

    lot_id = fields.UUID(allow_none=True)
    building_id = fields.UUID(allow_none=True)
    kind = one_of(WarningKind, required=True)
    reason = Paragraphs(required=True, validate=validate.Length(min=1, max=500))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> GiveWarning:
        return GiveWarning(**data)


class WarningOut(Schema):
    """A warning, and who gave it."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    lot_id = fields.UUID(allow_none=True)
    building_id = fields.UUID(allow_none=True)
    kind = one_of(WarningKind, required=True)
    reason = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    author_name = fields.String()
    created_at = fields.AwareDateTime()
    archived_at = fields.AwareDateTime(allow_none=True)


class NeighboursIn(Schema):
    """The lots directly above and below; none named: floors and doors tell it again."""

    above = fields.List(fields.UUID(), load_default=(), validate=validate.Length(max=50))
    below = fields.List(fields.UUID(), load_default=(), validate=validate.Length(max=50))


class NeighboursOut(Schema):
    """What surrounds a lot, and the installations that serve it."""

    above = fields.List(fields.UUID(), required=True)
    below = fields.List(fields.UUID(), required=True)
    same_landing = fields.List(fields.UUID(), required=True)
    same_entrance = fields.List(fields.UUID(), required=True)
    installations = fields.Pluck(InstallationOut, "id", many=True, required=True)
    version = fields.Integer(required=True, metadata={"description": "Of the lot in the middle."})


class PositionIn(Schema):
    """A point in degrees (WGS 84); nothing takes the building off the map."""

    lon = fields.Float(allow_none=True, validate=validate.Range(min=2, max=7))
    lat = fields.Float(allow_none=True, validate=validate.Range(min=49, max=52))

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> ShapeGiven | None:
        known = {axis: value for axis, value in data.items() if value is not None}
        if len(known) == 1:
            lacking = "lon" if "lat" in known else "lat"
            raise ValidationError(_("Give both, or neither."), lacking)
        return ShapeGiven(Point(known["lon"], known["lat"])) if known else None


class PositionOut(Schema):
    """Where a building stands: the point, or that of its outline; null when it is not drawn."""

    version = fields.Integer(required=True)
    lon = fields.Float(required=True, allow_none=True)
    lat = fields.Float(required=True, allow_none=True)
    source_crs = fields.Integer(
        allow_none=True, metadata={"description": "EPSG code of the shape as it was received."}
    )


class RestoredOut(Schema):
    """A record that is back."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)

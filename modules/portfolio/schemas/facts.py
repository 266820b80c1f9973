"""What is noted about a place."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Paragraphs, Ticked
from app.web.forms import FormSchema
from modules.portfolio.commands import (
    AccessFacts,
    GiveWarning,
    InstallationFacts,
    RecordCertificate,
)
from modules.portfolio.enums import (
    AccessKind,
    CertificateScheme,
    InstallationKind,
    Region,
    WarningKind,
)
from modules.portfolio.schemas.common import choice, line


class CertificateIn(FormSchema):
    """An energy certificate."""

    command = RecordCertificate
    lot_id = fields.UUID()
    building_id = fields.UUID()
    scheme = choice(CertificateScheme, _l("Certificate"), required=True)
    region = choice(Region, _l("Region"), required=True)
    number = line(_l("Number"), 40)
    issued_on = BelgianDate(required=True, metadata={"label": _l("Issued on")})
    expires_on = BelgianDate(metadata={"label": _l("Valid until")})
    kwh_m2_year = fields.Integer(
        validate=validate.Range(min=0, max=5000), metadata={"label": _l("Consumption")}
    )
    energy_class = line(_l("Class"), 3)


class WarningIn(FormSchema):
    """A warning about a place."""

    command = GiveWarning
    lot_id = fields.UUID()
    building_id = fields.UUID()
    kind = choice(WarningKind, _l("Kind"), required=True)
    reason = line(_l("Reason"), 500, required=True)
    starts_on = BelgianDate(required=True, metadata={"label": _l("From")})
    ends_on = BelgianDate(metadata={"label": _l("Until")})


class InstallationIn(FormSchema):
    """An installation and whom it serves."""

    building_id = fields.UUID(required=True)
    kind = choice(InstallationKind, _l("Kind"), required=True)
    code = line(_l("Code"), 30)
    name = line(_l("Name"), 120)
    location = line(_l("Where it stands"), 160)
    commissioned_on = BelgianDate(metadata={"label": _l("In service since")})
    is_in_service = Ticked(metadata={"label": _l("In service")})
    note = Paragraphs(validate=validate.Length(max=4000), metadata={"label": _l("Note")})
    entrance_ids = fields.List(fields.UUID(), metadata={"label": _l("Entrances served")})
    lot_ids = fields.List(fields.UUID(), metadata={"label": _l("Lots served")})
    building_ids = fields.List(fields.UUID(), metadata={"label": _l("Other buildings served")})

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> InstallationFacts:
        for name in ("entrance_ids", "lot_ids", "building_ids"):
            data[name] = tuple(data.get(name, ()))
        return InstallationFacts(**data)


class AccessIn(FormSchema):
    """A code or a key and what it opens."""

    command = AccessFacts
    building_id = fields.UUID(required=True)
    entrance_id = fields.UUID(metadata={"label": _l("Entrance")})
    lot_id = fields.UUID(metadata={"label": _l("Lot")})
    kind = choice(AccessKind, _l("Kind"), required=True)
    location = line(_l("Where exactly"), 160)
    code = line(_l("Code or place of the key"), 120, required=True)
    note = line(_l("Note"), 300)

"""What the API of outlines takes and gives."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields, validate

from app.geo import Crs
from app.web.fields import Line
from modules.portfolio.enums import LandUse, Region
from modules.portfolio.shape_names import NamedBy

SYSTEMS = (Crs.LAMBERT_72, Crs.LAMBERT_2008, Crs.WGS84)


class _System(fields.Integer):
    """A coordinate system, by its EPSG code."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kw: object) -> Crs:
        code = super()._deserialize(value, attr, data, **kw)
        found = next((crs for crs in SYSTEMS if int(crs) == code), None)
        if found is None:
            raise self.make_error("invalid")
        return found


class ShapeFileIn(Schema):
    """The file: GeoPackage, GeoJSON or GML, by its name."""

    file = Upload(required=True)


class ShapeQuery(Schema):
    """How the file is to be read, and whether it is only tried."""

    class Meta:
        unknown = EXCLUDE

    crs = _System(
        load_default=None,
        metadata={
            "description": "EPSG code; left out, the file or its coordinates say it.",
            "enum": [*map(int, SYSTEMS), None],
        },
    )
    rehearse = fields.Boolean(
        load_default=False,
        metadata={"description": "Say what would become of each outline, and write nothing."},
    )
    by = fields.Enum(
        NamedBy,
        by_value=True,
        data_key="named_by",
        metadata={
            "description": "What of a record the file names; left out, its attributes say it."
        },
    )
    attribute = Line(
        validate=validate.Length(max=100),
        metadata={"description": "The attribute that names records, when it is called otherwise."},
    )
    region = fields.Enum(
        Region, by_value=True, metadata={"description": "Of parcels that are not known yet."}
    )
    use = fields.Enum(
        LandUse, by_value=True, metadata={"description": "Of parcels that are not known yet."}
    )


class GeoPackageQuery(Schema):
    """In which system the outlines are wanted."""

    class Meta:
        unknown = EXCLUDE

    crs = _System(
        load_default=Crs.LAMBERT_2008,
        metadata={"description": "EPSG code.", "enum": [*map(int, SYSTEMS)]},
    )


class ShapeRemarkOut(Schema):
    """An outline that is not taken as it is, and why."""

    row = fields.Integer(required=True)
    name = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "In the caller's language."})


class ShapeReportOut(Schema):
    """What became of each outline of a file."""

    batch_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "The import it is kept as; null after a rehearsal."},
    )
    drawn = fields.Integer(required=True)
    made = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    assumed = fields.Function(
        lambda report: None if report.assumed is None else int(report.assumed),
        metadata={
            "type": ["integer", "null"],
            "description": "The system the coordinates were taken for, as the file says none.",
        },
    )
    refused = fields.List(fields.Nested(ShapeRemarkOut), required=True)
    mended = fields.List(
        fields.Nested(ShapeRemarkOut),
        required=True,
        metadata={"description": "Taken, but not as they were; counted above too."},
    )

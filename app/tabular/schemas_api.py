"""What programs send and get about imports."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from app.i18n import gettext as _
from app.tabular.exports import FileFormat
from app.tabular.formats import Blank, DateOrder, DecimalSign
from app.tabular.models import BatchState
from app.tabular.problems import Severity
from app.tabular.readers.csv_text import ENCODINGS
from app.web.fields import Line


class ImporterColumnOut(Schema):
    """A column of a file."""

    name = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "In the caller's language."})
    is_indispensable = fields.Boolean(
        required=True, metadata={"description": "True: a file without it is refused."}
    )


class ImporterOut(Schema):
    """A kind of record that can be imported, and the columns of its files."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    permission = fields.String(required=True)
    columns = fields.List(fields.Nested(ImporterColumnOut), required=True)


class FileFormatQuery(Schema):
    """In which format a file is wanted."""

    class Meta:
        unknown = EXCLUDE

    format = fields.Enum(FileFormat, by_value=True, load_default=FileFormat.XLSX)


class ImportFileIn(Schema):
    """The table: csv, xlsx, xls or ods."""

    file = Upload(required=True)


class ImportQuery(Schema):
    """What an uploaded file is: a kind of record, or a saved profile that says so and more."""

    class Meta:
        unknown = EXCLUDE

    importer = Line(load_default="", validate=Length(max=60))
    profile_id = fields.UUID(load_default=None)

    @validates_schema
    def _one_of_both(self, data: dict[str, object], **_kw: object) -> None:
        if not data["importer"] and not data["profile_id"]:
            raise ValidationError({"importer": [_("Choose what the file holds.")]})


class ImportReadingIn(Schema):
    """How a file is to be read; what is left out is found out from the file."""

    sheet = fields.String(load_default="", validate=Length(max=255))
    encoding = fields.String(load_default="", validate=OneOf(list(ENCODINGS)))
    separator = fields.String(load_default="", validate=OneOf(["", ";", ",", "\t", "|"]))
    decimal = fields.Enum(DecimalSign, by_value=True, load_default=DecimalSign.AUTO)
    dates = fields.Enum(DateOrder, by_value=True, load_default=DateOrder.DAY_FIRST)
    blank = fields.Enum(Blank, by_value=True, load_default=Blank.ERASE)
    mapping = fields.Dict(
        keys=fields.String(validate=Length(max=500)),
        values=fields.String(validate=Length(max=60)),
        load_default=dict,
        validate=Length(max=512),
        metadata={"description": "Heading of the file to name of a column; empty leaves it out."},
    )
    save_as = Line(
        load_default="",
        validate=Length(max=120),
        metadata={"description": "Keep this as a profile.", "refused_as": ("name",)},
    )


class ImportRunIn(Schema):
    """The import of a checked file is wanted."""

    is_confirmed = fields.Boolean(
        load_default=False,
        metadata={"description": "True: improbable values were looked at and are right."},
    )


class ImportOut(Schema):
    """A file brought in: how it is read, what was found, how far it is, how it ended."""

    id = fields.UUID(required=True)
    importer = fields.String(required=True)
    profile_name = fields.String()
    file_name = fields.String(required=True)
    options = fields.Dict(metadata={"description": "`formats` and `mapping`."})
    state = fields.Enum(BatchState, by_value=True, required=True)
    rows_new = fields.Integer(required=True)
    rows_changed = fields.Integer(required=True)
    rows_unchanged = fields.Integer(required=True)
    rows_refused = fields.Integer(required=True)
    warnings = fields.Integer(required=True, metadata={"description": "Doubts to be confirmed."})
    is_undoable = fields.Boolean(required=True)
    job_run_id = fields.UUID(
        allow_none=True, metadata={"description": "The run that checks or imports it: follow it."}
    )
    created_at = fields.AwareDateTime(required=True)
    created_by_name = fields.String()
    ended_at = fields.AwareDateTime(allow_none=True)
    undone_at = fields.AwareDateTime(allow_none=True)


class ImportProblemOut(Schema):
    """One thing wrong with the file, a row or a cell."""

    row = fields.Integer(allow_none=True)
    column = fields.String(attribute="letter", metadata={"description": "As spreadsheets: C."})
    header = fields.String()
    field = fields.String()
    value = fields.String()
    expected = fields.String()
    code = fields.String(required=True, metadata={"description": "Stable, never translated."})
    severity = fields.Enum(Severity, by_value=True, required=True)
    message = fields.String(required=True, metadata={"description": "In the caller's language."})


class ImportDifferenceOut(Schema):
    """What changes in one record: field to its old and new value."""

    row = fields.Integer(required=True)
    key = fields.String(allow_none=True)
    fields_ = fields.Dict(attribute="fields", data_key="fields", required=True)


class ImportProfileOut(Schema):
    """How one sender writes its files."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    importer = fields.String(required=True)
    formats = fields.Dict()
    mapping = fields.Dict(keys=fields.String(), values=fields.String())
    created_by_name = fields.String()

"""What programs send and get about lists: their files and the views people keep of them."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length

from app.lists.export import ListFormat
from app.lists.views import MOST_CHARACTERS
from app.web.fields import Line

_QUERY = {
    "description": "The view, as the address of the list says it: `status=open&sort=-opened_at`."
}


class ListOut(Schema):
    """A list: its columns, the filters its views may say, and whether its file may be taken out."""

    name = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "In the caller's language."})
    columns = fields.List(fields.String(), required=True)
    filters = fields.List(fields.String(), required=True)
    can_export = fields.Boolean(required=True)


class ListExportIn(Schema):
    """A view of a list wanted as a file."""

    list_name = Line(required=True, validate=Length(min=1, max=80))
    query = fields.String(load_default="", validate=Length(max=MOST_CHARACTERS), metadata=_QUERY)
    format = fields.Enum(ListFormat, by_value=True, load_default=ListFormat.XLSX)


class ViewQuery(Schema):
    """The views of which list."""

    list_name = Line(required=True, validate=Length(min=1, max=80))


class ViewIn(Schema):
    """A view of a list to keep under a name; one of the same name is replaced."""

    list_name = Line(required=True, validate=Length(min=1, max=80))
    name = Line(required=True, validate=Length(min=1, max=80))
    query = fields.String(required=True, validate=Length(max=MOST_CHARACTERS), metadata=_QUERY)
    is_shared = fields.Boolean(
        load_default=None,
        metadata={"description": "True asks for house.view.share; left out, it stays as it is."},
    )


class ViewOut(Schema):
    """A view somebody keeps."""

    id = fields.UUID(required=True)
    list_name = fields.String(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    is_shared = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)


class ViewLineOut(Schema):
    """A view the caller can use, and whether their list opens with it."""

    view = fields.Nested(ViewOut, required=True)
    is_default = fields.Boolean(required=True)


class DefaultViewIn(Schema):
    """Whether the caller's list opens with a view."""

    is_default = fields.Boolean(required=True)

"""The search box for programs: the same answers as on its page."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from app.api import ApiBlueprint
from app.auth.needs import SIGNED_IN, needs
from app.search.routes_web import LONGEST_QUERY, ON_PAGE, as_json, search_everything

blueprint = ApiBlueprint(
    "search_api", __name__, url_prefix="/api/v1/search", description="Everything that can be found."
)


class SearchQuery(Schema):
    """What is looked for."""

    q = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_QUERY),
        metadata={"description": "Words, a telephone number, an address, a reference…"},
    )


class HitOut(Schema):
    """A record that was found, and the page it opens."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    detail = fields.String()
    badge = fields.String()
    url = fields.String(allow_none=True)


class HitGroupOut(Schema):
    """What was found of one kind, best first; `is_exact` when a number led to it."""

    kind = fields.String(required=True)
    label = fields.String(required=True)
    is_exact = fields.Boolean(required=True)
    hits = fields.List(fields.Nested(HitOut), required=True)


class SearchOut(Schema):
    """What was found, by kind."""

    q = fields.String(required=True)
    groups = fields.List(fields.Nested(HitGroupOut), required=True)


@blueprint.route("")
class Search(MethodView):
    """The search box."""

    @needs(SIGNED_IN)
    @blueprint.arguments(SearchQuery, location="query")
    @blueprint.response(200, SearchOut)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Find what the caller may see by words or numbers, from two characters."""
        text = query["q"].strip()
        groups = search_everything(text, ON_PAGE)
        return {"q": text, "groups": [as_json(group) for group in groups]}

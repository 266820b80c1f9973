"""The page behind the one search box, and what it suggests while somebody types."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.auth.needs import SIGNED_IN, needs
from app.search.engine import Group, SearchEngine
from app.search.providers import Hit
from app.web.context import current_actor, house, reader
from app.web.frontend import url_or_none

blueprint = Blueprint("search", __name__)

LONGEST_QUERY = 200
SUGGESTED = 5
SUGGESTED_KINDS = 4
ON_PAGE = 50


@blueprint.get("/search")
@needs(SIGNED_IN)
def search_page() -> ResponseReturnValue:
    """Show what was found; a number that belongs to one record opens it at once."""
    query = _query()
    groups = search_everything(query, ON_PAGE)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(q=query, groups=[as_json(group) for group in groups])
    only = _only_exact_hit(groups)
    if only and (url := address_of(only)):
        return redirect(url)
    return render_template(
        "search/search_results.html", query=query, groups=groups, address_of=address_of
    )


@blueprint.get("/search/suggestions")
@needs(SIGNED_IN)
def suggestions() -> ResponseReturnValue:
    """Give the first answers as a fragment for the panel under the box."""
    query = _query()
    groups = search_everything(query, SUGGESTED, SUGGESTED_KINDS)
    return render_template(
        "search/_suggestions.html", query=query, groups=groups, address_of=address_of
    )


def engine() -> SearchEngine:
    """Return the engine of this worker, made from the providers of the modules at first use."""
    extensions = current_app.extensions
    if "search" not in extensions:
        providers = [p for module in house().modules for p in module.search_providers]
        # Of two threads that come at once, both get the first one's.
        extensions.setdefault("search", SearchEngine(providers))
    found: SearchEngine = extensions["search"]
    return found


def address_of(hit: Hit) -> str | None:
    """Return the page a hit opens, None when its module does not show one."""
    return url_or_none(hit.endpoint, **hit.params) if hit.endpoint else None


def _query() -> str:
    return request.args.get("q", "").strip()[:LONGEST_QUERY]


def search_everything(query: str, limit: int, most_kinds: int | None = None) -> list[Group]:
    """Return what the present actor may see of a query, by kind."""
    if not query:
        return []
    return engine().search(current_actor(), reader(), query, limit=limit, most_kinds=most_kinds)


def _only_exact_hit(groups: list[Group]) -> Hit | None:
    hits = [hit for group in groups for hit in group.hits]
    return hits[0] if len(hits) == 1 and groups[0].is_exact else None


def as_json(group: Group) -> dict[str, Any]:
    """Return a group of answers as plain values."""
    hits = [
        {
            "id": str(hit.id),
            "title": hit.title,
            "detail": hit.explained,
            "badge": hit.badge,
            "url": address_of(hit),
        }
        for hit in group.hits
    ]
    return {"kind": group.kind, "label": group.label, "is_exact": group.is_exact, "hits": hits}

"""Lists for programs: which there are, their files, the views people keep of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, send_file
from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.actor import Actor
from app.auth.needs import SIGNED_IN, needs
from app.errors import NotFound
from app.i18n import get_locale
from app.jobs.models import JobRecord
from app.jobs.schemas import RunOut
from app.lists import views
from app.lists.exporting import ExportList, handed_out, request_export
from app.lists.models import SavedView
from app.lists.schemas import (
    DefaultViewIn,
    ListExportIn,
    ListOut,
    ViewIn,
    ViewLineOut,
    ViewOut,
    ViewQuery,
)
from app.lists.sources import ListSource
from app.lists.spec import TableSpec
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.table_view import lists as declared

lists = ApiBlueprint(
    "lists_api", __name__, url_prefix="/api/v1/lists", description="The lists of the screens."
)
exports = ApiBlueprint(
    "list_exports_api",
    __name__,
    url_prefix="/api/v1/list-exports",
    description="Files of lists, written by a job.",
)
kept = ApiBlueprint(
    "list_views_api",
    __name__,
    url_prefix="/api/v1/list-views",
    description="Views of lists, kept under a name.",
)


@lists.route("")
class Lists(MethodView):
    """All lists."""

    @needs(SIGNED_IN)
    @lists.response(200, ListOut(many=True))
    def get(self) -> Sequence[dict[str, Any]]:
        """List the lists the caller may open."""
        actor, session, clock = current_actor(), reader(), current_clock()
        specs = (source.table(session, clock) for _name, source in sorted(declared().items()))
        return [_described(spec, actor) for spec in specs if _may_open(spec, actor)]


def _may_open(spec: TableSpec, actor: Actor) -> bool:
    return not spec.permission or actor.can(spec.permission)


def _described(spec: TableSpec, actor: Actor) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": str(spec.title),
        "columns": [column.key for column in spec.columns],
        "filters": [name for one in spec.filters for name in one.names],
        "can_export": not spec.export_permission or actor.can(spec.export_permission),
    }


def _source(name: str) -> ListSource:
    """Return a list the caller may open; NotFound otherwise."""
    source = declared().get(name)
    if source is None or not _may_open(source.table(reader(), current_clock()), current_actor()):
        raise NotFound
    return source


@exports.route("")
class Exports(MethodView):
    """Files of lists."""

    @needs(SIGNED_IN)
    @exports.arguments(ListExportIn)
    @exports.response(201, RunOut)
    def post(self, data: dict[str, Any]) -> JobRecord:
        """Ask for the file of a list, with the rights of the list; follow the run it answers."""
        source = _source(data["list_name"])
        command = ExportList(data["query"], data["format"], get_locale())
        with open_unit_of_work() as uow:
            return request_export(current_actor(), source, command, uow, current_clock())


@exports.route("/<uuid:run_id>/file")
class ExportFile(MethodView):
    """The file a run made."""

    @needs(SIGNED_IN)
    @exports.response(200, content_type="application/octet-stream")
    def get(self, run_id: UUID) -> Response:
        """Download the file, for who asked for it, while their rights are the same."""
        folder, clock = house().settings.instance_dir, current_clock()
        path, name = handed_out(current_actor(), run_id, folder, reader(), clock)
        return send_file(path, as_attachment=True, download_name=name)


@kept.route("")
class Views(MethodView):
    """Views of a list."""

    @needs(SIGNED_IN)
    @kept.arguments(ViewQuery, location="query")
    @kept.response(200, ViewLineOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[dict[str, Any]]:
        """List the views of a list the caller can use: their own and the shared ones."""
        name = _source(query["list_name"]).name
        found = views.list_views(current_actor(), name, reader())
        return [{"view": view, "is_default": is_default} for view, is_default in found]

    @needs(SIGNED_IN)
    @kept.arguments(ViewIn)
    @kept.response(201, ViewOut)
    def post(self, data: dict[str, Any]) -> SavedView:
        """Keep a view of a list; one of the caller's of the same name is replaced."""
        _source(data["list_name"])
        with open_unit_of_work() as uow:
            return views.save_view(current_actor(), views.SaveView(**data), uow, current_clock())


@kept.route("/<uuid:view_id>")
class ViewById(MethodView):
    """One view."""

    @needs(SIGNED_IN)
    @kept.response(204)
    def delete(self, view_id: UUID) -> None:
        """Forget a view: one's own; with house.settings.manage, a shared one of anybody."""
        with open_unit_of_work() as uow:
            views.delete_view(current_actor(), view_id, uow)


@kept.route("/<uuid:view_id>/default")
class ViewDefault(MethodView):
    """The view a list opens with."""

    @needs(SIGNED_IN)
    @kept.arguments(DefaultViewIn)
    @kept.response(200, ViewOut)
    def put(self, data: dict[str, bool], view_id: UUID) -> SavedView:
        """Open the caller's list with a view from now on, or stop doing so."""
        with open_unit_of_work() as uow:
            view = views.choose_default(current_actor(), view_id, uow, **data)
            _source(view.list_name)
            return view


BLUEPRINTS = (lists, exports, kept)

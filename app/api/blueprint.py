"""The blueprint of API resources: what every operation has in common, written once.

A module builder writes `@needs`, `@blueprint.arguments`, `@blueprint.response` or
`@blueprint.paged`, and `@blueprint.versioned` where a row has versions; errors, rights, idempotency
and their description in the OpenAPI document come from here.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema

from app.api.document import HouseApi
from app.api.parsing import HouseParser
from app.api.queries import refuse_absent_records, refuse_unknown_parameters
from app.api.schemas import PageQuery, page_of
from app.api.sent_names import as_sent
from app.auth.needs import SIGNED_IN
from app.db.paging import Page, PageRequest
from app.errors import AppError, StaleVersion
from app.web.context import current_actor
from app.web.etags import etag_of, expected_version, is_unchanged
from app.web.idempotency import apart_from_call

View = Callable[..., Any]

UPDATES = frozenset({"put", "patch", "delete"})
UNSAFE = UPDATES | {"post"}
# Names of flask-smorest's ready-made responses, described as problem+json.
NAMES = {
    304: "NOT_MODIFIED",
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    412: "PRECONDITION_FAILED",
    428: "PRECONDITION_REQUIRED",
    429: "TOO_MANY_REQUESTS",
}


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """Resources under `/api/v1`."""

    ARGUMENTS_PARSER = HouseParser()
    PAGINATION_ARGUMENTS_PARSER = ARGUMENTS_PARSER

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take the options of a Flask blueprint, and `description` for the document."""
        super().__init__(*args, **options)
        self._prepare_doc_cbks.append(self._prepare_house_doc)
        self.before_request(refuse_unknown_parameters)

    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Read what is sent, and name what a service refuses of a body as it was sent."""
        read = super().arguments(schema, location=location, **options)
        body = schema() if isinstance(schema, type) else schema

        def decorate(view: View) -> View:
            @wraps(view)
            def named(*args: Any, **kwargs: Any) -> Any:
                try:
                    return view(*args, **kwargs)
                except AppError as error:
                    error.errors = as_sent(error.errors, body)
                    raise

            reading: View = read(named if location == "json" else view)
            return reading

        return decorate

    def paged(self, schema: type[Schema]) -> Callable[[View], View]:
        """Answer with a page: the view takes `page: PageRequest` and returns a `Page`."""

        def decorate(view: View) -> View:
            @wraps(view)
            def one_page(*args: Any, **kwargs: Any) -> Any:
                asked = self.ARGUMENTS_PARSER.parse(PageQuery, request, location="query")
                found: Page[Any] = view(*args, page=PageRequest(**asked), **kwargs)
                if not found.total:
                    refuse_absent_records()
                return found, {"Link": links_of(found)}

            _note(one_page, "paged")
            answered: View = self.response(200, page_of(schema))(one_page)
            return answered

        return decorate

    @staticmethod
    def versioned(view: View, *, of: type[MethodView] | None = None) -> View:
        """Tie a method of a resource to the version of its row (stands right above it).

        Reading answers the row's `version` as ETag, and 304 to whoever holds it. PUT, PATCH and
        DELETE receive `expected_version` from If-Match (428 without); when the service raises
        StaleVersion, the 412 carries what the resource's own GET would answer now. A POST that
        decides on a record does as they do when it names the resource the record is read at (`of`).
        """
        is_change = of is not None or view.__name__ in UPDATES

        @wraps(view)
        def tied(*args: Any, **kwargs: Any) -> Any:
            if not is_change:
                is_reading = request.method in ("GET", "HEAD")
                return _with_etag(view(*args, **kwargs), is_reading=is_reading)
            expected = expected_version()
            try:
                return _with_etag(view(*args, expected_version=expected, **kwargs))
            except StaleVersion as error:
                error.details.setdefault("current", _current_state(of or args[0]))
                raise

        _note(tied, "changes_version" if is_change else "has_version")
        return tied

    def register_views_in_doc(self, api: HouseApi, *where: Any, **options: Any) -> None:
        """Describe the resources once the document is asked for: most processes never are."""
        describe = super().register_views_in_doc
        api.describe_later(lambda: describe(api, *where, **options))

    def _store_endpoint_docs(
        self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any
    ) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for method, doc in self._docs[endpoint].items():
            if method == "parameters":
                continue
            view = getattr(obj, method) if isinstance(obj, type(MethodView)) else obj
            for name in ("needs_permission", "public_reason"):
                doc[name] = getattr(view, name, None) or getattr(obj, name, None)

    def _prepare_house_doc(
        self, doc: dict[str, Any], info: dict[str, Any], *, method: str, **_parts: Any
    ) -> dict[str, Any]:
        doc["x-permission"] = info.get("needs_permission")
        is_public = bool(info.get("public_reason"))
        doc["security"] = [] if is_public else [{"token": []}, {"session": []}]
        parameters = doc.setdefault("parameters", [])
        statuses = [400, 404, 429] if is_public else [400, 401, 403, 404, 429]
        if method in UNSAFE:
            parameters.append("IDEMPOTENCY_KEY")
            statuses.append(409)
        if info.get("changes_version"):
            statuses += [412, 428]
            parameters.append("IF_MATCH")
        elif info.get("has_version") and method == "get":
            statuses.append(304)
            parameters.append("IF_NONE_MATCH")
        if info.get("changes_version") or info.get("has_version"):
            self._document_header(doc, info, "ETag", "ETAG")
        if info.get("paged"):
            parameters.append({"in": "query", "schema": PageQuery})
            self._document_header(doc, info, "Link", "LINK")
        responses = doc.setdefault("responses", {})
        for status in statuses:
            responses.setdefault(status, NAMES[status])
        if not is_public or method in UNSAFE or info.get("arguments"):
            responses[422] = "UNPROCESSABLE_ENTITY"
        responses.setdefault("default", "DEFAULT_ERROR")
        return doc

    @staticmethod
    def _document_header(
        doc: dict[str, Any], info: dict[str, Any], header: str, component: str
    ) -> None:
        for status in info.get("success_status_codes", ()):
            doc["responses"][status].setdefault("headers", {})[header] = component


def _note(view: View, feature: str) -> None:
    """Note a feature where flask-smorest keeps what it documents of a function."""
    notes = {**deepcopy(getattr(view, "_apidoc", {})), feature: True}
    setattr(view, "_apidoc", notes)  # noqa: B010  a plain assignment is refused by the type check


def links_of(page: Page[Any]) -> str:
    """Write the Link header of a page: first, prev, next, last, with the same filters."""
    last = max(page.total_pages, 1)
    wanted = {"first": 1, "prev": page.page - 1, "next": page.page + 1, "last": last}
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k != "page"]
    return ", ".join(
        f'<{request.path}?{urlencode([*arguments, ("page", number)])}>; rel="{relation}"'
        for relation, number in wanted.items()
        if 1 <= number <= last
    )


def _with_etag(answer: Any, *, is_reading: bool = False) -> Any:
    """Add the ETag of a returned row; `None` (a deletion) and ready responses have none."""
    version = getattr(answer, "version", None)
    if version is None and isinstance(answer, dict):
        version = answer.get("version")
    if version is None or isinstance(answer, Response):
        return answer
    if is_reading and is_unchanged(version):
        return Response(status=304, headers={"ETag": etag_of(version)})
    return answer, {"ETag": etag_of(version)}


def _current_state(resource: MethodView | type[MethodView]) -> Any:
    """Read the record through the GET of a resource, if the caller may read it."""
    found = resource() if isinstance(resource, type) else resource
    read = getattr(found, "get", None)
    permission = getattr(read, "needs_permission", None)
    if read is None or permission is None:
        return None
    if permission != SIGNED_IN and not current_actor().can(permission):
        return None
    with apart_from_call():
        answer = read(**(request.view_args or {}))
    return answer.get_json() if isinstance(answer, Response) else None

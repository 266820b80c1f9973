"""Steps of a record as calls: POST on a noun below it, answered with the record as it is now."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask.views import MethodView
from marshmallow import Schema
from marshmallow.validate import Length

from app.api.blueprint import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work
from app.web.fields import Paragraphs

Take = Callable[..., Any]


class NothingIn(Schema):
    """A step that needs no words."""


class TextApiIn(Schema):
    """A step with a note or a reason."""

    text = Paragraphs(load_default="", validate=Length(max=4_000))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its address below the record, the right, the service, and what it says it does.

    `take` gets (actor, identifier of the record, what was sent, unit of work, clock). With
    `decides_on`, the resource the record is read at, If-Match is asked for and stands in the
    `version` of what was sent, a command or its values.
    """

    path: str
    right: str
    take: Take
    says: str
    given: type[Schema] = NothingIn
    decides_on: type[MethodView] | None = None


def offer_step(blueprint: ApiBlueprint, step: Step, answer: type[Schema]) -> None:
    """Offer a step of the record that stands before it in `step.path`."""

    def post(_self: Any, data: Any, expected_version: int | None = None, **named: Any) -> Any:
        (record_id,) = named.values()
        if expected_version is not None:
            seen = {"version": expected_version}
            data = data | seen if isinstance(data, dict) else replace(data, **seen)
        with open_unit_of_work() as uow:
            return step.take(current_actor(), record_id, data, uow, current_clock())

    post.__doc__ = step.says
    view = blueprint.versioned(post, of=step.decides_on)
    view = blueprint.response(200, answer)(view)
    view = blueprint.arguments(step.given)(view)
    words = re.findall("[a-z]+", re.sub("<[^>]*>", "", step.path))
    name = "".join(word.capitalize() for word in words)
    parts = {"__doc__": f"{name}.", "post": needs(step.right)(view)}
    resource = type(f"{answer.__name__.removesuffix('Out')}{name}", (MethodView,), parts)
    blueprint.route(step.path)(resource)


def with_text(take: Take) -> Take:
    """Hand a service the text that was sent, and the version it was decided on if there is one."""

    def step(actor: Any, record_id: Any, data: dict[str, Any], uow: Any, clock: Any) -> Any:
        seen = {"version": data["version"]} if data.get("version") is not None else {}
        return take(actor, record_id, data["text"], uow, clock, **seen)

    return step

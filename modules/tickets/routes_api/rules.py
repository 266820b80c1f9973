"""The rules of the call centre for programs: those in force, every version, changes from a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Step, offer_step
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.tickets.commands import RetireRule, SetRule
from modules.tickets.models import TicketRule
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.rules import describe_rule
from modules.tickets.rules import load_rules
from modules.tickets.schemas_api_rules import (
    CategoryOut,
    CategoryRuleApiIn,
    PriorityOut,
    PriorityRuleApiIn,
    RetirementApiIn,
    RuleVersionOut,
    RuleVersionQuery,
    SentenceOut,
    SentenceRuleApiIn,
)
from modules.tickets.services.rules import archive_version, restore_version, retire_rule, set_rule

blueprint = ApiBlueprint(
    "ticket_rules_api",
    __name__,
    url_prefix="/api/v1/ticket-rules",
    description="Priorities, kinds of problems and sentences read aloud, each from a day on.",
)


def _today() -> date:
    return current_clock().today(BRUSSELS)


def _state(command: SetRule) -> TicketRule:
    with open_unit_of_work() as uow:
        return set_rule(current_actor(), command, uow, current_clock())


@blueprint.route("/priorities")
class Priorities(MethodView):
    """How fast the office promises to be."""

    @needs(TicketPermission.READ)
    @blueprint.response(200, PriorityOut(many=True))
    def get(self) -> Sequence[Any]:
        """List the priorities, the most urgent first."""
        return list(load_rules(reader(), _today()).priorities.values())

    @needs(TicketPermission.RULES)
    @blueprint.arguments(PriorityRuleApiIn)
    @blueprint.response(201, RuleVersionOut)
    def post(self, command: SetRule) -> TicketRule:
        """State a priority from a day on; deadlines promised before stay."""
        return _state(command)


@blueprint.route("/categories")
class Categories(MethodView):
    """Kinds of problems."""

    @needs(TicketPermission.READ)
    @blueprint.response(200, CategoryOut(many=True))
    def get(self) -> Sequence[Any]:
        """List the kinds of problems with their headings."""
        return list(load_rules(reader(), _today()).categories.values())

    @needs(TicketPermission.RULES)
    @blueprint.arguments(CategoryRuleApiIn)
    @blueprint.response(201, RuleVersionOut)
    def post(self, command: SetRule) -> TicketRule:
        """State a kind of problem, or a heading, from a day on."""
        return _state(command)


@blueprint.route("/sentences")
class Sentences(MethodView):
    """Questions asked first."""

    @needs(TicketPermission.READ)
    @blueprint.response(200, SentenceOut(many=True))
    def get(self) -> Sequence[Any]:
        """List the questions asked first, and what is read aloud."""
        return list(load_rules(reader(), _today()).safety.values())

    @needs(TicketPermission.RULES)
    @blueprint.arguments(SentenceRuleApiIn)
    @blueprint.response(201, RuleVersionOut)
    def post(self, command: SetRule) -> TicketRule:
        """State a question and what is read aloud from a day on."""
        return _state(command)


@blueprint.route("/retirements")
class Retirements(MethodView):
    """Rules not used any more."""

    @needs(TicketPermission.RULES)
    @blueprint.arguments(RetirementApiIn)
    @blueprint.response(201, RuleVersionOut)
    def post(self, command: RetireRule) -> TicketRule:
        """Stop using a rule from a day on; what bears its name keeps it."""
        with open_unit_of_work() as uow:
            return retire_rule(current_actor(), command, uow, current_clock())


@blueprint.route("/versions")
class Versions(MethodView):
    """What the office stated."""

    @needs(TicketPermission.RULES)
    @blueprint.arguments(RuleVersionQuery, location="query")
    @blueprint.response(200, RuleVersionOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[TicketRule]:
        """List every version of a rule, the latest first; none while the proposal holds."""
        return describe_rule(current_actor(), reader(), **query, on=_today()).versions


@blueprint.route("/versions/<uuid:version_id>")
class VersionById(MethodView):
    """One version."""

    @needs(TicketPermission.RULES)
    @blueprint.response(204)
    def delete(self, version_id: UUID) -> None:
        """Take a version back: what held before it holds again."""
        with open_unit_of_work() as uow:
            archive_version(current_actor(), version_id, uow, current_clock())


def _restore(
    actor: Actor, version_id: UUID, _data: object, uow: UnitOfWork, clock: Clock
) -> TicketRule:
    return restore_version(actor, version_id, uow, clock)


offer_step(
    blueprint,
    Step(
        "/versions/<uuid:version_id>/restoration",
        TicketPermission.RULES,
        _restore,
        "Put back a version that was taken back.",
    ),
    RuleVersionOut,
)

"""The pages of rules: lists, the form that changes one from a day on, versions taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.calendar.service import COVERAGE_LABELS
from app.clock import BRUSSELS
from app.errors import NotFound
from app.i18n import LOCALES, get_locale
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from modules.tickets.commands import RetireRule
from modules.tickets.enums import NEARNESS_LABELS, RULE_KIND_LABELS, TRADE_LABELS, RuleKind
from modules.tickets.models import TicketRule
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.rules import describe_rule, list_rule_lines
from modules.tickets.rulebook import AnyRule, Category, Priority, Rules, SafetyQuestion
from modules.tickets.rules import load_rules, rule_of
from modules.tickets.schemas_rules import RULE_FORMS
from modules.tickets.services.rule_checks import may_hold
from modules.tickets.services.rules import archive_version, restore_version, retire_rule, set_rule

blueprint = Blueprint("ticket_rules", __name__)
FORM = "tickets/rule_form.html"


@blueprint.get("/ticket-rules", defaults={"kind": RuleKind.PRIORITY.value})
@blueprint.get("/ticket-rules/<string:kind>")
@needs(TicketPermission.RULES)
def rule_list(kind: str) -> ResponseReturnValue:
    """List the rules of a kind: those in force, those that begin, those not used any more."""
    chosen = _kind(kind)
    rules, lines = list_rule_lines(current_actor(), reader(), chosen, _today())
    return render_template(
        "tickets/rule_list.html",
        lines=[line for line in lines if not line.rule.is_retired],
        retired=[line for line in lines if line.rule.is_retired],
        **_words(chosen, rules),
    )


@blueprint.get("/ticket-rules/new/<string:kind>")
@needs(TicketPermission.RULES)
def rule_new(kind: str) -> ResponseReturnValue:
    """Show the form of a new rule."""
    chosen = _kind(kind)
    form = Form(RULE_FORMS[chosen])
    form.values = {"valid_from": _today().isoformat(), "parent": request.args.get("parent", "")}
    return render_template(FORM, form=form, errors=(), **_words(chosen))


@blueprint.post("/ticket-rules/<string:kind>")
@needs(TicketPermission.RULES)
def rule_create(kind: str) -> ResponseReturnValue:
    """State a new rule."""
    chosen = _kind(kind)
    form = Form(RULE_FORMS[chosen], request.form)
    try:
        with open_unit_of_work() as uow:
            version = set_rule(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, FORM, **_words(chosen))
    return done(_page_of(version), _("The rule is saved."))


@blueprint.get("/ticket-rules/<string:kind>/<string:key>")
@needs(TicketPermission.RULES)
def rule_detail(kind: str, key: str) -> ResponseReturnValue:
    """Show a rule, the form that changes it from a day on, and all its versions."""
    chosen = _kind(kind)
    history = describe_rule(current_actor(), reader(), chosen, key, _today())
    form = Form(RULE_FORMS[chosen])
    form.values = _typed(history.rule) | {"valid_from": _today().isoformat()}
    return render_template(FORM, form=form, errors=(), **_words(chosen) | {"history": history})


@blueprint.post("/ticket-rules/<string:kind>/<string:key>")
@needs(TicketPermission.RULES)
def rule_change(kind: str, key: str) -> ResponseReturnValue:
    """Change a rule from a day on, or stop using it from that day."""
    chosen = _kind(kind)
    form = Form(RULE_FORMS[chosen], request.form)
    try:
        with open_unit_of_work() as uow:
            command = form.load()
            if "retire" in request.form:
                last = RetireRule(chosen, key, command.rule.valid_from, command.rule.source)
                version = retire_rule(current_actor(), last, uow, current_clock())
            else:
                command = replace(command, rule=replace(command.rule, key=key))
                version = set_rule(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        history = describe_rule(current_actor(), reader(), chosen, key, _today())
        return form.refused(error, FORM, **_words(chosen) | {"history": history})
    return done(_page_of(version), _("The rule is saved; what held before stays on record."))


@blueprint.post("/ticket-rules/versions/<uuid:version_id>/archive")
@needs(TicketPermission.RULES)
def version_archive(version_id: UUID) -> ResponseReturnValue:
    """Take a version back."""
    with open_unit_of_work() as uow:
        version = archive_version(current_actor(), version_id, uow, current_clock())
    return done(_page_of(version), _("The change is taken back; you can put it back below."))


@blueprint.post("/ticket-rules/versions/<uuid:version_id>/restore")
@needs(TicketPermission.RULES)
def version_restore(version_id: UUID) -> ResponseReturnValue:
    """Put a version back."""
    with open_unit_of_work() as uow:
        version = restore_version(current_actor(), version_id, uow, current_clock())
    return done(_page_of(version), _("The change holds again."))


def _kind(text: str) -> RuleKind:
    try:
        return RuleKind(text)
    except ValueError:
        raise NotFound from None


def _today() -> Any:
    return current_clock().today(BRUSSELS)


def _page_of(version: TicketRule) -> str:
    return url_for("ticket_rules.rule_detail", kind=version.kind.value, key=version.key)


def _words(kind: RuleKind, rules: Rules | None = None) -> dict[str, Any]:
    rules = rules or load_rules(reader(), _today())
    language = get_locale()
    return {
        "kind": kind,
        "kinds": RULE_KIND_LABELS,
        "rules": rules,
        "history": None,
        "rule_of": rule_of,
        "coverages": list(COVERAGE_LABELS.items()),
        "coverage_labels": COVERAGE_LABELS,
        "trades": list(TRADE_LABELS.items()),
        "trade_labels": TRADE_LABELS,
        "nearnesses": list(NEARNESS_LABELS.items()),
        "questions": [(k, str(q.name)) for k, q in rules.safety.items() if not q.is_retired],
        "headings": [
            (key, rules.label_of(key, language))
            for key, one in rules.categories.items()
            if may_hold(one)
        ],
        "today": _today(),
    }


def _typed(rule: AnyRule) -> dict[str, Any]:
    """Return a rule as its form shows it."""
    if isinstance(rule, SafetyQuestion):
        texts = _by_language("question", rule.question)
        return texts | _by_language("instruction", rule.instruction) | {"stops": rule.stops}
    own = _typed_priority(rule) if isinstance(rule, Priority) else _typed_category(rule)
    return _by_language("name", rule.name) | own


def _typed_priority(rule: Priority) -> dict[str, Any]:
    hours, minutes = divmod(rule.target_minutes, 60)
    return {
        "rank": rule.rank,
        "target": f"{hours}:{minutes:02d}",
        "coverage": rule.coverage.value,
    }


def _typed_category(rule: Category) -> dict[str, Any]:
    return {
        "priority": rule.priority_key,
        "trade": rule.trade.value if rule.trade else "",
        "nearness": rule.nearness.value,
        "safety": rule.safety_key,
        "words": rule.words,
    }


def _by_language(name: str, text: dict[str, str]) -> dict[str, Any]:
    return {f"{name}_{language}": text.get(language, "") for language in LOCALES}

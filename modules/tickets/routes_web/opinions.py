"""How satisfied callers are: the question they answer by a link, and the figures of the office."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.auth.needs import needs, public
from app.clock import BRUSSELS
from app.errors import Invalid, NotFound
from app.i18n import get_locale
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.i18n.texts import set_locale
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.tables import list_page
from modules.tickets import services
from modules.tickets.enums import SCORE_LABELS
from modules.tickets.models import Opinion, Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.opinions import Satisfaction, count_satisfaction, is_asking
from modules.tickets.rules import load_rules
from modules.tickets.schemas_opinions import AnswerIn, PeriodIn
from modules.tickets.services.opinions import find_question
from modules.tickets.tables_opinions import opinion_table_now, select_opinions

blueprint = Blueprint("opinions", __name__)
QUESTION = "tickets/opinion_question.html"
MOST_DAYS = 5 * 366
PERIOD = _l("Choose a period of five years at most that ends after it begins.")
# Years of which every day has a midnight before it and after it, in each zone.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
YEARS = _l("Choose days between the years 1900 and 2200.")


@blueprint.get("/your-opinion/<string:secret>")
@public("the link is the proof")
def question(secret: str) -> ResponseReturnValue:
    """Ask a caller how it went, in the caller's language; what was answered can be changed."""
    try:
        opinion, ticket = find_question(secret, reader(), current_clock())
    except NotFound:
        return _gone()
    return _question(secret, opinion, ticket)


@blueprint.post("/your-opinion/<string:secret>")
@public("the link is the proof")
def question_answer(secret: str) -> ResponseReturnValue:
    """Take the answer down, and show it with room for words."""
    try:
        opinion, ticket = find_question(secret, reader(), current_clock())
    except NotFound:
        return _gone()
    try:
        answer = Form(AnswerIn, request.form).load()
        with open_unit_of_work() as uow:
            services.answer_question(secret, answer, uow, current_clock())
    except FORM_ERRORS as error:
        page = _question(secret, opinion, ticket, error.errors or {"": error.message})
        page.status_code = error.status
        return page
    return _unlisted(make_response(redirect(request.path, code=303)))


@blueprint.get("/satisfaction")
@needs(TicketPermission.SATISFACTION)
def satisfaction() -> ResponseReturnValue:
    """Show how satisfied callers were, by month and by problem."""
    form, status = Form(PeriodIn, request.args), 200
    try:
        begin, end = _period(form)
    except FORM_ERRORS as error:
        form.errors, status = error.errors, error.status
        begin, end = _last_year()
    counted = count_satisfaction(current_actor(), reader(), begin, end)
    page = render_template(
        "tickets/satisfaction.html",
        form=form,
        begin=begin,
        end=end,
        counted=counted,
        months=[
            (month, _last_day(month, end), counts) for month, counts in counted.by_month.items()
        ],
        problems=_by_answers(counted),
        rules=load_rules(reader(), current_clock().today(BRUSSELS)),
        is_asking=is_asking(reader()),
    )
    return page, status


@blueprint.get("/satisfaction/curve.json")
@needs(TicketPermission.SATISFACTION)
def satisfaction_curve() -> ResponseReturnValue:
    """Answer the shares of each month for the chart, in percent."""
    begin, end = _period(Form(PeriodIn, request.args))
    return _curve(count_satisfaction(current_actor(), reader(), begin, end))


@blueprint.get("/satisfaction/answers")
@needs(TicketPermission.SATISFACTION)
def answer_list() -> ResponseReturnValue:
    """List every question put, with its answer."""
    table = opinion_table_now(reader(), current_clock())
    return list_page(table, select_opinions(current_actor()))


@blueprint.post("/satisfaction/asking")
@needs(TicketPermission.RULES)
def asking_set() -> ResponseReturnValue:
    """Ask callers from now on, or do not."""
    wanted = request.form.get("is_asking") == "yes"
    with open_unit_of_work() as uow:
        services.set_asking(current_actor(), uow, current_clock(), is_asking=wanted)
    return done(url_for("opinions.satisfaction"), _("Saved."))


def _question(secret: str, opinion: Opinion, ticket: Ticket, errors: Any = ()) -> Response:
    if "locale" not in session:
        set_locale(ticket.caller_locale)
    rules = load_rules(reader(), current_clock().today(BRUSSELS))
    typed = request.form.get("score", type=int)
    page = render_template(
        QUESTION,
        secret=secret,
        opinion=opinion,
        chosen=typed if typed in SCORE_LABELS else opinion.score,
        words=request.form.get("words", opinion.words),
        number=ticket.number,
        problem=rules.label_of(ticket.category_key, get_locale()),
        scores=SCORE_LABELS,
        errors=errors,
    )
    return _unlisted(make_response(page))


def _gone() -> Response:
    """Say that a link is over; whether it ever led to a ticket, nobody is told."""
    page = make_response(render_template("tickets/opinion_gone.html"))
    page.status_code = NotFound.status
    return _unlisted(page)


def _unlisted(page: Response) -> Response:
    """Keep a page that only its link opens out of search engines, and its link out of others."""
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def _period(form: Form) -> tuple[date, date]:
    """Return from which day to which; Invalid when it cannot be read, or is no such period."""
    typed, (begin, end) = form.load(), _last_year()
    begin, end = typed["begin"] or begin, typed["end"] or end
    for name, day in (("from", begin), ("to", end)):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise Invalid("not_a_period", YEARS, field=name)
    if not 0 <= (end - begin).days <= MOST_DAYS:
        raise Invalid("not_a_period", PERIOD, field="to")
    return begin, end


def _last_year() -> tuple[date, date]:
    today = current_clock().today(BRUSSELS)
    return (today - timedelta(days=335)).replace(day=1), today


def _last_day(month: date, end: date) -> date:
    following = (month + timedelta(days=32)).replace(day=1)
    return min(end, following - timedelta(days=1))


def _by_answers(counted: Satisfaction) -> list[tuple[str, Any]]:
    """Order problems by how many answers speak of them."""
    found = counted.by_category.items()
    return sorted(found, key=lambda one: (-one[1].answers, -one[1].asked, -one[1].closed, one[0]))


def _curve(counted: Satisfaction) -> dict[str, Any]:
    months, counts = list(counted.by_month), list(counted.by_month.values())
    shares = (
        ("satisfied", _("Satisfied"), [one.satisfied_share for one in counts], "line"),
        ("response", _("Response rate"), [one.response_rate for one in counts], "dashed"),
        ("returned", _("Returned"), [one.returned_share for one in counts], "dotted"),
    )
    return {
        "title": _("Satisfaction of callers"),
        "unit": "%",
        "decimals": 0,
        "times": [_noon(month) for month in months],
        "series": [
            {
                "key": key,
                "label": label,
                "style": style,
                "values": [None if one is None else round(100 * one, 1) for one in values],
            }
            for key, label, values, style in shares
        ],
    }


def _noon(day: date) -> int:
    """Return the middle of a day, which is that day wherever the browser stands in Europe."""
    return int(datetime.combine(day, time(12), UTC).timestamp())

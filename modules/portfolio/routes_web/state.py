"""The state of the estate on a day: how many lots of each kind were let, empty, in works."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.errors import FieldError, Invalid
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, reader
from modules.portfolio.enums import LOT_STATUS_LABELS
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import estate_on
from modules.portfolio.routes_web.blueprint import blueprint


@blueprint.get("/lots/state")
@needs(PortfolioPermission.READ)
def lot_state() -> ResponseReturnValue:
    """Count the lots by kind and state on a day; today unless the address names another."""
    today, written = current_clock().today(), request.args.get("on", "").strip()
    day, errors = today, tuple[FieldError, ...]()
    try:
        day = date.fromisoformat(written) if written else today
    except ValueError:
        wrong = _("Write a day such as %(day)s.", day=today.strftime("%d/%m/%Y"))
        errors = (FieldError("on", wrong, written),)
    found = estate_on(current_actor(), reader(), day)
    heads = [str(LOT_STATUS_LABELS[status]) for status in found.by_status()]
    page = render_template(
        "portfolio/lot_state.html",
        found=found,
        columns=[_("Kind"), *({"label": head, "align": "end"} for head in [*heads, _("Total")])],
        day=day,
        today=today,
        errors=errors,
    )
    return page, Invalid.status if errors else 200

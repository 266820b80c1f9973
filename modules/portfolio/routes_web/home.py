"""What the estate puts on the first page: lots to let or in works, warnings, the figures."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.clock import BRUSSELS
from app.web.context import current_actor, current_clock, reader
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import estate_on
from modules.portfolio.queries.letting import IN_WORKS, TO_LET, list_waiting
from modules.portfolio.queries.places import lot_address
from modules.portfolio.queries.safety import list_dangers
from modules.portfolio.routes_web.blueprint import blueprint
from modules.portfolio.tables import STATUS_TONES

# Against when the figures are held: a month is what a council meets for.
EARLIER = timedelta(days=30)


@blueprint.get("/lots/panels/to-let")
@needs(PortfolioPermission.CHANGE_STATUS)
def panel_to_let() -> ResponseReturnValue:
    """Show on the home page what stands empty or soon will."""
    lots, counts = list_waiting(current_actor(), reader(), TO_LET)
    return render_template(
        "portfolio/_to_let.html",
        lots=[(lot, lot_address(lot)) for lot in lots],
        counts=[(status, counts[status]) for status in TO_LET if status in counts],
        tones=STATUS_TONES,
        is_works=False,
    )


@blueprint.get("/lots/panels/in-works")
@needs(PortfolioPermission.CHANGE_STATUS)
def panel_in_works() -> ResponseReturnValue:
    """Show on the home page which lots are being worked on, the longest first."""
    lots, counts = list_waiting(current_actor(), reader(), IN_WORKS)
    return render_template(
        "portfolio/_to_let.html",
        lots=[(lot, lot_address(lot)) for lot in lots],
        counts=[(status, counts[status]) for status in IN_WORKS if status in counts],
        tones=STATUS_TONES,
        is_works=True,
    )


@blueprint.get("/places/panels/dangers")
@needs(PortfolioPermission.READ)
def panel_dangers() -> ResponseReturnValue:
    """Show on the home page where people could come to harm."""
    dangers, count = list_dangers(current_actor(), reader(), current_clock().today(BRUSSELS))
    return render_template("portfolio/_dangers.html", dangers=dangers, count=count)


@blueprint.get("/lots/panels/figures")
@needs(PortfolioPermission.READ)
def panel_figures() -> ResponseReturnValue:
    """Show on the home page how many lots are in each state, and how that changed in a month."""
    today = current_clock().today(BRUSSELS)
    now = estate_on(current_actor(), reader(), today)
    before = estate_on(current_actor(), reader(), today - EARLIER)
    return render_template(
        "portfolio/_figures.html", now=now, before=before, earlier=today - EARLIER
    )

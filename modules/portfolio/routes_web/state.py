"""The state of the estate on a day: how many lots of each kind were let, empty, in works."""

from __future__ import annotations

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from app.audit import Subject, record
from app.auth.needs import needs
from app.auth.policy import require
from app.errors import FieldError, Invalid, NotFound
from app.i18n import gettext as _
from app.tabular.exports import FileFormat, table_file
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.downloads import download
from modules.portfolio.enums import LOT_KIND_LABELS, LOT_STATUS_LABELS
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import EstateState, estate_on
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
    if not errors and (wanted := request.args.get("format")):
        return _file(found, wanted)
    first, *heads = _headings(found)
    page = render_template(
        "portfolio/lot_state.html",
        found=found,
        columns=[first, *({"label": head, "align": "end"} for head in heads)],
        day=day,
        today=today,
        errors=errors,
    )
    return page, Invalid.status if errors else 200


def _headings(found: EstateState) -> list[str]:
    states = (str(LOT_STATUS_LABELS[status]) for status in found.by_status())
    return [_("Kind"), *states, _("Total")]


def _rows(found: EstateState) -> list[list[str | int]]:
    """Return the counts of each kind as they are seen, and those of all kinds below."""
    states = found.by_status()
    rows: list[list[str | int]] = [
        [str(LOT_KIND_LABELS[kind]), *(counts[status] for status in states), counts.total()]
        for kind, counts in found.by_kind().items()
    ]
    return [*rows, [_("Total"), *states.values(), found.total]]


def _file(found: EstateState, wanted: str) -> Response:
    """Send what is seen as a file, and note who took it out."""
    require(current_actor(), PortfolioPermission.EXPORT)
    if wanted not in set(FileFormat):
        raise NotFound
    kind, rows, title = FileFormat(wanted), _rows(found), _("State on a day")
    subject = Subject("list", uuid5(NAMESPACE_URL, "portfolio.state"), title)
    taken = {"rows": (None, len(rows)), "view": (None, f"on={found.day.isoformat()}")}
    with open_unit_of_work() as uow:
        record(
            uow, current_actor(), current_clock(),
            action="lists.list.exported", subject=subject, changes=taken,
        )  # fmt: skip
    body = b"".join(table_file(_headings(found), rows, kind, title=title))
    return download(body, f"lots-state-{found.day.isoformat()}.{kind.value}", kind.media_type)

"""Keep, forget and prefer views of lists; the pages are the lists themselves."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import SIGNED_IN, needs
from app.errors import Conflict, Invalid
from app.i18n import gettext as _
from app.lists import views
from app.web.context import current_actor, current_clock, open_unit_of_work
from app.web.urls import safe_next

blueprint = Blueprint("views", __name__)


@blueprint.post("/lists/views")
@needs(SIGNED_IN)
def view_save() -> ResponseReturnValue:
    """Keep the view a list shows."""
    command = views.SaveView(
        list_name=request.form.get("list_name", ""),
        name=request.form.get("name", ""),
        query=request.form.get("query", ""),
        is_shared=True if "is_shared" in request.form else None,
    )
    try:
        with open_unit_of_work() as uow:
            view = views.save_view(current_actor(), command, uow, current_clock())
    except (Invalid, Conflict) as error:
        flash(str(error.message), "danger")
    else:
        flash(_("The view %(name)s is kept.", name=view.name), "success")
    return _back()


@blueprint.post("/lists/views/<uuid:view_id>/delete")
@needs(SIGNED_IN)
def view_delete(view_id: UUID) -> ResponseReturnValue:
    """Forget a view."""
    with open_unit_of_work() as uow:
        view = views.delete_view(current_actor(), view_id, uow)
    flash(_("The view %(name)s is gone.", name=view.name), "success")
    return _back()


@blueprint.post("/lists/views/<uuid:view_id>/default")
@needs(SIGNED_IN)
def view_prefer(view_id: UUID) -> ResponseReturnValue:
    """Open the list with this view, or stop doing so."""
    with open_unit_of_work() as uow:
        views.choose_default(current_actor(), view_id, uow)
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("next"), url_for("house.home")), code=303)

"""Imports of readings and the scan asked for by a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.auth.policy import require
from app.errors import FieldError
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.jobs import request_job
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.tables import list_page
from modules.energy import jobs, tables
from modules.energy.commands import SendReadings
from modules.energy.enums import Utility
from modules.energy.formats import FORMATS, find_format
from modules.energy.policies import EnergyPermission
from modules.energy.queries import meters as meter_queries
from modules.energy.queries.entries import conflicts_of_batch
from modules.energy.routes_web.blueprint import blueprint, shared_words
from modules.energy.schemas import TakeBackIn
from modules.energy.services.ingest import WARNINGS
from modules.energy.services.takeback import take_back
from modules.energy.services.uploads import request_ingest


@blueprint.get("/imports")
@needs(EnergyPermission.READINGS_IMPORT)
def batch_list() -> ResponseReturnValue:
    """List the imports of readings."""
    query = meter_queries.select_batches(current_actor())
    return list_page(tables.BATCHES, query, template="energy/batch_list.html")


@blueprint.get("/imports/<uuid:batch_id>")
@needs(EnergyPermission.READINGS_IMPORT)
def batch_detail(batch_id: UUID) -> ResponseReturnValue:
    """Show how each row of a file ended."""
    return render_template("energy/batch_detail.html", **_context(batch_id, Form(TakeBackIn)))


@blueprint.post("/imports/<uuid:batch_id>/take-back")
@needs(EnergyPermission.READINGS_CORRECT)
def batch_take_back(batch_id: UUID) -> ResponseReturnValue:
    """Take back what a file brought, and have its meters judged anew."""
    form = Form(TakeBackIn, request.form)
    try:
        with open_unit_of_work() as uow:
            take_back(current_actor(), batch_id, form.load()["reason"], uow, current_clock())
            if current_actor().can(EnergyPermission.READINGS_SCAN):
                changed = {"only_changed": True}
                request_job(current_actor(), jobs.SCAN, changed, uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "energy/batch_detail.html", **_context(batch_id, None))
    return done(url_for("energy.batch_detail", batch_id=batch_id), _("The file was taken back."))


def _context(batch_id: UUID, form: Form | None) -> dict[str, Any]:
    batch = meter_queries.get_batch(current_actor(), reader(), batch_id)
    context: dict[str, Any] = {
        "batch": batch,
        "warnings": WARNINGS,
        "conflicts": conflicts_of_batch(current_actor(), reader(), batch.id),
        "later": meter_queries.later_files(current_actor(), reader(), batch),
        **shared_words(),
    }
    return context if form is None else {**context, "form": form, "errors": ()}


@blueprint.get("/imports/new")
@needs(EnergyPermission.READINGS_IMPORT)
def ingest_new() -> ResponseReturnValue:
    """Show the page to import a file."""
    return render_template("energy/ingest_form.html", formats=FORMATS, errors=(), **shared_words())


@blueprint.post("/imports/new")
@needs(EnergyPermission.READINGS_IMPORT)
def ingest_start() -> ResponseReturnValue:
    """Keep the file and ask for its import; the next page shows how far it is."""
    require(current_actor(), EnergyPermission.READINGS_IMPORT)
    upload = request.files.get("file")
    kind = find_format(request.form.get("format", ""))
    errors = []
    if upload is None or not upload.filename:
        errors.append(FieldError("file", _l("Choose a file.")))
    if kind is None:
        errors.append(FieldError("format", _l("Choose what kind of file it is.")))
    if errors or upload is None or kind is None:
        page = render_template(
            "energy/ingest_form.html", formats=FORMATS, errors=tuple(errors), **shared_words()
        )
        return page, 422
    utility = request.form.get("utility", "")
    command = SendReadings(
        upload.filename or "",
        upload.stream,
        kind.name,
        request.form.get("meter", "").strip(),
        Utility(utility) if utility in set(Utility) else None,
        create_unknown="create_unknown" in request.form,
    )
    folder = house().settings.instance_dir / "uploads"
    with open_unit_of_work() as uow:
        row = request_ingest(current_actor(), command, folder, uow, current_clock())
    return redirect(url_for("jobs.run_detail", run_id=row.id), code=303)


@blueprint.post("/scan")
@needs(EnergyPermission.READINGS_SCAN)
def scan_start() -> ResponseReturnValue:
    """Ask for a scan now."""
    with open_unit_of_work() as uow:
        row = request_job(current_actor(), jobs.SCAN, {}, uow, current_clock())
    flash(_("The meters are being judged."), "info")
    return redirect(url_for("jobs.run_detail", run_id=row.id), code=303)

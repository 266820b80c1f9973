"""The pages of imports: list, upload, how to read, what was found, progress, result, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from app.auth.needs import needs
from app.errors import AppError, FieldError, Invalid, NotFound
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.jobs.models import JobRecord
from app.jobs.queue import ENDED
from app.policies import HousePermission
from app.registry import NavigationItem
from app.tabular import queries, services, wizard
from app.tabular.batches import batch_problems
from app.tabular.commands import ChooseReading, Upload
from app.tabular.formats import Blank, DateOrder, Formats
from app.tabular.importer import BatchKind, Importer
from app.tabular.models import STATE_LABELS, BatchState, ImportBatch
from app.tabular.preview import Preview, mapping_of, preview_file
from app.tabular.problems import TabularError
from app.tabular.runner import ImportFile, describe_batch
from app.tabular.schemas import ReadingIn, is_ticked, read_columns
from app.tabular.uploads import Uploads
from app.tabular.views import DECIMALS, ENCODING_CHOICES, SEPARATOR_CHOICES, TONES, result_of
from app.web.context import (
    close_reader,
    current_actor,
    current_clock,
    database,
    house,
    open_unit_of_work,
    reader,
)

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
PAGE_SIZE = 25
NAVIGATION = NavigationItem(
    label=_l("Imports"),
    endpoint="imports.batch_list",
    permission=HousePermission.IMPORT_RUN,
    icon="file-import",
    group=_l("Administration"),
    order=910,
)


def importers() -> dict[str, Importer]:
    """Return what the present actor may import."""
    return queries.allowed_importers(current_actor(), house().modules)


def kinds() -> dict[str, BatchKind]:
    """Return what the present actor may bring in by a file, tables or not, and take back."""
    return queries.allowed_kinds(current_actor(), house().modules)


def uploads() -> Uploads:
    """Return where uploaded files wait."""
    return Uploads.of(house().settings.instance_dir)


def source_of(batch: ImportBatch) -> ImportFile:
    """Return the file of a batch; NotFound when it was forgotten."""
    if not uploads().has(batch.id):
        raise NotFound
    return describe_batch(batch, importers(), uploads().path(batch.id))


@blueprint.get("")
@needs(HousePermission.IMPORT_RUN)
def batch_list() -> ResponseReturnValue:
    """List imports, saved profiles, and templates to fill in."""
    page = max(request.args.get("page", 1, type=int), 1)
    batches, total = queries.list_batches(current_actor(), reader(), page, PAGE_SIZE)
    return render_template(
        "imports/batch_list.html",
        batches=batches,
        total=total,
        page_number=page,
        page_size=PAGE_SIZE,
        importers=importers(),
        titles={name: k.title for name, k in queries.declared_kinds(house().modules).items()},
        profiles=queries.list_profiles(current_actor(), reader(), importers()),
        labels=STATE_LABELS,
        tones=TONES,
    )


@blueprint.get("/new")
@needs(HousePermission.IMPORT_RUN)
def batch_new() -> ResponseReturnValue:
    """Ask for a file and what it is."""
    return _upload_page(request.args.get("kind", ""), ())


def _upload_page(kind: str, errors: tuple[FieldError, ...]) -> ResponseReturnValue:
    profiles = queries.list_profiles(current_actor(), reader(), importers())
    choices = {_("Kinds of records"): [(i.name, str(i.title)) for i in importers().values()]}
    if profiles:
        choices[_("Saved profiles")] = [(f"profile:{p.id}", p.name) for p in profiles]
    page = render_template("imports/batch_new.html", choices=choices, kind=kind, errors=errors)
    return page, 422 if errors else 200


@blueprint.post("")
@needs(HousePermission.IMPORT_RUN)
def batch_create() -> ResponseReturnValue:
    """Take a file in and go on to how it is read."""
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    profiles = queries.list_profiles(current_actor(), reader(), importers())
    profile = next((p for p in profiles if kind == f"profile:{p.id}"), None)
    importer = importers().get(profile.importer if profile else kind)
    errors = []
    if importer is None:
        errors.append(FieldError("kind", _l("Choose what the file holds.")))
    if sent is None or not sent.filename:
        errors.append(FieldError("file", _l("Choose a file.")))
    if errors or importer is None or sent is None:
        return _upload_page(kind, tuple(errors))
    upload = Upload(importer, sent.filename or "", sent.stream)
    try:
        with open_unit_of_work() as uow:
            batch = wizard.start_batch(
                current_actor(), upload, profile, uploads(), uow, current_clock()
            )
    except Invalid as error:
        return _upload_page(kind, error.errors)
    return redirect(url_for("imports.reading_edit", batch_id=batch.id))


@blueprint.get("/<uuid:batch_id>/reading")
@needs(HousePermission.IMPORT_RUN)
def reading_edit(batch_id: UUID) -> ResponseReturnValue:
    """Show the first rows, and which column is which."""
    batch = queries.get_batch(current_actor(), batch_id, reader())
    return _reading_page(batch, source_of(batch), ())


def _reading_page(
    batch: ImportBatch, source: ImportFile, errors: tuple[FieldError, ...]
) -> ResponseReturnValue:
    try:
        preview = preview_file(source)
    except TabularError as error:
        preview = Preview(problems=(error.problem,))
    page = render_template(
        "imports/reading_edit.html",
        batch=batch,
        preview=preview,
        formats=source.formats,
        importer=source.importer,
        fields=[(column.name, column.title) for column in source.importer.columns],
        errors=errors,
        sheets=[(name, name) for name in preview.sheets],
        decimals=DECIMALS,
        encodings=ENCODING_CHOICES,
        separators=SEPARATOR_CHOICES,
        orders=[(DateOrder.DAY_FIRST, _("31/12/2024")), (DateOrder.MONTH_FIRST, _("12/31/2024"))],
        blanks=[
            (Blank.ERASE, _("there is no value: what is stored is erased")),
            (Blank.KEEP, _("the value is not known: what is stored stays")),
        ],
    )
    return page, 422 if errors else 200


@blueprint.post("/<uuid:batch_id>/reading")
@needs(HousePermission.IMPORT_RUN)
def reading_save(batch_id: UUID) -> ResponseReturnValue:
    """Keep how the file is read, then check it."""
    batch = queries.get_batch(current_actor(), batch_id, reader())
    source = source_of(batch)
    try:
        command = _reading_command(source)
    except ValidationError as error:
        errors = tuple(
            FieldError(str(f), _l("Choose one of the list.")) for f in error.messages_dict
        )
        return _reading_page(batch, source, errors)
    if request.form.get("look") == "again":
        command = ChooseReading(command.formats, command.mapping)
    actor, clock = current_actor(), current_clock()
    try:
        with open_unit_of_work() as uow:
            wizard.choose_reading(actor, batch_id, command, importers(), uow, clock)
    except Invalid as error:
        return _reading_page(batch, source, error.errors)
    if request.form.get("look") == "again":
        return redirect(url_for("imports.reading_edit", batch_id=batch_id))
    check_or_request(batch_id)
    return redirect(url_for("imports.batch_detail", batch_id=batch_id))


def _reading_command(source: ImportFile) -> ChooseReading:
    data: dict[str, Any] = ReadingIn().load(request.form.to_dict())
    save_as = data.pop("save_as")
    data["separator"] = {"tab": "\t"}.get(data["separator"], data["separator"])
    written = {key: str(value) for key, value in data.items()}
    formats = Formats.from_json({**source.formats.as_json(), **written})
    # The columns on the page are those of the reading shown, not of the one now asked for.
    preview = _preview_or_nothing(source)
    chosen = read_columns(request.form)
    mapping = mapping_of(preview, chosen, source.importer) if chosen else source.mapping
    return ChooseReading(formats, mapping, save_as)


def _preview_or_nothing(source: ImportFile) -> Preview:
    try:
        return preview_file(source)
    except TabularError:
        return Preview()


def check_or_request(batch_id: UUID) -> None:
    """Rehearse the file of a batch at once, or ask a job to when it is large."""
    actor, clock = current_actor(), current_clock()
    wizard.require_idle(queries.get_batch(actor, batch_id, reader()), reader())
    close_reader()
    if uploads().path(batch_id).stat().st_size <= wizard.CHECKED_AT_ONCE_BYTES:
        wizard.check_batch(actor, batch_id, importers(), uploads(), database(), clock)
        return
    with open_unit_of_work() as uow:
        wizard.request_check(actor, batch_id, importers(), uow, clock)


@blueprint.get("/<uuid:batch_id>")
@needs(HousePermission.IMPORT_RUN)
def batch_detail(batch_id: UUID) -> ResponseReturnValue:
    """Show what a check found, how far an import is, or how it ended."""
    batch = queries.get_batch(current_actor(), batch_id, reader())
    return _batch_page(batch, ())


def _batch_page(batch: ImportBatch, errors: tuple[FieldError, ...]) -> ResponseReturnValue:
    run = reader().get(JobRecord, batch.job_run_id) if batch.job_run_id else None
    is_working = run is not None and run.state not in ENDED
    if batch.state is BatchState.DRAFT and not is_working and not errors:
        return redirect(url_for("imports.reading_edit", batch_id=batch.id))
    kind = kinds().get(batch.importer)
    declared = queries.declared_kinds(house().modules).get(batch.importer)
    is_fragment = "HX-Request" in request.headers
    page = render_template(
        "imports/_batch.html" if is_fragment else "imports/batch_detail.html",
        batch=batch,
        result=result_of(batch, batch_problems(batch), kind),
        title=declared.title if declared else batch.importer,
        may_read=kind is not None,
        run=run,
        is_working=is_working,
        has_file=kind is not None and uploads().has(batch.id),
        labels=STATE_LABELS,
        tones=TONES,
        errors=errors,
    )
    return page, 422 if errors else 200


@blueprint.post("/<uuid:batch_id>/apply")
@needs(HousePermission.IMPORT_RUN)
def batch_apply(batch_id: UUID) -> ResponseReturnValue:
    """Import a checked file, in the background."""
    confirmed = is_ticked(request.form, "is_confirmed")
    try:
        with open_unit_of_work() as uow:
            wizard.request_apply(
                current_actor(), batch_id, importers(), uow, current_clock(), is_confirmed=confirmed
            )
    except Invalid as error:
        batch = queries.get_batch(current_actor(), batch_id, reader())
        return _batch_page(batch, error.errors)
    return redirect(url_for("imports.batch_detail", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/undo")
@needs(HousePermission.IMPORT_RUN)
def batch_undo(batch_id: UUID) -> ResponseReturnValue:
    """Take an import back."""
    try:
        with open_unit_of_work() as uow:
            services.undo_batch(current_actor(), batch_id, kinds(), uow, current_clock())
    except AppError as error:
        if error.status != 409:
            raise
        batch = queries.get_batch(current_actor(), batch_id, reader())
        return _batch_page(batch, (FieldError("", error.message),))
    return redirect(url_for("imports.batch_detail", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/discard")
@needs(HousePermission.IMPORT_RUN)
def batch_discard(batch_id: UUID) -> ResponseReturnValue:
    """Forget a file that was not imported."""
    with open_unit_of_work() as uow:
        wizard.discard_batch(current_actor(), batch_id, importers(), uploads(), uow)
    return redirect(url_for("imports.batch_list"))


@blueprint.post("/profiles/<uuid:profile_id>/delete")
@needs(HousePermission.IMPORT_RUN)
def profile_delete(profile_id: UUID) -> ResponseReturnValue:
    """Delete a saved profile."""
    with open_unit_of_work() as uow:
        services.delete_profile(current_actor(), profile_id, importers(), uow, current_clock())
    return redirect(url_for("imports.batch_list"))


__all__ = ["NAVIGATION", "blueprint"]

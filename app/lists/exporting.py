"""Files of long lists, written by a job: asked for, made, handed to who asked, forgotten.

A file stands in the instance folder under the identifier of its run. It is made with the rights
and the scope its asker has at that moment, and handed out only while they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor, Scope
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Forbidden, NotFound
from app.i18n import lazy as _l
from app.i18n import use_locale
from app.jobs import Cron, Job, JobRun, request_job
from app.jobs.models import JobRecord, JobState
from app.lists.export import ListFormat, export_chunks
from app.lists.fetch import count_rows, iterate_rows, visible_columns
from app.lists.print import PrintedView, print_view
from app.lists.sources import ListSource, declared_lists, require_export
from app.lists.spec import TableSpec
from app.lists.state import TableState, query_string, read_state
from app.notifications import Notice, NotificationKind, notify
from app.office.letterhead import read_letterhead
from app.registry import find_modules
from app.tabular.exports import FileFormat

EXPORT_LIST = "house.export_list"
KEPT = timedelta(days=7)
READY = NotificationKind("house.export_ready", _l("A file I asked for is ready"), by_mail=False)
_ROWS_BETWEEN_LOOKS = 500
_CHANGED = _l("Your rights changed since this file was made. Export the list again.")


@dataclass(frozen=True, slots=True)
class ExportList:
    """A view of a list wanted as a file; `query` is the view as an address says it."""

    query: str
    file_format: ListFormat
    locale: str


def request_export(
    actor: Actor, source: ListSource, command: ExportList, uow: UnitOfWork, clock: Clock
) -> JobRecord:
    """Ask for the file of a list."""
    require_export(actor, source.table(uow.session, clock))
    args = {
        "list": source.name,
        "query": command.query,
        "format": command.file_format.value,
        "locale": command.locale,
    }
    return request_job(actor, EXPORT_LIST, args, uow, clock)


def export_list(run: JobRun) -> None:
    """Write the file of a list, row by row; begun again, it is written from the start."""
    source = declared_lists(find_modules()).get(run.args["list"])
    if source is None:
        raise NotFound
    file_format = ListFormat(run.args["format"])
    path = _path(run.settings.instance_dir, run.run_id, file_format)
    with use_locale(run.args["locale"]):
        spec, state, count = _write(run, source, file_format, path)
        # The scope the rows were read with: `handed_out` compares it.
        run.save_checkpoint({"scope": _print_of(run.actor.scope)})
        with run.database.unit_of_work() as uow:
            note_export(run.actor, spec, state, count, uow, run.clock)
            message = _l("The file of the list “%(list)s” is ready.", list=spec.title)
            notice = Notice(READY, message, f"/jobs/runs/{run.run_id}")
            notify(notice, [run.actor.user_id], uow, run.clock)


def _write(
    run: JobRun, source: ListSource, file_format: ListFormat, path: Path
) -> tuple[TableSpec, TableState, int]:
    """Write beside the final place and move there once complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    try:
        with run.database.reader() as session, partial.open("wb") as target:
            spec = source.table(session, run.clock)
            require_export(run.actor, spec)
            state = read_state(spec, parse_qs(run.args["query"]))
            query = source.select(run.actor)
            count = count_rows(spec, query, state, session)
            head = read_letterhead(session, run.settings.organisation)
            view = PrintedView(run.actor, spec, query, state, head, run.clock.now())
            for piece in _pieces(run, view, count, session, file_format):
                target.write(piece)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return spec, state, count


def _pieces(
    run: JobRun, view: PrintedView, count: int, session: Session, file_format: ListFormat
) -> Iterator[bytes]:
    if file_format is ListFormat.PDF:
        yield print_view(view, session, lambda rows: _watched(rows, count, run))
        return
    columns = visible_columns(view.spec, view.state)
    with closing(iterate_rows(view.spec, view.query, view.state, session)) as rows:
        kind, title = FileFormat(file_format.value), str(view.spec.title)
        yield from export_chunks(columns, _watched(rows, count, run), kind, title=title)


def _watched(rows: Iterator[Any], count: int, run: JobRun) -> Iterator[Any]:
    """Tell how far the file is, and stop when asked to."""
    done = 0
    for done, row in enumerate(rows, start=1):
        if done % _ROWS_BETWEEN_LOOKS == 1:
            run.check_cancelled()
            run.progress(done, max(count, done))
        yield row
    run.progress(done, done)


def note_export(
    actor: Actor, spec: TableSpec, state: TableState, count: int, uow: UnitOfWork, clock: Clock
) -> None:
    """Write in the audit trail who took which rows out of the house."""
    subject = Subject("list", uuid5(NAMESPACE_URL, spec.name), str(spec.title))
    changes = {"rows": (None, count), "view": (None, query_string(spec, state))}
    record(uow, actor, clock, action="lists.list.exported", subject=subject, changes=changes)


def handed_out(
    actor: Actor, run_id: UUID, instance_dir: Path, session: Session, clock: Clock
) -> tuple[Path, str]:
    """Return the file a run made for this actor, and the name it is saved under.

    NotFound for somebody else's or one that is gone; Forbidden when rights changed since.
    """
    run = session.get(JobRecord, run_id)
    if run is None or (run.name, run.requested_by_id) != (EXPORT_LIST, actor.user_id):
        raise NotFound
    source = declared_lists(find_modules()).get(run.args["list"])
    path = _path(instance_dir, run_id, ListFormat(run.args["format"]))
    if source is None or run.state is not JobState.DONE or not path.exists():
        raise NotFound
    require_export(actor, source.table(session, clock))
    if run.checkpoint.get("scope") != _print_of(actor.scope):
        raise Forbidden(message=_CHANGED)
    return path, f"{source.name.replace('.', '-')}-{run.requested_at.date()}{path.suffix}"


def forget_exports(run: JobRun) -> None:
    """Remove the files that were kept long enough, and those of runs that are gone."""
    folder = _folder(run.settings.instance_dir)
    with run.database.reader() as session:
        kept = {
            str(run_id)
            for run_id in session.scalars(
                select(JobRecord.id).where(
                    JobRecord.name == EXPORT_LIST,
                    JobRecord.requested_at >= run.clock.now() - KEPT,
                )
            )
        }
    for path in sorted(folder.glob("*.*")):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


def forget_every_export(instance_dir: Path) -> None:
    """Remove every exported file at once: somebody in one of them was erased."""
    for path in sorted(_folder(instance_dir).glob("*.*")):
        path.unlink(missing_ok=True)


def _print_of(scope: Scope) -> str:
    """Return what is the same for two equal scopes, and for no others."""
    parts = [str(scope.everything), *sorted(map(str, scope.area_ids)), "/"]
    parts += sorted(map(str, scope.building_ids))
    return sha256("\n".join(parts).encode()).hexdigest()


def _folder(instance_dir: Path) -> Path:
    return instance_dir / "exports"


def _path(instance_dir: Path, run_id: UUID, file_format: ListFormat) -> Path:
    return _folder(instance_dir) / f"{run_id}.{file_format.value}"


JOBS = (
    Job(
        name=EXPORT_LIST,
        title=_l("Write a long list to a file"),
        run=export_list,
        time_limit_s=3600,
        result="exports.file_download",
        result_kept=KEPT,
    ),
    Job(
        name="house.forget_exports",
        title=_l("Remove old exported files"),
        run=forget_exports,
        schedule=Cron(hour=3, minute=50),
        time_limit_s=600,
    ),
)

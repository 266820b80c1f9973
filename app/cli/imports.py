"""`flask imports`: bring files in from the command line, and take them back."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
import orjson
from flask.cli import with_appcontext

from app.auth.actor import Actor, system_actor
from app.cli.group import CommandGroup
from app.cli.paths import NewFile
from app.i18n import LOCALES, use_locale
from app.priority import step_behind
from app.tabular import queries, services
from app.tabular.annotate import describe
from app.tabular.exports import FileFormat, template_file, write_file
from app.tabular.formats import Formats
from app.tabular.importer import Importer, Outcome
from app.tabular.problems import Problem
from app.tabular.report import Report
from app.tabular.runner import ImportFile, Watch, check_file, import_file
from app.web.context import house

SHOWN_ERRORS = 20

group = CommandGroup("imports", help="Bring files in, rehearse that, take it back.")


def _actor() -> Actor:
    return system_actor("flask imports", house().settings.default_locale)


def _importers() -> dict[str, Importer]:
    return queries.declared_importers(house().modules)


def _source(profile: str, path: Path, sheet: str) -> ImportFile:
    """Find what a name on the command line means: an importer, or a saved profile."""
    importers = _importers()
    if profile in importers:
        importer = importers[profile]
        formats = importer.formats
        source = ImportFile(path, path.name, importer, formats)
    else:
        with house().database.reader() as session:
            saved = queries.find_profile(session, profile)
        if saved is None or saved.importer not in importers:
            known = ", ".join(sorted(importers)) or "none"
            raise click.BadParameter(f"no importer or profile “{profile}” (known: {known})")
        source = ImportFile(
            path,
            path.name,
            importers[saved.importer],
            Formats.from_json(saved.formats),
            {str(k): str(v) for k, v in saved.mapping.items()},
            saved.name,
        )
    if sheet:
        formats = Formats.from_json({**source.formats.as_json(), "sheet": sheet})
        source = ImportFile(
            path, path.name, source.importer, formats, source.mapping, source.profile_name
        )
    return source


@group.command()
@click.argument("profile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Count and compare; write nothing.")
@click.option(
    "--report",
    "report_path",
    type=NewFile(),
    help="Write the whole report as JSON.",
)
@click.option("--sheet", default="", help="Sheet of the workbook; the first one by default.")
@click.option("--language", type=click.Choice(LOCALES), help="Language of the messages.")
@with_appcontext
def run(
    *, profile: str, file: Path, dry_run: bool, report_path: Path | None, sheet: str,
    language: str | None,
) -> None:  # fmt: skip
    """Import FILE with PROFILE, an importer or a saved mapping profile.

    Good rows are imported, the others are told with their errors. Exit status 0 only when nothing
    was refused. Started again after it was stopped, it goes on where it stood.
    """
    step_behind()
    source = _source(profile, file, sheet)
    with use_locale(language or house().settings.default_locale):
        report = _with_bar(source, dry_run=dry_run)
        _print(report)
        if report_path:
            report_path.write_bytes(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2))
    if not report.is_clean:
        raise SystemExit(1)


def _with_bar(source: ImportFile, *, dry_run: bool) -> Report:
    """Work with a progress bar on the terminal, without one elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(source.name, total=None)
        watch = Watch(lambda done, total: bar.update(task, completed=done, total=total))
        work = check_file if dry_run else import_file
        return work(_actor(), source, house().database, house().clock, watch)


def _where(problem: Problem) -> str:
    """Return the cell and what it holds: whoever reads the terminal has no sheet beside it."""
    cell = problem.cell or "-"
    return f"{cell} “{problem.value}”" if problem.value else cell


def _print(report: Report) -> None:
    counts = report.tally.counts
    click.echo(
        f"{report.file}: {report.tally.rows} rows, "
        + ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome)
        + f", {report.tally.warnings} warnings"
    )
    if report.batch_id:
        click.echo(f"batch {report.batch_id}: {report.state}")
    for problem in report.errors[:SHOWN_ERRORS]:
        click.echo(f"  {_where(problem)} [{problem.code}] {describe(problem)}", err=True)
    more = len(report.errors) - SHOWN_ERRORS
    if more > 0:
        click.echo(f"  … {more} more; see --report", err=True)


@group.command("list")
@with_appcontext
def list_importers() -> None:
    """Print what can be imported: built-in importers and saved profiles."""
    for name, importer in sorted(_importers().items()):
        click.echo(f"{name}\t{importer.title}")
    with house().database.reader() as session:
        for profile in queries.list_profiles(_actor(), session, _importers()):
            click.echo(f"{profile.name}\t{profile.importer}")


@group.command()
@click.argument("importer")
@click.argument("file", type=NewFile())
@with_appcontext
def template(importer: str, file: Path) -> None:
    """Write an empty FILE (.xlsx or .csv) to be filled in for IMPORTER."""
    found = _importers().get(importer)
    if found is None:
        raise click.BadParameter(f"no importer “{importer}”")
    wanted = FileFormat.CSV if file.suffix.lower() == ".csv" else FileFormat.XLSX
    with use_locale(house().settings.default_locale):
        write_file(template_file(found.columns, wanted, title=str(found.title)), file)
    click.echo(str(file))


@group.command()
@click.argument("batch_id", type=click.UUID)
@with_appcontext
def undo(batch_id: UUID) -> None:
    """Take back a batch, while nothing depends on it."""
    with house().database.unit_of_work() as uow:
        kinds = queries.declared_kinds(house().modules)
        services.undo_batch(_actor(), batch_id, kinds, uow, house().clock)
    click.echo(f"batch {batch_id}: undone")

"""`flask portfolio`: the boundaries under the map."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.auth.actor import system_actor
from app.cli.group import CommandGroup
from app.geo import Crs
from app.geo.geopackage import layers
from app.i18n import use_locale
from app.priority import step_behind
from app.web.context import current_clock, open_unit_of_work
from modules.portfolio.boundary_import import BoundaryReport, load_boundaries
from modules.portfolio.boundary_rows import COLUMNS, FIELDS, BoundaryFile
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.shapes import read_shapes

group = CommandGroup("portfolio", help="The estate and its map.")
SHOWN_ERRORS = 20


@group.command()
@click.argument("kind", type=click.Choice([kind.value for kind in COLUMNS]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", default="", help="Layer of a GeoPackage; the fullest one by default.")
@click.option(
    "--crs",
    type=click.Choice([str(int(crs)) for crs in Crs]),
    help="EPSG code, when the file does not say it.",
)
@click.option("--code", default="", help="Column of the code.")
@click.option("--name-fr", default="", help="Column of the name in French.")
@click.option("--name-nl", default="", help="Column of the name in Dutch.")
@click.option("--commune", default="", help="Column of the NIS code of a sector's commune.")
@click.option("--only", multiple=True, help="NIS code, or its first digits; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Count and compare; write nothing.")
@with_appcontext
def boundaries(
    *, kind: str, file: Path, layer: str, crs: str | None, only: tuple[str, ...], dry_run: bool,
    **columns: str,
) -> None:  # fmt: skip
    """Take the communes or sectors under the map from FILE, GeoJSON, GeoPackage or GML.

    They take the place of those there were, and each building is told the sector it lies in. Ends
    with status 0 only when no row was refused.
    """
    step_behind()
    with use_locale("en"):
        if layer and layer not in layers(file):
            raise click.BadParameter(f"“{layer}” is none of {', '.join(layers(file))}")
        shapes = read_shapes(file, layer, Crs(int(crs)) if crs else None)
        source = BoundaryFile(shapes, {name: columns[name] for name in FIELDS}, only)
        with open_unit_of_work() as uow:
            actor = system_actor("flask portfolio boundaries")
            report = load_boundaries(actor, BoundaryKind(kind), source, uow, current_clock())
            if dry_run:
                uow.discard()
        _show(file.name, report)
    if report.refused:
        sys.exit(1)


def _show(name: str, report: BoundaryReport) -> None:
    for remark in report.refused[:SHOWN_ERRORS]:
        click.echo(f"row {remark.row}, {remark.name or 'no code'}: {remark.reason}", err=True)
    if len(report.refused) > SHOWN_ERRORS:
        click.echo(f"… and {len(report.refused) - SHOWN_ERRORS} more", err=True)
    if report.assumed:
        click.echo(f"read as EPSG:{int(report.assumed)}, by its coordinates", err=True)
    click.echo(
        f"{name}: {report.made} new, {report.changed} changed, {report.unchanged} unchanged, "
        f"{report.removed} removed, {len(report.refused)} rows refused; "
        f"{report.settled} buildings placed"
    )

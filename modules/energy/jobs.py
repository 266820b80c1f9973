"""Work done in the background: the scan, and the import of a file somebody uploaded."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from app.i18n import lazy as _l
from app.jobs import Cron, Every, Job, JobRun
from modules.energy.commands import IngestFile
from modules.energy.enums import Utility
from modules.energy.inbox import arrived_files, make_inbox, read_file
from modules.energy.policies import EnergyPermission
from modules.energy.services.ingest import ingest_file
from modules.energy.services.scan import DORMANT, scan
from modules.energy.services.uploads import INGEST, forget_uploads

SCAN = "energy.detect_abnormal_consumption"
INBOX = "energy.read_inbox"


def detect_abnormal_consumption(run: JobRun) -> None:
    """Judge every meter; after a crash, go on after the last group that was judged."""

    def progress(done: int, total: int) -> None:
        run.check_cancelled()
        run.progress(done, total)

    after = run.checkpoint.get("after")
    result = scan(
        run.database,
        run.actor,
        run.clock,
        only_changed=bool(run.args.get("only_changed")),
        after=UUID(after) if after else None,
        progress=progress,
        checkpoint=lambda last: run.save_checkpoint({"after": str(last)}),
    )
    run.progress(
        result.meters,
        result.meters,
        _l(
            "New: %(opened)s · still there: %(still)s · over: %(resolved)s"
            " · not judged, silent for %(days)s days: %(dormant)s",
            opened=result.opened,
            still=result.still,
            resolved=result.resolved,
            days=DORMANT.days,
            dormant=result.dormant,
        ),
    )


def ingest_readings(run: JobRun) -> None:
    """Import an uploaded file, then judge the meters it touched."""
    args = run.args
    command = IngestFile(
        format=args["format"],
        path=Path(args["path"]),
        meter=args.get("meter", ""),
        utility=Utility(args["utility"]) if args.get("utility") else None,
        create_unknown=bool(args.get("create_unknown", True)),
        shown_name=args.get("name", ""),
    )
    result = ingest_file(
        run.database,
        run.actor,
        command,
        run.clock,
        lambda rows, note: run.progress(rows, None, note),
    )
    scan(run.database, run.actor, run.clock, only_changed=True)
    note = _l(
        "New: %(new)s · changed: %(changed)s · unchanged: %(unchanged)s · refused: %(refused)s",
        new=result.new,
        changed=result.changed,
        unchanged=result.unchanged,
        refused=result.refused,
    )
    run.progress(result.rows, result.rows, note)
    command.path.unlink(missing_ok=True)


def read_inbox(run: JobRun) -> None:
    """Read the files that arrived in the folder, then judge the meters they touched."""
    instance = Path(run.settings.instance_dir)
    forget_uploads(instance / "uploads", run.clock.now())
    inbox = make_inbox(instance)
    waiting = list(arrived_files(inbox, run.clock.now()))
    refused = 0
    for number, file in enumerate(waiting, 1):
        run.check_cancelled()
        refused += not read_file(run.database, run.actor, run.clock, inbox, file)
        run.progress(number, len(waiting), file.path.name)
    if waiting:
        scan(run.database, run.actor, run.clock, only_changed=True)
    said = _l("Files: %(files)s · refused: %(refused)s", files=len(waiting), refused=refused)
    run.progress(len(waiting), len(waiting), said)


JOBS = (
    Job(
        name=SCAN,
        title=_l("Look for abnormal consumption"),
        run=detect_abnormal_consumption,
        schedule=Cron(hour=6, minute=30),
        permission=EnergyPermission.READINGS_SCAN,
    ),
    Job(
        name=INGEST,
        title=_l("Import meter readings"),
        run=ingest_readings,
        permission=EnergyPermission.READINGS_IMPORT,
    ),
    Job(
        name=INBOX,
        title=_l("Read the meter files that arrived"),
        run=read_inbox,
        schedule=Every(minutes=15),
        permission=EnergyPermission.READINGS_IMPORT,
    ),
)

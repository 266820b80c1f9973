"""Check that every package the product ships with may be used in a work under the EUPL-1.2."""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRIENDLY = re.compile(
    r"\b(MIT(-CMU|-0)?|BSD|0BSD|ISC|Apache|Apache-2\.0|PSF|Python Software Foundation|PSFL?-2\.0"
    r"|MPL|Mozilla|LGPL|Lesser General|Zlib|HPND|Unlicense|Unlicensed|CC0|CC-BY-4\.0|BlueOak"
    r"|Public Domain|ZPL|Zope|WTFPL|BSL-1\.0|OFL)\b",
    re.IGNORECASE,
)
# Packages whose metadata say nothing; what their repository says, read by a person.
KNOWN: dict[str, str] = {}


def required_packages() -> Iterator[str]:
    """Name the packages of the run-time list, one by one."""
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)==", line):
            yield found[1]


def licence_of(name: str) -> str | None:
    """Read the licence of an installed package; None if it is not installed on this system."""
    try:
        described = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [
        value.rsplit("::", 1)[-1]
        for value in described.get_all("Classifier", [])
        if value.startswith("License ::")
    ]
    stated = described.get("License-Expression") or (described.get("License") or "")[:200]
    return "; ".join(part for part in (stated, *classified) if part) or KNOWN.get(name, "")


def unfriendly_python() -> Iterator[str]:
    """Name the Python packages whose licence is not on the list."""
    for name in required_packages():
        licence = licence_of(name)
        if licence is not None and not FRIENDLY.search(licence):
            yield f"PyPI {name}: {licence or 'no licence stated'}"


def unfriendly_front_end() -> Iterator[str]:
    """Name the npm packages whose licence is not on the list."""
    lock = ROOT / "package-lock.json"
    if not lock.exists():
        return
    for path, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        licence = entry.get("license", "")
        if path and not FRIENDLY.search(licence):
            yield f"npm {path.removeprefix('node_modules/')}: {licence or 'no licence stated'}"


def main() -> int:
    """Print what may not be shipped and how to go on; status 1 if there is any."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = [*unfriendly_python(), *unfriendly_front_end()]
    for line in found:
        print(line)
    if found:
        print("Replace the package, or add its licence to scripts/tools/licences.py with a reason.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())

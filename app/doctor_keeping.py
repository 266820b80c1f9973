"""What the doctor says of what must be kept: hidden from others on the machine."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from app.house import House
from app.safety import Finding, Level


def check_hidden(house: House) -> Iterator[Finding]:
    """Look whether other accounts of the machine can read what is in the database and beside it."""
    settings = house.settings
    kept = [settings.instance_dir, settings.files_dir, settings.audit_anchor]
    if house.database.is_sqlite:
        kept.append(Path(str(house.database.url.database)))
    seen = [str(path) for path in dict.fromkeys(kept) if is_open_to_others(path)]
    if seen:
        words = (
            f"Every account of this machine can read {', '.join(seen)}: "
            f"`chmod -R go= {settings.instance_dir}`, and the same for what lies elsewhere."
        )
        yield Finding(Level.WARNING, "hidden", words)
    else:
        yield Finding(Level.OK, "hidden", "Other accounts of this machine can read no data.")


def is_open_to_others(path: Path) -> bool:
    """Tell whether an account that is neither its owner nor in its group can read a file."""
    path = path.absolute()
    if not path.exists() or not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)

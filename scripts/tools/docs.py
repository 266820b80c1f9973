"""Write the pages of docs/ that are made from the code: who may do what.

Without an option the pages are rewritten; with --check nothing is changed and the ones that are
out of date are named.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.auth.roles import LABELS, Role  # noqa: E402 # after the path
from app.i18n import use_locale  # noqa: E402
from app.registry import Module, find_modules, grants_of  # noqa: E402

TARGET = ROOT / "docs" / "roles_permissions.md"
HEAD = """# Roles and permissions

Made from the code by `scripts/docs`; do not edit. A permission is asked for by routes and again by
services. What a role holds can be changed by the administrator, who sees the same map on screen.
Outside a person's area or buildings a row does not exist, whatever the role.
"""


def permission_tables(modules: tuple[Module, ...]) -> Iterator[str]:
    """Write one table for each module: permission, and the roles that hold it."""
    for module in modules:
        if module.permissions is None:
            continue
        yield f"\n## {module.name}\n\n| permission | held by |\n|---|---|\n"
        for permission in sorted(module.permissions):
            holders = [str(LABELS[r]) for r in Role if permission in module.grants.get(r, ())]
            yield f"| `{permission.value}` | {', '.join(holders) or 'nobody'} |\n"


def role_table(modules: tuple[Module, ...]) -> Iterator[str]:
    """Write the same the other way round: role, and what it holds."""
    yield "\n## By role\n\n| role | permissions |\n|---|---|\n"
    for role, permissions in grants_of(modules).items():
        listed = ", ".join(f"`{permission}`" for permission in sorted(permissions))
        yield f"| {LABELS[role]} | {listed or 'none yet'} |\n"


def page() -> str:
    """Write the whole page, in English."""
    modules = find_modules()
    with use_locale("en"):
        return HEAD + "".join([*permission_tables(modules), *role_table(modules)])


def main() -> int:
    """Write the page, or with --check compare it; status 1 if it is out of date."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, only compare")
    options = parser.parse_args()
    text = page()
    if options.check:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        if current == text:
            return 0
        print(f"{TARGET.relative_to(ROOT)} is out of date: run scripts/docs")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)} is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())

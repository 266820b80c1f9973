"""Write the pages of docs/ that are made from the code: who may do what, and the API.

Without an option the pages are rewritten; with --check nothing is changed and the ones that are
out of date are named.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app import create_app
from app.auth.roles import COVERS, LABELS, Role
from app.i18n import use_locale
from app.registry import Module, find_modules, grants_of
from app.settings import load_settings

DOCS = ROOT / "docs"
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
    yield "\n## By role\n\nThe key is what `INTENDANT_OIDC_ROLE_MAP` and files of staff say.\n"
    yield "\n| role | key | also for | permissions |\n|---|---|---|---|\n"
    for role, permissions in grants_of(modules).items():
        listed = ", ".join(f"`{permission}`" for permission in sorted(permissions))
        also = COVERS.get(role, "")
        yield f"| {LABELS[role]} | `{role}` | {also} | {listed or 'none yet'} |\n"


def roles_permissions() -> str:
    """Write the page of roles, in English."""
    modules = find_modules()
    with use_locale("en"):
        return HEAD + "".join([*permission_tables(modules), *role_table(modules)])


def openapi() -> str:
    """Write the description of the API without its version, so that a change is a change."""
    app = create_app(load_settings({"INTENDANT_ENV": "test"}))
    document = app.extensions["api"].document()
    document["info"].pop("version")
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "roles_permissions.md": roles_permissions,
    "openapi.json": openapi,
}


def main() -> int:
    """Write the pages, or with --check compare them; status 1 if one is out of date."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, only compare")
    options = parser.parse_args()
    stale = []
    for name, write in PAGES.items():
        path, text = DOCS / name, write()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(f"docs/{name}")
        if not options.check:
            path.write_text(text, encoding="utf-8")
    if stale and options.check:
        print(f"out of date: {', '.join(stale)}; run scripts/docs and read the difference")
        return 1
    print(f"written: {', '.join(stale)}" if stale else "docs/ is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())

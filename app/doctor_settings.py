"""What the doctor says of settings that are taken and do not do what was meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from app.house import House
from app.safety import Finding, Level

EXAMPLE = Path(__file__).parent.parent / ".env.example"
PREFIX = "INTENDANT_"
# Read by commands and scripts rather than by the settings.
OTHERS = {"BACKUP_KEY", "VENV", "WEB_WORKERS", "TEST_WORKERS"}
SHORTEST_TOKEN = 16


def check_settings(house: House) -> Iterator[Finding]:
    """Look for settings that are mistyped, unsafe here, or that leave something out."""
    wrong = [*_unsafe(house), *_unknown(os.environ)]
    for words in wrong:
        yield Finding(Level.WARNING, "settings", words)
    if not wrong:
        yield Finding(Level.OK, "settings", "Every setting is known and fit for its use.")


def _unsafe(house: House) -> Iterator[str]:
    settings = house.settings
    if settings.is_production and settings.jobs_inline:
        yield (
            "INTENDANT_JOBS_INLINE starts a scheduler in every web worker: unset it and run "
            "`flask jobs run` once."
        )
    if settings.is_production and not settings.trusted_proxies:
        yield (
            "INTENDANT_TRUSTED_PROXIES is 0: behind a proxy every visitor has the proxy's address. "
            "Set 1 behind the one of docs/install.md."
        )
    if 0 < len(settings.metrics_token) < SHORTEST_TOKEN:
        yield f"INTENDANT_METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters: set another."


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    if not EXAMPLE.is_file():
        return
    explained = re.findall(rf"^#? ?{PREFIX}([A-Z_]+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    known = OTHERS | set(explained)
    for name in sorted(environ):
        bare = name.removeprefix(PREFIX)
        if name == bare or bare in known:
            continue
        near = get_close_matches(bare, known, n=1)
        meant = f" Did you mean {PREFIX}{near[0]}?" if near else ""
        yield f"{name} is no setting and does nothing.{meant}"

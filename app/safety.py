"""Settings that are unsafe in production, where nothing is served until they are mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.settings import DEVELOPMENT_SECRET, Settings


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    level: Level
    subject: str
    words: str


def check_secret(settings: Settings) -> Iterator[Finding]:
    """Look for a secret that everybody knows or that is short."""
    bad = Level.FAILURE if settings.is_production else Level.WARNING
    if settings.secret_key == DEVELOPMENT_SECRET:
        yield Finding(
            bad, "secret", "The secret key is the published default: set INTENDANT_SECRET_KEY."
        )
    elif len(settings.secret_key) < 32:
        yield Finding(bad, "secret", "The secret key is shorter than 32 characters: set another.")
    else:
        yield Finding(Level.OK, "secret", "The secret key is set.")


def check_address(settings: Settings) -> Iterator[Finding]:
    """Look whether people reach a production site over https."""
    if settings.is_production and not settings.base_url.startswith("https://"):
        yield Finding(
            Level.FAILURE, "address", "Production without https: set INTENDANT_BASE_URL=https://…"
        )
    else:
        yield Finding(Level.OK, "address", f"People use {settings.base_url}.")


def check_demo(settings: Settings) -> Iterator[Finding]:
    """Look for demo accounts in production."""
    if settings.is_production and settings.demo_accounts:
        yield Finding(
            Level.FAILURE, "demo", "Demo accounts are shown in production: unset them at once."
        )


def refuse_unsafe(settings: Settings) -> None:
    """Stop before anybody is served with unsafe settings in production; says what to do about each.

    Commands are not stopped: `flask doctor` must be able to say the same.
    """
    found = [finding for check in CHECKS for finding in check(settings)]
    faults = [finding.words for finding in found if finding.level is Level.FAILURE]
    if faults:
        raise SystemExit("Intendant does not start in production:\n- " + "\n- ".join(faults))


CHECKS = (check_secret, check_address, check_demo)

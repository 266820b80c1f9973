"""How many requests a minute: by key, by person, else by address.

The workers of a machine count together (`shared_counts.py`). The address is the one the trusted
proxies vouch for (`INTENDANT_TRUSTED_PROXIES`), never what a client writes in a header.
"""

from __future__ import annotations

from math import ceil

from flask import Flask, g, request

from app.errors import TooMany
from app.house import House
from app.i18n import lazy as _l
from app.web.context import find_actor
from app.web.shared_counts import SharedCounts

FREE = frozenset({"static", "health.healthz", "health.readyz", "health.version", "metrics.metrics"})
FILE = "request-counts"

Key = tuple[str, str]


def register(app: Flask, house: House) -> None:
    """Count every request but those of monitors and files; zero switches a limit off."""
    settings = house.settings
    counts = SharedCounts(settings.instance_dir / FILE)

    @app.before_request
    def refuse_excess() -> None:
        if request.endpoint in FREE:
            return
        key = key_of_caller()
        limit = (
            settings.rate_limit_anonymous_per_minute
            if key[0] == "address"
            else settings.rate_limit_per_minute
        )
        if not limit:
            return
        wait = counts.take(":".join(key), limit, house.clock.now().timestamp())
        if wait:
            raise TooMany(
                "rate_limited",
                _l("Too many requests. Wait a moment and try again."),
                retry_after_s=ceil(wait),
            )


def key_of_caller() -> Key:
    """Say whose requests are counted together."""
    if g.get("token_id"):
        return "token", str(g.token_id)
    actor = find_actor()
    if actor is not None:
        return "user", str(actor.user_id)
    return "address", request.remote_addr or ""

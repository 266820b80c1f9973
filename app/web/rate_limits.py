"""How many requests a minute: by key, by person, else by address.

Each process counts for itself, so the limit holds per worker. The address is the one the trusted
proxies vouch for (`INTENDANT_TRUSTED_PROXIES`), never what a client writes in a header.
"""

from __future__ import annotations

from collections import deque
from threading import Lock

from flask import Flask, g, request

from app.errors import TooMany
from app.house import House
from app.i18n import lazy as _l
from app.web.context import find_actor

WINDOW_S = 60.0
FREE = frozenset({"static", "health.healthz", "health.readyz", "health.version", "metrics.metrics"})
MAX_KEYS = 10_000

Key = tuple[str, str]


class RateLimiter:
    """Remembers the moments of the last minute for each key: exact, and small for an office."""

    def __init__(self) -> None:
        """Start with nobody known."""
        self._moments: dict[Key, deque[float]] = {}
        self._lock = Lock()

    def take(self, key: Key, limit: int, now: float) -> float:
        """Count a request; return 0 when it may go on, else the seconds until one may."""
        with self._lock:
            moments = self._moments.setdefault(key, deque())
            while moments and moments[0] <= now - WINDOW_S:
                moments.popleft()
            if len(moments) >= limit:
                return max(moments[0] + WINDOW_S - now, 0.001)
            moments.append(now)
            if len(self._moments) > MAX_KEYS:
                self._forget_quiet(now)
            return 0.0

    def _forget_quiet(self, now: float) -> None:
        quiet = [
            k for k, found in self._moments.items() if not found or found[-1] <= now - WINDOW_S
        ]
        for key in quiet:
            del self._moments[key]


def register(app: Flask, house: House) -> None:
    """Count every request but those of monitors and files; zero switches a limit off."""
    limiter = RateLimiter()
    settings = house.settings

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
        wait = limiter.take(key, limit, house.clock.now().timestamp())
        if wait:
            raise TooMany(
                "rate_limited",
                _l("Too many requests. Wait a moment and try again."),
                retry_after_s=int(wait) + 1,
            )


def key_of_caller() -> Key:
    """Say whose requests are counted together."""
    if g.get("token_id"):
        return "token", str(g.token_id)
    actor = find_actor()
    if actor is not None:
        return "user", str(actor.user_id)
    return "address", request.remote_addr or ""

"""When Python looks for cycles to free: between calls, and never at what start-up made."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

# Objects that may be garbage before we look; a page leaves one to three thousand.
YOUNG, MIDDLE, OLD = 5_000, 10, 100
# Should a single call make this many, Python looks by itself.
_MOST_YOUNG = 100_000


def settle(app: Flask) -> None:
    """Keep what start-up made out of every later search, and search after a call is answered.

    Python would look in the middle of a call, when most of what is new is in use: it is carried
    along, found to be garbage later, and all at once. Measured beside a night's work, one call in
    a hundred waited for a tenth of a second.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MOST_YOUNG, 50, 100)
    answer = app.wsgi_app

    def answer_and_sweep(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        return ClosingIterator(answer(environ, start_response), sweep)

    app.wsgi_app = answer_and_sweep  # type: ignore[method-assign]


def sweep() -> None:
    """Free cycles when enough has gathered; what survives is looked at ever more rarely."""
    young, middle, old = gc.get_count()
    if young > YOUNG:
        gc.collect(2 if old > OLD else 1 if middle > MIDDLE else 0)

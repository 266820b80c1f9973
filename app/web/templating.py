"""How templates are made: what they all know is one dictionary."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class TemplateEnvironment(Environment):
    """Flask's, with plain globals.

    Jinja lays an empty map over the globals for each template and compares the two, key by key in
    Python, whenever one template imports another: thirty times a page, a seventh of its cost.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows: the globals themselves, unless it brings its own."""
        return ChainMap(dict(d), self.globals) if d else self.globals

"""Addresses of pages: what writes them is made when one is first written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule that compiles the two functions that write its address on their first use.

    Werkzeug compiles both for each of some five hundred rules at start-up, a tenth of a second in
    every process, most of whose commands and workers write a few of them.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002  as Werkzeug has it
        compile_now = super()._compile_builder
        compiled: list[Builder] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build

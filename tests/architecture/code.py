"""Reading our own source: what the guard tests share."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """A file of ours with its syntax tree."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path as a person writes it."""
        return self.path.relative_to(ROOT).as_posix()

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Give every function, the nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def python_files(*folders: str) -> tuple[Source, ...]:
    """Read the Python files under the folders, once."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Source(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


@cache
def all_text(*patterns: str) -> str:
    """Join the text of every file matching the patterns."""
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())

"""What a person asks for in the import pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from app.tabular.formats import Formats
from app.tabular.importer import Importer


@dataclass(frozen=True, slots=True)
class SaveProfile:
    """Keep how a sender writes its files, under a name; the same name replaces."""

    name: str
    importer: str
    formats: Formats = field(default_factory=Formats)
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, and what it is said to be."""

    importer: Importer
    name: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True)
class ChooseReading:
    """How an uploaded file is to be read; with a name, kept as a profile."""

    formats: Formats
    mapping: Mapping[str, str]
    save_as: str = ""

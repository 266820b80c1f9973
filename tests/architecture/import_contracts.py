"""The import contract that import-linter does not bring: modules meet at the front door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import grimp
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True)
class Trespass:
    """An import that enters another module by the window."""

    importer: str
    imported: str
    lines: tuple[int, ...]


class FrontDoorContract(Contract):  # type: ignore[misc] # import-linter ships without types
    """A module of `container` imports of its neighbours only the modules listed as `doors`.

    Options: `container`, the package whose direct children are the modules; `doors`, the names a
    neighbour may import.
    """

    type_name = "front_door"

    container = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 # their signature
        del verbose
        found = [
            self._describe(graph, importer, imported)
            for importer in sorted(graph.find_descendants(self._container))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._trespasses(importer, imported)
        ]
        return ContractCheck(kept=not found, metadata={"trespasses": found})

    @property
    def _container(self) -> str:
        return cast("str", self.container)

    def _trespasses(self, importer: str, imported: str) -> bool:
        depth = self._container.count(".") + 1
        ours, theirs = importer.split("."), imported.split(".")
        if len(theirs) <= depth or not imported.startswith(f"{self._container}."):
            return False
        if ours[depth] == theirs[depth]:
            return False
        return len(theirs) > depth + 1 and theirs[depth + 1] not in cast("list[str]", self.doors)

    @staticmethod
    def _describe(graph: grimp.ImportGraph, importer: str, imported: str) -> Trespass:
        details = graph.get_import_details(importer=importer, imported=imported)
        return Trespass(importer, imported, tuple(detail["line_number"] for detail in details))

    def render_broken_contract(self, check: ContractCheck) -> None:
        metadata = cast("dict[str, Any]", check.metadata)
        for trespass in metadata["trespasses"]:
            lines = ", ".join(map(str, trespass.lines))
            output.print_error(f"- {trespass.importer} -> {trespass.imported} (l. {lines})")
        doors = " or ".join(cast("list[str]", self.doors))
        output.print_error(f"Import it from {doors} of that module, or add it to its front door.")

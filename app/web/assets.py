"""From the names of front-end entries to the tags and files Vite built for them.

Knows nothing of Flask: give it the folder of the build and the address it is served at.
A clone without a build works: there are simply no tags, and `is_built` is false.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

BUILD_COMMAND = "scripts/build_frontend"
STYLE = Markup('<link rel="stylesheet" href="{}">')
PRELOAD = Markup('<link rel="modulepreload" href="{}">')
SCRIPT = Markup('<script type="module" src="{}"></script>')


@dataclass(frozen=True)
class Assets:
    """One build of the front end: `folder` holds manifest.json, `address` is where it is served."""

    folder: Path
    address: str
    manifest: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_built(self) -> bool:
        """Tell whether the front end was built."""
        return bool(self.manifest)

    def tags(self, *entries: str) -> Markup:
        """Return the script and style tags of entries; none without a build."""
        styles: dict[str, None] = {}
        preloads: dict[str, None] = {}
        scripts: dict[str, None] = {}
        for name in entries:
            for chunk in self._chunks(name):
                styles.update(dict.fromkeys(chunk.get("css", ())))
                if chunk.get("name") != name or not chunk.get("isEntry"):
                    preloads[chunk["file"]] = None
            if (entry := self._entries.get(name)) is not None:
                scripts[entry["file"]] = None
        return Markup("\n").join(
            form.format(self.url(file))
            for form, files in ((STYLE, styles), (PRELOAD, preloads), (SCRIPT, scripts))
            for file in files
        )

    def files(self, entry: str) -> tuple[str, ...]:
        """List the addresses an entry needs, static imports and styles included."""
        found: dict[str, None] = {}
        for chunk in self._chunks(entry):
            found[chunk["file"]] = None
            found.update(dict.fromkeys(chunk.get("css", ())))
            found.update(dict.fromkeys(chunk.get("assets", ())))
        return tuple(self.url(file) for file in found)

    def url(self, file: str) -> str:
        """Return the address of a built file."""
        return f"{self.address.rstrip('/')}/{file}"

    def read(self, entry: str) -> str:
        """Return the source of a built entry, empty without a build."""
        chunk = self._entries.get(entry)
        return (self.folder / chunk["file"]).read_text("utf-8") if chunk else ""

    @cached_property
    def icons_url(self) -> str:
        """Return the address of the icon sprite, empty without a build."""
        sprite = next(iter(sorted(self.folder.glob("assets/icons-*.svg"))), None)
        return self.url(sprite.relative_to(self.folder).as_posix()) if sprite else ""

    @cached_property
    def version(self) -> str:
        """Return a short name of this build that changes with any of its files."""
        return sha256(json.dumps(self.manifest, sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def _entries(self) -> dict[str, Mapping[str, Any]]:
        return {chunk["name"]: chunk for chunk in self.manifest.values() if chunk.get("isEntry")}

    def _chunks(self, entry: str) -> Iterator[Mapping[str, Any]]:
        waiting = [self._entries[entry]] if entry in self._entries else []
        seen: set[str] = set()
        while waiting:
            chunk = waiting.pop()
            if chunk["file"] in seen:
                continue
            seen.add(chunk["file"])
            yield chunk
            waiting += [self.manifest[key] for key in chunk.get("imports", ())]


def read_assets(folder: Path, address: str) -> Assets:
    """Read the build in a folder; an absent or damaged manifest counts as no build."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        manifest = {}
    return Assets(folder, address, manifest)


def worker_source(assets: Assets, shell: str) -> str:
    """Return the service worker of the technicians' application, its list of files included.

    `shell` is the address of the page itself. The text changes with every build, which is what
    makes browsers install the new version.
    """
    files = [shell, *assets.files("field")]
    if assets.icons_url:
        files.append(assets.icons_url)
    settings = json.dumps({"version": assets.version, "shell": shell, "files": files})
    return f"self.FIELD = {settings};\n{assets.read('field_worker')}"

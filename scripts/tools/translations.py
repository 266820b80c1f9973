"""Keep the French and Dutch catalogues in step with the texts in the code.

Every area has its own catalogues: `app/i18n/translations/{fr,nl}.po` for the house and
`modules/<name>/translations/{fr,nl}.po` for a module. Texts are read from Python, from Jinja
templates and from TypeScript. Without an option the catalogues are updated: translations that
exist are kept, new texts arrive empty, texts that left the code leave the catalogue.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract_from_file

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {"fr": "nplurals=2; plural=(n > 1);", "nl": "nplurals=2; plural=(n != 1);"}
# How texts are marked; (1, 2) means that the first two arguments are singular and plural.
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "t": None,
    "lazy": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
    "tn": (1, 2),
}
READERS: dict[str, tuple[str, dict[str, object]]] = {
    ".py": ("python", {"encoding": "utf-8"}),
    ".html": ("jinja2.ext:babel_extract", {"trimmed": "true", "silent": "false"}),
    ".txt": ("jinja2.ext:babel_extract", {"trimmed": "true", "silent": "false"}),
    ".xml": ("jinja2.ext:babel_extract", {"trimmed": "true", "silent": "false"}),
    ".ts": ("javascript", {"encoding": "utf-8", "parse_template_string": "true"}),
}
LEFT_OUT = {"static", "translations", "__pycache__", "node_modules", "dist"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")

Key = tuple[str, str]  # the singular and, if there is one, the plural


@dataclass
class Area:
    """A part of the code with its own catalogues."""

    sources: Path
    catalogues: Path
    texts: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self) -> None:
        """Collect every marked text of the area with the files it stands in."""
        for path in sorted(self.sources.rglob("*")):
            relative = path.relative_to(self.sources)
            if path.suffix in READERS and not LEFT_OUT & set(relative.parts):
                self._read_file(path)

    def _read_file(self, path: Path) -> None:
        if path.suffix in {".txt", ".xml"} and "templates" not in path.parts:
            return
        if path.suffix == ".ts" and ".test." in path.name:
            return
        method, options = READERS[path.suffix]
        found = extract_from_file(method, path, KEYWORDS, (), options, strip_comment_tags=False)
        for _line, message, _comments, _context in found:
            singular, plural = message if isinstance(message, tuple) else (message, "")
            if singular:
                self.texts[singular, plural or ""].add(path.relative_to(ROOT).as_posix())


def areas() -> Iterator[Area]:
    """Give the house and every module, with their texts."""
    places = [(ROOT / "app", ROOT / "app" / "i18n" / "translations")]
    places += [
        (folder, folder / "translations")
        for folder in sorted((ROOT / "modules").glob("*/"))
        if (folder / "__init__.py").exists() or (folder / "module.py").exists()
    ]
    for sources, catalogues in places:
        area = Area(sources, catalogues)
        area.read()
        if area.texts or catalogues.exists():
            yield area


def key_of(entry: polib.POEntry) -> Key:
    """Give what identifies an entry."""
    return entry.msgid, entry.msgid_plural or ""


def load(path: Path) -> dict[Key, polib.POEntry]:
    """Read a catalogue; empty if it does not exist yet."""
    if not path.exists():
        return {}
    return {key_of(entry): entry for entry in polib.pofile(str(path), encoding="utf-8")}


def update(area: Area, language: str) -> int:
    """Rewrite one catalogue, sorted and without line numbers; return how many texts lack."""
    path = area.catalogues / f"{language}.po"
    known = {key: entry for key, entry in load(path).items() if not entry.obsolete}
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    for key in sorted(area.texts):
        catalogue.append(renew(key, area.texts[key], known.get(key)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(catalogue).rstrip("\n") + "\n", encoding="utf-8")
    return sum(not is_translated(entry) for entry in catalogue)


def renew(key: Key, places: set[str], known: polib.POEntry | None) -> polib.POEntry:
    """Make the entry of a text, with the translation it already had."""
    singular, plural = key
    entry = polib.POEntry(msgid=singular, occurrences=[(place, "") for place in sorted(places)])
    if "%(" in singular:
        entry.flags.append("python-format")
    if known is not None:
        entry.comment, entry.tcomment = known.comment, known.tcomment
        entry.flags += [flag for flag in known.flags if flag == "fuzzy"]
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = known.msgstr_plural if known else {0: "", 1: ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    return entry


def is_translated(entry: polib.POEntry) -> bool:
    """Tell whether every form of the entry has a text."""
    if entry.msgid_plural:
        return len(entry.msgstr_plural) > 1 and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


def placeholders(text: str) -> set[str]:
    """Name the values a text leaves room for."""
    return {python or script for python, script in PLACEHOLDER.findall(text)}


def complaints(area: Area, language: str) -> Iterator[str]:
    """Say what is wrong with one catalogue, one line for each text."""
    path = area.catalogues / f"{language}.po"
    known = load(path)
    where = path.relative_to(ROOT)
    for key in sorted(area.texts):
        entry = known.get(key)
        source = min(area.texts[key])
        if entry is None or entry.obsolete or not is_translated(entry):
            yield f"{where}: missing: {key[0]!r} ({source})"
        elif entry.fuzzy:
            yield f"{where}: fuzzy: {key[0]!r} ({source})"
        else:
            yield from misfits(where, entry)
    for key, entry in sorted(known.items()):
        if entry.obsolete or key not in area.texts:
            yield f"{where}: obsolete: {key[0]!r}"


def misfits(where: Path, entry: polib.POEntry) -> Iterator[str]:
    """Say which translations name a value that the source does not give."""
    allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural or "")
    for text in sorted({entry.msgstr, *entry.msgstr_plural.values()}):
        if unknown := placeholders(text) - allowed:
            yield f"{where}: unknown value {', '.join(sorted(unknown))} in {text!r}"


def check() -> int:
    """Print every complaint and the cure; status 1 if there is any."""
    found = [line for area in areas() for name in LANGUAGES for line in complaints(area, name)]
    print("\n".join(found) or "Every text is translated in French and in Dutch.")
    if found:
        print(f"{len(found)} complaints. Run scripts/translations, then fill in what is empty.")
    return bool(found)


def main() -> int:
    """Update the catalogues, or with --check only read them."""
    parser = argparse.ArgumentParser(
        prog="scripts/translations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; name what is missing or obsolete"
    )
    parser.add_argument("areas", nargs="*", help="only these: app, tickets, energy...")
    options = parser.parse_args()
    if options.check:
        return check()
    for area in areas():
        if options.areas and area.sources.name not in options.areas:
            continue
        for language in LANGUAGES:
            lacking = update(area, language)
            print(
                f"{area.sources.name} {language}: {len(area.texts)} texts, {lacking} to translate"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

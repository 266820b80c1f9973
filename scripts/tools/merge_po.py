"""Merge two versions of a catalogue entry by entry; a driver for `git merge`.

Switch it on once per clone:
git config merge.po.driver '.venv/bin/python scripts/tools/merge_po.py %O %A %B'
"""

import sys

import polib


def merge(base_path: str, ours_path: str, theirs_path: str) -> None:
    """Write into `ours` every entry of both sides that neither removed; a translation wins."""
    base, ours, theirs = (polib.pofile(path) for path in (base_path, ours_path, theirs_path))
    known = {entry.msgid for entry in base}
    mine = {entry.msgid: entry for entry in ours}
    yours = {entry.msgid: entry for entry in theirs}
    before = {entry.msgid: entry for entry in base}
    for entry in list(ours):
        if entry.msgid in known and entry.msgid not in yours:
            ours.remove(entry)
    for entry in theirs:
        held = mine.get(entry.msgid)
        if held is None:
            if entry.msgid not in known:
                ours.append(entry)
        elif not held.translated() or held.msgstr == getattr(
            before.get(entry.msgid), "msgstr", None
        ):
            held.msgstr, held.msgstr_plural = entry.msgstr, entry.msgstr_plural
            held.flags = entry.flags
    ours.sort(key=lambda entry: entry.msgid)
    ours.wrapwidth = 100  # as scripts/translations writes them
    ours.save(ours_path)


if __name__ == "__main__":
    merge(*sys.argv[1:4])

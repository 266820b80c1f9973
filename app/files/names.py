"""Names of files as strangers send them, made safe to show and to save."""

import re
import unicodedata

MOST_CHARACTERS = 120
# Names Windows keeps for devices, with any ending.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$", re.IGNORECASE)
_MISLEADING = frozenset(
    ("exe", "com", "bat", "cmd", "js", "vbs", "ps1", "sh", "html", "htm", "svg", "scr", "jar")
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*%;`$]')


def clean_name(name: str, ending: str) -> str:
    r"""Return the last part of a path, without control or direction characters, with our ending.

    `..\..\plan\u202efdp.exe` of a PDF becomes `planfdp.pdf`.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c if c.isprintable() or c == " " else "" for c in last)
    shown = "".join(c for c in shown if unicodedata.category(c)[0] != "C")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", _FORBIDDEN.sub("_", shown)).strip(" ._-")
    while "." in stem and stem.rsplit(".", 1)[1].lower() in {ending, *_MISLEADING}:
        stem = stem.rsplit(".", 1)[0]
    stem = stem[: MOST_CHARACTERS - len(ending) - 1].strip(" .") or "file"
    if _DEVICES.match(stem.split(".", maxsplit=1)[0]):
        stem = f"_{stem}"
    return f"{stem}.{ending}"

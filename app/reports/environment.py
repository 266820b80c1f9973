"""The templates of reports, without Flask: the same folders, filters and texts as the pages."""

from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from app import i18n

HOUSE = Path(__file__).parent.parent / "templates"


@cache
def report_environment() -> Environment:
    """Build the environment once: the house's templates, then those of every module."""
    from app.registry import MODULES_FOLDER

    folders = [HOUSE, *sorted(MODULES_FOLDER.glob("*/templates"))]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=False
    )
    for name in i18n.__all__:
        if name.startswith("format_"):
            environment.filters[name.removeprefix("format_")] = getattr(i18n, name)
    return environment

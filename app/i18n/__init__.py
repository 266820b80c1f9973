"""Languages: texts in French, Dutch and English, and the formats of Belgium."""

from app.i18n.formats import (
    format_bound,
    format_date,
    format_datetime,
    format_iso,
    format_money,
    format_number,
    format_quantity,
    format_relative,
    format_time,
)
from app.i18n.texts import (
    DEFAULT_LOCALE,
    LANGUAGE_NAMES,
    LOCALES,
    LazyText,
    get_locale,
    gettext,
    lazy,
    load_catalogues,
    ngettext,
    use_locale,
)

__all__ = [
    "DEFAULT_LOCALE",
    "LANGUAGE_NAMES",
    "LOCALES",
    "LazyText",
    "format_bound",
    "format_date",
    "format_datetime",
    "format_iso",
    "format_money",
    "format_number",
    "format_quantity",
    "format_relative",
    "format_time",
    "get_locale",
    "gettext",
    "lazy",
    "load_catalogues",
    "ngettext",
    "use_locale",
]

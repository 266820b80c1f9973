"""The kinds of values a column can hold."""

from app.tabular.kinds.base import BadValue, Cell, Doubtful, Kind, plain_text
from app.tabular.kinds.choices import Choice, YesNo
from app.tabular.kinds.dates import Day, Month, parse_date
from app.tabular.kinds.identifiers import Ean, Identifier, Lookup, Phone
from app.tabular.kinds.moments import Moment, instant_of, moment_of
from app.tabular.kinds.numbers import DecimalNumber, Integer, parse_number
from app.tabular.kinds.text import EMAIL, Text

__all__ = [
    "EMAIL",
    "BadValue",
    "Cell",
    "Choice",
    "Day",
    "DecimalNumber",
    "Doubtful",
    "Ean",
    "Identifier",
    "Integer",
    "Kind",
    "Lookup",
    "Moment",
    "Month",
    "Phone",
    "Text",
    "YesNo",
    "instant_of",
    "moment_of",
    "parse_date",
    "parse_number",
    "plain_text",
]

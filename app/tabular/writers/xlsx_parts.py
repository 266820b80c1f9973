"""The fixed parts of a workbook, and how one value becomes the XML of a cell."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from app.tabular.neutralise import neutralise

BRUSSELS = ZoneInfo("Europe/Brussels")
MAX_CELL_CHARS = 32_767
# Positions in `STYLES` below.
STYLE_HEADER, STYLE_DATE, STYLE_INSTANT, STYLE_QUOTED, STYLE_TEXT, STYLE_ERROR, STYLE_NOTE = (
    1, 2, 3, 4, 5, 6, 7,
)  # fmt: skip

_NS = "http://schemas.openxmlformats.org"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STYLES = (
    f'{_XML}<styleSheet xmlns="{_NS}/spreadsheetml/2006/main">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="dd/mm/yyyy\\ hh:mm"/></numFmts>'
    '<fonts count="4"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    '<font><sz val="11"/><color rgb="FFB00020"/><name val="Calibri"/></font>'
    '<font><i/><sz val="11"/><color rgb="FF5F6B7A"/><name val="Calibri"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE7ECF2"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFDE7E9"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="8"><xf xfId="0"/>'
    '<xf xfId="0" fontId="1" fillId="2" applyFont="1" applyFill="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="165" applyNumberFormat="1"/>'
    '<xf xfId="0" quotePrefix="1"/>'
    '<xf xfId="0" numFmtId="49" applyNumberFormat="1"/>'
    '<xf xfId="0" fontId="2" fillId="3" applyFont="1" applyFill="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf xfId="0" fontId="3" applyFont="1"><alignment vertical="top" wrapText="1"/></xf>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
ROOT_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_NS}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
SHEET_OPEN = f'{_XML}<worksheet xmlns="{_NS}/spreadsheetml/2006/main">'

_SPECIAL = re.compile(r"[&<>\x00-\x1f\ufffe\uffff\ud800-\udfff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# A signed number or a telephone number can be kept from being run without a visible apostrophe.
_HARMLESS_SIGN = re.compile(r"[+\-][\d .,/()]*")
_EPOCH = date(1899, 12, 30)
# Spreadsheets keep 15 digits: longer whole numbers are identifiers, written as text.
LONGEST_NUMBER = 10**15


def content_types(sheets: int) -> str:
    """Write the list of parts of a workbook with so many sheets."""
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{SHEET_TYPE}"/>'
        for i in range(1, sheets + 1)
    )
    return (
        f'{_XML}<Types xmlns="{_NS}/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{main}.styles+xml"/>{parts}</Types>'
    )


def workbook_xml(names: list[str]) -> str:
    """Write the list of sheets."""
    sheets = "".join(
        f'<sheet name="{escape_attribute(name)}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(names, start=1)
    )
    return (
        f'{_XML}<workbook xmlns="{_NS}/spreadsheetml/2006/main" '
        f'xmlns:r="{_NS}/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>'
    )


def workbook_relations(sheets: int) -> str:
    """Write which part holds which sheet."""
    kind = f"{_NS}/officeDocument/2006/relationships"
    parts = "".join(
        f'<Relationship Id="rId{i}" Type="{kind}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, sheets + 1)
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{kind}/styles" Target="styles.xml"/>'
    return (
        f'{_XML}<Relationships xmlns="{_NS}/package/2006/relationships">'
        f"{parts}{styles}</Relationships>"
    )


def sheet_name(text: str) -> str:
    """Make a text a legal sheet name: at most 31 characters, without brackets and slashes."""
    return re.sub(r"[\[\]:*?/\\]", " ", text).strip("' ")[:31] or "Sheet"


def escape_attribute(text: str) -> str:
    """Escape a text for an XML attribute."""
    return escape_text(text).replace('"', "&quot;")


def escape_text(text: str) -> str:
    """Escape a text for XML; characters XML forbids are written as spreadsheets do, `_x0001_`."""
    text = _ESCAPE.sub("_x005F_", text)
    text = _FORBIDDEN.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell_xml(value: Any) -> str:
    """Write what follows `<c r="A1"` for a value of any type we export.

    Text never becomes a formula: see `neutralise`; instants are written in Brussels time.
    """
    kind = type(value)
    if kind is str:
        return _text_xml(value)
    if value is None:
        return "/>"
    if kind is int and -LONGEST_NUMBER < value < LONGEST_NUMBER:
        return f"><v>{value}</v></c>"
    return _number_xml(value) or _date_xml(value) or _text_xml(str(value))


def _number_xml(value: Any) -> str:
    if isinstance(value, bool):
        return f' t="b"><v>{value:d}</v></c>'
    if isinstance(value, int):
        return f"><v>{value}</v></c>" if abs(value) < LONGEST_NUMBER else ""
    if isinstance(value, float | Decimal) and isfinite(value):
        return f"><v>{value}</v></c>"
    return ""


def _date_xml(value: Any) -> str:
    if isinstance(value, datetime):
        return _instant_xml(value)
    if isinstance(value, date) and value > _EPOCH:
        return f' s="{STYLE_DATE}"><v>{(value - _EPOCH).days}</v></c>'
    return ""


def _text_xml(text: str) -> str:
    if not text:
        return "/>"
    style = ""
    if text[0] in "'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        if _HARMLESS_SIGN.fullmatch(text):
            style = f' s="{STYLE_QUOTED}"'
        else:
            text = neutralise(text)
    text = text[:MAX_CELL_CHARS]
    space = ""
    if _SPECIAL.search(text):
        space = ' xml:space="preserve"'
        text = escape_text(text)
    return f'{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _instant_xml(value: datetime) -> str:
    local = value.astimezone(BRUSSELS).replace(tzinfo=None) if value.tzinfo else value
    since = local - datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
    return f' s="{STYLE_INSTANT}"><v>{since.total_seconds() / 86_400:.8f}</v></c>'

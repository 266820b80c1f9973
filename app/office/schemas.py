"""What the form of the office sends."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load
from marshmallow.validate import Email, Length

from app.db import TranslatedText
from app.i18n import LOCALES
from app.i18n import lazy as _l
from app.office.services import PresentOffice
from app.web.fields import Line, Paragraphs
from app.web.forms import FormSchema, VersionField

_NAME, _ADDRESS = Length(max=160), Length(max=400)


class OfficeIn(FormSchema):
    """Name and address in three languages, phone and e-mail."""

    name_fr = Line(load_default="", validate=_NAME, metadata={"label": _l("Name in French")})
    name_nl = Line(load_default="", validate=_NAME, metadata={"label": _l("Name in Dutch")})
    name_en = Line(load_default="", validate=_NAME, metadata={"label": _l("Name in English")})
    address_fr = Paragraphs(
        load_default="", validate=_ADDRESS, metadata={"label": _l("Address in French")}
    )
    address_nl = Paragraphs(
        load_default="", validate=_ADDRESS, metadata={"label": _l("Address in Dutch")}
    )
    address_en = Paragraphs(
        load_default="", validate=_ADDRESS, metadata={"label": _l("Address in English")}
    )
    phone = Line(load_default="", validate=Length(max=30), metadata={"label": _l("Phone")})
    email = Line(load_default="", validate=Email(), metadata={"label": _l("E-mail address")})
    privacy_contact = Line(
        load_default="",
        validate=Length(max=200),
        metadata={"label": _l("Data protection officer")},
    )
    version = VersionField()

    @post_load
    def _make(self, data: dict[str, Any], **_kw: Any) -> PresentOffice:
        texts = {
            noun: TranslatedText(
                {one: text for one in LOCALES if (text := data.pop(f"{noun}_{one}"))}
            )
            for noun in ("name", "address")
        }
        return PresentOffice(texts["name"], texts["address"], **data)

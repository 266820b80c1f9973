"""What the scripts say is listed, so that it is translated; nothing is listed in vain."""

import re
from pathlib import Path

import pytest

from app.i18n import use_locale
from app.web.frontend_texts import FIELD_TEXTS, PAGE_TEXTS, frontend_messages

SOURCES = Path(__file__).parents[3] / "app" / "frontend"
USED = re.compile(r"\bt\(\s*'((?:[^'\\]|\\.)*)'")


def texts_of(*, is_field: bool) -> set[str]:
    return {
        text.replace("\\'", "'")
        for path in SOURCES.rglob("*.ts")
        if ".test." not in path.name and ("field" in path.relative_to(SOURCES).parts) is is_field
        for text in USED.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize(("listed", "is_field"), [(PAGE_TEXTS, False), (FIELD_TEXTS, True)])
def test_the_list_holds_what_the_scripts_say(listed, is_field):
    assert {text.message for text in listed} == texts_of(is_field=is_field)


@pytest.mark.parametrize("locale", ["fr", "nl"])
@pytest.mark.parametrize("listed", [PAGE_TEXTS, FIELD_TEXTS])
def test_every_text_reaches_the_page_translated(listed, locale):
    with use_locale(locale):
        messages = frontend_messages(listed)
    same = {text for text, translated in messages.items() if text == translated}
    # Words that are written alike in both languages.
    assert len(same) <= 8, same


def test_scripts_never_build_a_text_from_pieces():
    for path in SOURCES.rglob("*.ts"):
        assert not re.search(r"\bt\(\s*`", path.read_text(encoding="utf-8")), path

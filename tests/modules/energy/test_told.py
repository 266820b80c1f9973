"""The sentence of an alert is kept in every language and read in one; people keep their words."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from app.i18n import LOCALES, use_locale
from modules.energy.enums import Rule, Unit
from modules.energy.told import read_told, sentence_to_keep
from modules.energy.words import facts_of, sentence

pytestmark = pytest.mark.usefixtures("app")
SINCE = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


def said(rule: Rule) -> dict[str, str]:
    return sentence(rule, Unit.LITRE, facts_of(SINCE, SINCE, 130.0, 40.0, 2160.0, 1650))


@pytest.mark.parametrize("rule", list(Rule))
def test_each_reads_it_in_their_own_language(rule: Rule) -> None:
    stored = f"Cave\n{sentence_to_keep(said(rule))}\nMind the dog"
    for locale in LOCALES:
        with use_locale(locale):
            assert read_told(stored) == f"Cave\n{said(rule)[locale]}\nMind the dog"


def test_the_order_the_languages_were_kept_in_does_not_matter() -> None:
    for order in permutations(said(Rule.SILENT).values()):
        with use_locale("nl"):
            assert read_told("\n".join(order)) == said(Rule.SILENT)["nl"]


def test_what_is_not_an_alert_s_stays_as_written() -> None:
    silent, zero, spike = (said(rule) for rule in (Rule.SILENT, Rule.ZERO, Rule.SPIKE))
    texts = (
        "",
        "L'eau coule.\nHet water loopt.\nWater runs.",
        f"{silent['fr']}\n{silent['nl']}",
        f"{silent['fr']}\n{zero['nl']}\n{spike['en']}",
    )
    with use_locale("nl"):
        assert [read_told(text) for text in texts] == list(texts)

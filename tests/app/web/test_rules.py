"""Addresses are the same whether what writes them was compiled at start-up or just now."""

from uuid import UUID

import pytest
from werkzeug.routing import BuildError, Map, Rule, Submount

from app.web.rules import LateRule

KEY = UUID("0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000")
CASES = (
    ("/lots", {}),
    ("/lots", {"page": 2, "q": "rue/straat é"}),
    ("/lots/<uuid:lot_id>", {"lot_id": KEY}),
    ("/files/<path:name>", {"name": "a b/é.pdf", "inline": "1"}),
    ("/pages/<int:number>", {"number": 3}),
)


def address(kind: type[Rule], rule: str, values: dict[str, object], times: int = 1) -> list[str]:
    urls = Map([Submount("/api", [kind(rule, endpoint="here")])]).bind("example.org")
    return [urls.build("here", dict(values)) for _ in range(times)]


@pytest.mark.parametrize(("rule", "values"), CASES)
def test_an_address_is_written_as_werkzeug_would(rule: str, values: dict[str, object]) -> None:
    assert address(LateRule, rule, values, times=2) == address(Rule, rule, values) * 2


def test_a_missing_part_is_refused_as_before() -> None:
    with pytest.raises(BuildError):
        address(LateRule, "/lots/<uuid:lot_id>", {})

"""The postcode says the commune: filled in, chosen where it serves several, free abroad."""

from __future__ import annotations

import re

import pytest

from app.auth.roles import Role
from modules.portfolio.communes import Commune, communes_of, find_commune

BRUSSELS = Commune("21004", "Bruxelles", "Brussel")
IXELLES = Commune("21009", "Ixelles", "Elsene")


@pytest.mark.parametrize(
    ("postcode", "expected"),
    [("1000", {BRUSSELS}), (" 1050 ", {BRUSSELS, IXELLES}), ("44000", set()), ("", set())],
)
def test_communes_of_a_postcode(postcode, expected):
    assert set(communes_of(postcode)) == expected


def test_every_commune_has_a_code_and_names():
    every = {commune for number in range(1000, 10_000) for commune in communes_of(str(number))}
    assert len({commune.nis for commune in every}) == 565
    assert all(len(commune.nis) == 5 and commune.nis.isdigit() for commune in every)
    assert all(commune.name_fr and commune.name_nl for commune in every)
    assert Commune("25014", "Braine-l’Alleud", "Braine-l’Alleud").label == "Braine-l’Alleud"


def test_the_only_commune_needs_no_choice_and_one_of_several_does():
    assert find_commune("1000", "") == BRUSSELS
    assert find_commune("1050", "") is None
    assert find_commune("1050", "21009") == IXELLES
    assert find_commune("1050", "62063") is None
    assert find_commune("44000", "21009") is None


def fields(client, **typed):
    """Return the three fields of the commune as the page shows them, and the codes offered."""
    page = client.get("/buildings/commune", query_string=typed).get_data(as_text=True)
    values = dict(re.findall(r'name="(commune_\w+)" type="text" value="([^"]*)"', page))
    return tuple(values.values()), re.findall(r'<option value="(\d+)"', page)


def test_the_form_fills_in_or_offers_the_commune_of_the_postcode(client, login):
    login(client, Role.ADMINISTRATOR)
    assert fields(client, postcode="1000") == (("Bruxelles", "Brussel", "21004"), [])
    assert fields(client, postcode="1050") == (("", "", ""), ["21004", "21009"])
    chosen = fields(client, postcode="1050", chosen="21009")
    assert chosen == (("Ixelles", "Elsene", "21009"), ["21004", "21009"])
    elsewhere = {"commune_fr": "Liège", "commune_nl": "Luik", "commune_nis": "62063"}
    assert fields(client, postcode="1050", **elsewhere)[0] == ("", "", "")
    by_hand = {"commune_fr": "Ixelles", "commune_nl": "Elsene", "commune_nis": ""}
    assert fields(client, postcode="1050", **by_hand)[0] == ("Ixelles", "Elsene", "")
    typed = {"commune_fr": "Lille", "commune_nl": "Rijsel", "commune_nis": ""}
    assert fields(client, postcode="59000", **typed) == (("Lille", "Rijsel", ""), [])
    new = client.get("/buildings/new").get_data(as_text=True)
    assert 'hx-get="/buildings/commune"' in new


def test_only_who_changes_buildings_is_answered(client, login):
    login(client, Role.TECHNICIAN)
    assert client.get("/buildings/commune?postcode=1000").status_code == 403

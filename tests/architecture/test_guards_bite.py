"""A guard that never barks guards nothing: each is shown a fault and must name it."""

from __future__ import annotations

import grimp
import polib
import pytest
from flask import Flask

from scripts.tools import translations
from tests.architecture.import_contracts import FrontDoorContract
from tests.support.pages import faults_of
from tests.support.web import PageClient

PAGE = """<!doctype html><html lang="fr"><head><title>Page</title></head>
<body><h1>Title</h1><label for="a">A</label><input id="a" name="a">{fault}</body></html>"""


def test_a_good_page_has_no_faults():
    assert faults_of(PAGE.format(fault="")) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("<h1>Again</h1>", "2 <h1>"),
        ("<input name=b>", "no label"),
        ("<p style='color:red'>x</p>", "inline style"),
        ("<script>go()</script>", "inline <script>"),
        ("<button onclick='go()'>x</button>", "carries onclick"),
        ("<p id=a>x</p>", "stands twice"),
        ("<img src=x>", "no alt"),
        ("<form method=post action=/b><select aria-label=b></select></form>", "0 form_key"),
        ("<form method=post action=/b><input aria-label=b required></form>", "novalidate"),
        ("</section>", "end-tag"),
    ],
)
def test_a_fault_of_a_page_is_named(fault, said):
    assert said in "\n".join(faults_of(PAGE.format(fault=fault)))


def test_data_for_scripts_is_no_inline_script():
    assert faults_of(PAGE.format(fault='<script type="application/json">{}</script>')) == []


@pytest.mark.parametrize("missing", ['lang="fr"', "<title>Page</title>", "<h1>Title</h1>"])
def test_what_a_page_lacks_is_named(missing):
    assert faults_of(PAGE.format(fault="").replace(missing, ""))


def test_the_client_of_the_tests_refuses_a_faulty_page():
    app = Flask("faulty")
    app.test_client_class = PageClient
    app.add_url_rule("/", view_func=lambda: PAGE.format(fault="<h1>Again</h1>"))
    with pytest.raises(AssertionError, match="2 <h1>"):
        app.test_client().get("/")


def graph_with(importer: str, imported: str) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for name in ("modules", "modules.a", "modules.b", importer, imported):
        graph.add_module(name)
    graph.add_import(importer=importer, imported=imported, line_number=3, line_contents="import")
    return graph


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("modules.a.services", "modules.b.models", False),
        ("modules.a.services", "modules.b.services.opening", False),
        ("modules.a.services", "modules.b.api", True),
        ("modules.a.services", "modules.b.events", True),
        ("modules.a.services", "modules.a.models", True),
        ("modules.a.services", "app.db", True),
    ],
)
def test_a_module_enters_its_neighbour_by_the_door(importer, imported, kept):
    options = {"container": "modules", "doors": ["api", "events"]}
    contract = FrontDoorContract("front door", {}, options)
    assert contract.check(graph_with(importer, imported), verbose=False).kept is kept


def area_with(tmp_path, *entries: polib.POEntry) -> translations.Area:
    catalogue = polib.POFile()
    catalogue.extend(entries)
    catalogue.save(str(tmp_path / "fr.po"))
    area = translations.Area(tmp_path, tmp_path)
    area.texts["Save", ""].add("code.py")
    area.texts["%(count)s row", "%(count)s rows"].add("code.py")
    return area


SAVE = {"msgid": "Save", "msgstr": "Enregistrer"}
ROWS = {"msgid": "%(count)s row", "msgid_plural": "%(count)s rows"}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([SAVE], "missing"),
        ([SAVE, ROWS | {"msgstr_plural": {0: "%(count)s ligne", 1: ""}}], "missing"),
        ([SAVE, ROWS | {"msgstr_plural": {0: "%(nombre)s", 1: "x"}}], "unknown value nombre"),
        ([SAVE | {"flags": ["fuzzy"]}, ROWS], "fuzzy"),
        ([SAVE, {"msgid": "Gone", "msgstr": "Parti"}], "obsolete"),
    ],
)
def test_a_text_that_lacks_its_translation_is_named(tmp_path, monkeypatch, entries, said):
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    area = area_with(tmp_path, *(polib.POEntry(**entry) for entry in entries))
    assert said in "\n".join(translations.complaints(area, "fr"))


def test_complete_catalogues_are_left_in_peace_and_kept_when_updated(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    plural = ROWS | {"msgstr_plural": {0: "%(count)s ligne", 1: "%(count)s lignes"}}
    area = area_with(tmp_path, polib.POEntry(**SAVE), polib.POEntry(**plural))
    assert list(translations.complaints(area, "fr")) == []
    assert translations.update(area, "fr") == 0
    first = (tmp_path / "fr.po").read_text("utf-8")
    assert translations.update(area, "fr") == 0
    assert (tmp_path / "fr.po").read_text("utf-8") == first
    assert "Enregistrer" in first

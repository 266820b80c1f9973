"""The manifest of the build becomes tags, lists of files and the service worker."""

import json

import pytest

from app.web.assets import read_assets, worker_source

MANIFEST = {
    "base/main.ts": {
        "file": "assets/base-1.js",
        "name": "base",
        "isEntry": True,
        "css": ["assets/base-1.css"],
    },
    "map/main.ts": {
        "file": "assets/map-2.js",
        "name": "map",
        "isEntry": True,
        "imports": ["_shared.js"],
        "dynamicImports": ["map/view.ts"],
    },
    "map/view.ts": {"file": "assets/view-4.js", "name": "view", "isDynamicEntry": True},
    "_shared.js": {"file": "assets/shared-3.js", "name": "shared", "css": ["assets/shared-3.css"]},
    "field/main.ts": {"file": "assets/field-5.js", "name": "field", "isEntry": True},
    "field/worker.ts": {"file": "assets/worker-6.js", "name": "field_worker", "isEntry": True},
}


@pytest.fixture
def dist(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    (tmp_path / "assets" / "worker-6.js").write_text("listen()", encoding="utf-8")
    (tmp_path / "assets" / "icons-ab.svg").write_text("<svg/>", encoding="utf-8")
    return tmp_path


def test_an_entry_brings_its_styles_and_script(dist):
    tags = read_assets(dist, "/static/dist").tags("base")
    assert tags.splitlines() == [
        '<link rel="stylesheet" href="/static/dist/assets/base-1.css">',
        '<script type="module" src="/static/dist/assets/base-1.js"></script>',
    ]


def test_shared_parts_are_preloaded_and_parts_on_demand_are_not(dist):
    tags = read_assets(dist, "/static/dist/").tags("map")
    assert '<link rel="modulepreload" href="/static/dist/assets/shared-3.js">' in tags
    assert "shared-3.css" in tags
    assert "view-4" not in tags


def test_two_entries_never_repeat_a_file(dist):
    tags = read_assets(dist, "/d").tags("map", "map", "base")
    assert tags.count("shared-3.js") == 1
    assert tags.count('src="/d/assets/map-2.js"') == 1


def test_an_unknown_entry_has_no_tags(dist):
    assert read_assets(dist, "/d").tags("absent") == ""


def test_a_clone_without_a_build_has_no_tags(tmp_path):
    assets = read_assets(tmp_path, "/d")
    assert not assets.is_built
    assert assets.tags("base") == ""
    assert assets.icons_url == ""
    assert assets.read("field_worker") == ""


def test_a_damaged_manifest_counts_as_no_build(tmp_path):
    (tmp_path / "manifest.json").write_text("{half", encoding="utf-8")
    assert not read_assets(tmp_path, "/d").is_built


def test_the_sprite_is_found(dist):
    assert read_assets(dist, "/d").icons_url == "/d/assets/icons-ab.svg"


def test_the_worker_knows_its_files_and_changes_with_the_build(dist):
    before = worker_source(read_assets(dist, "/d"), "/field/")
    settings = json.loads(before.splitlines()[0].removeprefix("self.FIELD = ").removesuffix(";"))
    assert settings["files"] == ["/field/", "/d/assets/field-5.js", "/d/assets/icons-ab.svg"]
    assert before.endswith("listen()")
    changed = json.dumps(MANIFEST).replace("field-5", "field-9")
    (dist / "manifest.json").write_text(changed, encoding="utf-8")
    assert worker_source(read_assets(dist, "/d"), "/field/") != before

"""Contents are kept whole, once, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.intake import take_in
from app.files.store import LocalFileStore
from tests.app.files.pictures import SECRET_PLACE, photo


@pytest.fixture
def store(tmp_path) -> LocalFileStore:
    return LocalFileStore(tmp_path / "files")


def test_the_same_content_is_kept_once(store):
    assert store.put(b"same") == store.put(b"same")
    assert list(store.digests()) == [store.put(b"same")]


@given(st.binary(max_size=2000))
def test_what_is_put_is_read_back(tmp_path_factory, content):
    store = LocalFileStore(tmp_path_factory.mktemp("files"))
    with store.open(store.put(content)) as kept:
        assert kept.read() == content


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "g" * 64, "0" * 63 + "/"])
def test_only_hashes_open_files(store, name):
    with pytest.raises(ValueError, match="SHA-256"):
        store.open(name)


def test_a_failed_write_leaves_nothing_behind(store, monkeypatch):
    monkeypatch.setattr("app.files.store.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store.put(b"content")
    assert [p for p in store.folder.rglob("*") if p.is_file()] == []


def fail(_handle):
    raise OSError("disk full")


def test_a_photo_loses_its_place_and_its_owner_in_every_size(store):
    taken = take_in(photo(), "IMG_1.JPG", store)
    assert taken.name == "IMG_1.jpg"
    assert (taken.width, taken.height) == (2400, 1800)
    assert taken.taken_at is not None
    for digest in store.digests():
        with store.open(digest) as kept:
            content = kept.read()
        assert SECRET_PLACE not in content
        assert b"Jeanne" not in content
        assert b"Exif" not in content


def test_a_turned_photo_is_stored_upright(store):
    assert take_in(photo((400, 300), rotated=True), "x.jpg", store).height == 400


def test_a_phone_picture_becomes_a_jpeg(store, tmp_path):
    import pillow_heif
    from PIL import Image

    path = tmp_path / "x.heic"
    pillow_heif.from_pillow(Image.new("RGB", (640, 480), (1, 2, 3))).save(path)
    taken = take_in(path.read_bytes(), "IMG_2.HEIC", store)
    assert (taken.name, taken.media_type, taken.width) == ("IMG_2.jpg", "image/jpeg", 640)

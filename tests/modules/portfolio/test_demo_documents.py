"""The demo's documents: real files of several levels, shown to who may see them."""

import re
from random import Random

import pytest
from sqlalchemy import select

from app.demo import NAMES, Planting, plant_accounts
from app.files.models import Attachment
from app.files.store import LocalFileStore
from app.subjects import Confidentiality
from modules.portfolio.demo.documents import are_documents_planted, plant_documents
from modules.portfolio.demo.papers import write_paper
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.enums import BuildingKind
from modules.portfolio.models import Building
from tests.factories.portfolio import BUILDER


@pytest.fixture
def plant(database, clock, tmp_path):
    def run(store):
        chance = Random("1")
        planting = Planting(database, clock, BUILDER, chance, 0.06, lambda _text: None, store)
        plant_accounts(database, BUILDER, clock)
        plant_estate(planting)
        plant_documents(planting)

    return run


def test_documents_of_every_level_hang_on_places_and_can_be_read(plant, database, clock, tmp_path):
    store = LocalFileStore(tmp_path / "files")
    plant(store)
    with database.reader() as session:
        found = session.scalars(select(Attachment)).all()
        assert {attachment.confidentiality for attachment in found} == set(Confidentiality)
        assert {attachment.created_by_name for attachment in found} <= set(NAMES.values())
        assert all(attachment.created_at < clock.now() for attachment in found)
        homes = set(
            session.scalars(select(Building.id).where(Building.kind == BuildingKind.CARE_HOME))
        )
        assert homes <= {attachment.subject_id for attachment in found}
        for attachment in found:
            assert attachment.media_type == "application/pdf"
            with store.open(attachment.sha256) as content:
                assert attachment.caption.encode("cp1252") in content.read()
        assert len({attachment.sha256 for attachment in found}) == len(found)
        assert are_documents_planted(session)


def test_the_same_seed_files_the_same_documents(plant, database, tmp_path, clock):
    def picture():
        with database.reader() as session:
            return sorted((str(a.id), a.sha256) for a in session.scalars(select(Attachment)))

    from app.db import Base

    plant(LocalFileStore(tmp_path / "one"))
    first = picture()
    with database.unit_of_work() as uow:
        for table in reversed(Base.metadata.sorted_tables):
            uow.session.execute(table.delete())
    plant(LocalFileStore(tmp_path / "two"))
    assert first
    assert picture() == first


def test_without_a_store_nothing_is_filed(plant, database):
    plant(None)
    with database.reader() as session:
        assert not are_documents_planted(session)


def test_a_paper_is_a_pdf_whose_table_leads_to_its_objects():
    content = write_paper("État (1)", ["Élagage \\ nœud"], has_plan=True)
    assert r"(État \(1\))".encode("cp1252") in content
    assert "(Élagage \\\\ nœud)".encode("cp1252") in content
    start = int(re.findall(rb"startxref\n(\d+)", content)[0])
    assert content[start:].startswith(b"xref\n0 6\n")
    places = [int(found) for found in re.findall(rb"(\d{10}) 00000 n ", content)]
    assert len(places) == 5
    for number, place in enumerate(places, start=1):
        assert content[place:].startswith(b"%d 0 obj\n" % number)
    length = int(re.findall(rb"/Length (\d+)", content)[0])
    stream = content.index(b"stream\n") + len(b"stream\n")
    assert content[stream + length :].startswith(b"\nendstream")
    assert content[stream : stream + length].count(b" re S") == 12

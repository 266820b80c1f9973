import gzip
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.auth.actor import Scope
from app.errors import Forbidden, Invalid
from modules.energy import store
from modules.energy.commands import DeclareMeterChange, IngestFile
from modules.energy.enums import BatchState, RegisterKind, Utility
from modules.energy.models import (
    IngestBatch,
    Meter,
    Register,
    index_days,
    reading_conflicts,
    reading_days,
)
from modules.energy.policies import EnergyPermission
from modules.energy.readings.quality import Quality
from modules.energy.services.ingest import ingest_file
from modules.energy.services.meters import declare_meter_change
from tests.factories.energy import ACTOR, create_meter, hours, ingest, sample, write_long
from tests.factories.portfolio import make_building
from tests.modules.energy.test_formats import ALL

SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def content(database):
    """Return everything stored of readings, without who brought it."""
    with database.reader() as session:
        days = session.execute(
            select(*[c for c in reading_days.c if c.name != "batch_id"]).order_by(
                reading_days.c.register, reading_days.c.day
            )
        ).all()
        points = session.execute(
            select(index_days.c.register, index_days.c.day, index_days.c.points).order_by(
                index_days.c.register, index_days.c.day
            )
        ).all()
    return [tuple(map(str, row)) for row in days], [tuple(map(str, row)) for row in points]


def ends(result):
    return (result.new, result.changed, result.unchanged, result.refused)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_importing_a_file_again_changes_nothing(database, clock, kind, name):
    first = ingest(database, clock, kind, sample(name))
    before = content(database)
    second = ingest(database, clock, kind, sample(name))
    assert ends(first) == (first.rows, 0, 0, 0)
    assert ends(second) == (0, 0, second.rows, 0)
    assert content(database) == before
    assert first.is_clean


def test_a_wrong_ean_is_reported_and_the_meter_is_known_by_its_serial(database, clock):
    result = ingest(database, clock, "fluvius", sample("fluvius_2023_autumn.csv"))
    codes = {w["code"]: w["value"] for w in result.warnings}
    assert codes == {"ean_check": "123456879123456789", "meter_added": "1SAG1234567890"}
    with database.reader() as session:
        (meter,) = session.scalars(select(Meter))
        assert (meter.serial, meter.received_ean) == ("1SAG1234567890", "123456879123456789")
        assert meter.supply_point is None
        assert not meter.is_attached


def test_a_supply_point_can_be_given_on_the_command_line(database, clock):
    ingest(
        database,
        clock,
        "fluvius",
        sample("fluvius_gas_2022.csv"),
        supply_point="541448000000000011",
    )
    with database.reader() as session:
        (meter,) = session.scalars(select(Meter))
        assert meter.supply_point.ean == "541448000000000011"
        assert [r.is_main for r in meter.registers] == [True, False]


def test_readings_of_a_named_meter_go_there(database, clock):
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "W-7", label="Boiler house")
    ingest(database, clock, "homewizard", sample("homewizard_water.csv"), meter="Boiler house")
    with database.reader() as session:
        (meter,) = session.scalars(select(Meter))
        assert [r.kind for r in meter.registers] == [RegisterKind.INDEX, RegisterKind.DERIVED]
        assert meter.last_reading_at is not None


def test_one_meter_cannot_be_named_for_a_file_of_several(database, clock):
    with pytest.raises(Invalid, match="several_meters"):
        ingest(database, clock, "opengrid", sample("opengrid_electricite.csv"), meter="x")
    with database.reader() as session:
        (batch,) = session.scalars(select(IngestBatch))
        assert batch.state is BatchState.FAILED


def test_unknown_meters_can_be_refused_row_by_row(database, clock):
    result = ingest(
        database, clock, "fluvius", sample("fluvius_gas_2022.csv"), create_unknown=False
    )
    assert ends(result) == (0, 0, 0, 116)
    assert {r.code for r in result.refusals} == {"unknown_meter"}


@pytest.mark.parametrize("named", ["", "W-7"])
def test_a_meter_out_of_scope_is_as_unknown(database, clock, actor_with, tmp_path, named):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        create_meter(uow, clock, "W-7", building_id=building.id)
    path = write_long(tmp_path / "long.csv", hours("W-7", "2026-02-01", [1.0, 2.0]))
    command = IngestFile("long", path, meter=named, utility=Utility.WATER)
    for scope, rows in ((Scope(), (0, 2)), (Scope(building_ids=frozenset({building.id})), (2, 0))):
        actor = actor_with(*EnergyPermission, scope=scope)
        result = ingest_file(database, actor, command, clock)
        assert (result.new, result.refused) == rows


def test_import_needs_the_right_and_a_known_format(database, clock, actor_with):
    command = IngestFile("fluvius", sample("fluvius_gas_2022.csv"))
    with pytest.raises(Forbidden):
        ingest_file(database, actor_with(), command, clock)
    with pytest.raises(Invalid, match="unknown_format"):
        ingest(database, clock, "fax", sample("fluvius_gas_2022.csv"))


@pytest.mark.parametrize(("content", "code"), [("", "unreadable_file"), ("\x00", "missing_column")])
def test_an_unreadable_file_is_a_result_and_not_a_crash(database, clock, tmp_path, content, code):
    path = tmp_path / "odd.csv"
    path.write_text(content)
    result = ingest(database, clock, "fluvius", path)
    assert not result.is_clean
    assert [r.code for r in result.refusals] == [code]
    with database.reader() as session:
        assert session.get_one(IngestBatch, result.batch_id).state is BatchState.DONE


def test_validated_replaces_estimated_and_never_the_reverse(database, clock, tmp_path):
    lines = sample("fluvius_gas_2022.csv").read_text(encoding="utf-8-sig").splitlines()
    good = [line for line in lines if "Gevalideerd" in line][:6]
    guesses = [
        line.replace("Gevalideerd", "Geschat").replace(line.split(";")[8], "9,999") for line in good
    ]

    def write(name, rows):
        path = tmp_path / name
        path.write_text("\n".join([lines[0], *rows]) + "\n")
        return path

    assert ends(ingest(database, clock, "fluvius", write("a.csv", guesses))) == (6, 0, 0, 0)
    better = ingest(database, clock, "fluvius", write("b.csv", good))
    assert (ends(better), better.conflicts) == ((0, 6, 0, 0), 6)
    stored = content(database)
    worse = ingest(database, clock, "fluvius", write("c.csv", guesses))
    assert (ends(worse), worse.conflicts) == ((0, 0, 6, 0), 6)
    assert content(database) == stored
    with database.reader() as session:
        taken = session.execute(
            select(reading_conflicts.c.is_taken).order_by(reading_conflicts.c.is_taken)
        ).scalars()
        assert list(taken) == [False] * 6 + [True] * 6


def test_a_corrected_value_is_changed_and_listed(database, clock, tmp_path):
    rows = hours("M", "2024-01-01T00:00", [1.0, 2.0, 3.0])
    ingest(database, clock, "long", write_long(tmp_path / "a.csv", rows), utility=Utility.GAS)
    rows[1] = (*rows[1][:2], 2.5)
    result = ingest(
        database, clock, "long", write_long(tmp_path / "b.csv", rows), utility=Utility.GAS
    )
    assert (ends(result), result.conflicts) == ((0, 1, 2, 0), 1)
    with database.reader() as session:
        (conflict,) = session.execute(select(reading_conflicts)).all()
        assert (conflict.old_value, conflict.new_value) == (2000, 2500)
        assert conflict.at == int(datetime(2024, 1, 1, 1, tzinfo=UTC).timestamp())


def test_each_row_ends_in_exactly_one_count(database, clock, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "meter_id,ts_utc,value\nM,2024-01-01 00:00,1\nM,2024-01-01 01:00,x\n"
        "M,2024-13-01 00:00,1\nM,2024-01-01 00:00,1\nM,2024-01-01 00:30,1\n"
        "M,2024-01-01 02:00,99999\nM,2024-01-01 03:00,1\nM,2024-01-01 04:00,1\n"
    )
    result = ingest(database, clock, "long", path, utility=Utility.ELECTRICITY)
    assert result.rows == 8 == sum(ends(result))
    assert {r.row: r.code for r in result.refusals} == {3: "not_a_number", 4: "not_a_time"} | {
        7: "out_of_range"
    } | {6: "off_grid"}


@SLOW
@given(data=st.data())
def test_overlapping_files_in_any_order_give_the_same_store(templates, clock, tmp_path, data):
    from app.db import Database

    values = data.draw(st.lists(st.integers(0, 9), min_size=30, max_size=90))
    rows = hours("M", "2024-03-30T00:00", values)
    cuts = data.draw(
        st.lists(st.tuples(st.integers(0, 80), st.integers(1, 60)), min_size=1, max_size=5)
    )
    pieces = [rows, *[rows[begin : begin + length] for begin, length in cuts]]
    order = data.draw(st.permutations([piece for piece in pieces if piece]))
    results = []
    for arrangement in ([rows], order):
        with templates.fresh("sqlite") as url:
            opened = Database(url)
            for number, piece in enumerate(arrangement):
                path = write_long(tmp_path / f"{number}.csv", piece)
                result = ingest(opened, clock, "long", path, utility=Utility.WATER)
                assert sum(ends(result)) == len(piece)
                assert result.conflicts == 0
            results.append(content(opened))
            opened.dispose()
    assert results[0] == results[1]


@SLOW
@given(data=st.data())
def test_pieces_of_a_counter_in_any_order_give_the_same_consumption(
    templates, clock, tmp_path, data
):
    from app.db import Database

    lines = sample("homewizard_water.csv").read_text().splitlines()
    header, rows = lines[0], lines[1:]
    cut = sorted(data.draw(st.sets(st.integers(1, len(rows) - 1), min_size=1, max_size=4)))
    bounds = [0, *cut, len(rows)]
    pieces = [rows[max(0, a - 1) : b] for a, b in pairwise(bounds)]
    order = data.draw(st.permutations(pieces))
    results = []
    for arrangement in ([rows], order):
        with templates.fresh("sqlite") as url:
            opened = Database(url)
            for number, piece in enumerate(arrangement):
                folder = tmp_path / str(number)
                folder.mkdir(exist_ok=True)
                path = folder / "water.csv"
                path.write_text("\n".join([header, *piece]) + "\n")
                ingest(opened, clock, "homewizard", path)
            results.append(content(opened))
            opened.dispose()
    assert results[0] == results[1]


def test_a_declared_meter_change_conserves_consumption(database, clock, tmp_path):
    path = tmp_path / "m.csv"
    times = [f"2024-01-01 00:{m:02d}" for m in (0, 15, 30, 45)]
    rows = zip(times, ["100.0", "100.4", "0.1", "0.3"], strict=True)
    path.write_text("time,Total gas used\n" + "".join(f"{t},{v}\n" for t, v in rows))
    result = ingest(database, clock, "homewizard", path)
    assert [w["code"] for w in result.warnings] == ["meter_added", "index_fell"]
    with database.unit_of_work() as uow:
        register = uow.session.scalars(
            select(Register).where(Register.kind == RegisterKind.INDEX)
        ).one()
        command = DeclareMeterChange(
            register.id, datetime(2023, 12, 31, 23, 20, tzinfo=UTC), 100_500.0, 0.0
        )
        declare_meter_change(ACTOR, command, uow, clock)
        derived = uow.session.scalars(
            select(Register).where(Register.source_id == register.id)
        ).one()
        day = int(datetime(2023, 12, 31, tzinfo=UTC).timestamp()) // 86400
        values, quality = store.read_series(uow.session, derived.number, 15, day, day)
    assert np.nansum(values) == pytest.approx(400 + 100 + 100 + 200)
    assert (quality[-4:-1] >= Quality.ESTIMATED).all()


def test_gzip_is_recognised_by_content(database, clock, tmp_path):
    plain = write_long(tmp_path / "a.csv", hours("M", "2024-01-01T00:00", [1, 2, 3]))
    packed = tmp_path / "b.csv"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    ingest(database, clock, "long", plain, utility=Utility.GAS)
    assert ends(ingest(database, clock, "long", packed, utility=Utility.GAS)) == (0, 0, 3, 0)


def test_table_of_meters_beside_the_file_names_the_utilities(database, clock, tmp_path):
    path = write_long(
        tmp_path / "my_readings.csv",
        hours("W1", "2024-01-01T00:00", [10]) + hours("E1", "2024-01-01T00:00", [10]),
    )
    (tmp_path / "my_meters.csv").write_text(
        "meter_id,utility,unit\nW1,water,L\nE1,electricity,kWh\n"
    )
    assert ingest(database, clock, "long", path).is_clean
    with database.reader() as session:
        totals = dict(
            session.execute(
                select(Meter.serial, reading_days.c.total)
                .join(Register, Register.meter_id == Meter.id)
                .join(reading_days, reading_days.c.register == Register.number)
            ).all()
        )
    assert totals == {"W1": 10, "E1": 10_000}

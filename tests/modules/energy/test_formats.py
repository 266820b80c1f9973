from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from modules.energy.enums import Direction, RegisterKind, Unit, Utility
from modules.energy.formats import FORMATS, find_format
from modules.energy.formats.base import Hints, UnreadableFile
from modules.energy.formats.fluvius import register_code
from modules.energy.formats.p1 import crc16, instant
from modules.energy.readings.quality import Quality
from tests.factories.energy import sample

AUTUMN_UTC = 1698537600  # 2023-10-29 00:00 UTC, 02:00 summer time in Brussels
ALL = [
    ("fluvius", "fluvius_2021.csv"),
    ("fluvius", "fluvius_2023_autumn.csv"),
    ("fluvius", "fluvius_gas_2022.csv"),
    ("p1", "p1_fluvius_emucs_1_7_1_elec_gaz.txt"),
    ("p1", "p1_ores_siconia_s211.txt"),
    ("homewizard", "homewizard_water.csv"),
    ("dsmr-reader", "dsmr_reader.csv"),
    ("p1mon", "p1mon_water.xlsx"),
    ("opengrid", "opengrid_electricite.csv"),
    ("simbench", "simbench.csv"),
]


def parts_of(kind, path, **hints):
    return list(find_format(kind).read(path, Hints(**hints)))


def only_part(kind, path, **hints):
    (part,) = parts_of(kind, path, **hints)
    return part


def of_series(part, code, unit=None):
    place = next(
        i
        for i, key in enumerate(part.series)
        if key.register.code == code and unit in (None, key.register.unit)
    )
    mine = part.readings.series == place
    return part.readings.at[mine], part.readings.value[mine], part.readings.quality[mine]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_row_has_a_reading_or_a_refusal(kind, name):
    for part in parts_of(kind, sample(name)):
        seen = set(part.readings.row.tolist()) | {r.row for r in part.refusals}
        assert seen == set(part.rows.tolist())
        assert part.refusals == []


def test_autumn_hour_is_interleaved_in_fluvius_and_becomes_eight_quarters():
    part = only_part("fluvius", sample("fluvius_2023_autumn.csv"))
    at, value, _ = of_series(part, "offtake.night")
    double = (at >= AUTUMN_UTC) & (at < AUTUMN_UTC + 7200)
    assert at[double].tolist() == [
        AUTUMN_UTC + place * 900 for summer in range(4) for place in (summer, summer + 4)
    ]
    assert value[double].tolist() == [276, 261, 286, 268, 269, 273, 295, 286]
    assert len(set(at.tolist())) == len(at)


def test_fluvius_empty_volume_is_missing_and_not_zero():
    part = only_part("fluvius", sample("fluvius_2021.csv"))
    missing = part.readings.quality == Quality.MISSING
    assert missing.any()
    assert np.isnan(part.readings.value[missing]).all()
    assert not np.isnan(part.readings.value[~missing]).any()
    assert {Quality.ESTIMATED, Quality.VALIDATED} & set(part.readings.quality.tolist())


def test_fluvius_gas_gives_two_registers_in_wh_and_litres():
    part = only_part("fluvius", sample("fluvius_gas_2022.csv"))
    _, energy, _ = of_series(part, "offtake.total", Unit.WH)
    _, volume, _ = of_series(part, "offtake.total", Unit.LITRE)
    assert len(energy) == len(volume) == 58
    assert energy[1] == 5445
    assert volume[1] == 495
    assert {key.register.utility for key in part.series} == {Utility.GAS}
    assert part.series[0].register.interval_minutes == 60


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Afname Dag", "offtake.day"),
        ("Offtake Night", "offtake.night"),
        ("Injectie Nacht", "injection.night"),
        ("Afname", "offtake.total"),
        ("Afname Capacitief", "offtake.capacitive"),
        ("Iets Nieuws", "iets.nieuws"),
    ],
)
def test_register_names_become_codes(name, code):
    assert register_code(name) == code


def fluvius_file(tmp_path, *rows):
    header = (
        "VAN (DATUM);Van (tijdstip);Tot (datum);TOT (tijdstip);EAN-code;Meter;Metertype;"
        "Register;Volume;Eenheid;Validatiestatus;Omschrijving"
    )
    path = tmp_path / "export.csv"
    path.write_text("\ufeff" + "\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


GOOD = '02-01-2023;10:00:00;02-01-2023;10:15:00;="541448000000000011";S1;x;Afname Dag;{};{};{};'


def test_broken_fluvius_values_are_refused_one_by_one_with_line_and_expectation(tmp_path):
    rows = [
        GOOD.format("0,5", "kWh", "Uitgelezen"),
        GOOD.format("abc", "kWh", "Uitgelezen").replace("10:15", "10:30").replace("10:00", "10:15"),
        GOOD.format("0,5", "bananas", "Uitgelezen"),
        GOOD.format("0,5", "kWh", "Hoera"),
        GOOD.format("-0,5", "kWh", "Uitgelezen"),
        GOOD.format("0,5", "kWh", "Uitgelezen").replace("02-01-2023;10:00", "32-01-2023;10:00", 1),
        GOOD.format("0,5", "kWh", "Uitgelezen").replace("10:15:00", "10:20:00"),
        "half a row;2",
        GOOD.format("0,5", "kWh", "Uitgelezen")
        .replace("10:00:00", "10:07:00")
        .replace("10:15:00", "10:22:00"),
    ]
    part = only_part("fluvius", fluvius_file(tmp_path, *rows))
    assert part.readings.row.tolist() == [2]
    codes = {r.row: r.code for r in part.refusals}
    assert codes == {
        3: "not_a_number",
        4: "unknown_unit",
        5: "unknown_status",
        6: "out_of_range",
        7: "not_a_time",
        8: "slot_length",
        9: "missing_cells",
        10: "off_grid",
    }
    assert all(r.value and str(r.expected) and r.field for r in part.refusals)


def test_hour_skipped_in_spring_is_refused_and_the_row_that_spans_it_is_taken(tmp_path):
    rows = [
        GOOD.format("0,1", "kWh", "Read")
        .replace("02-01-2023", "26-03-2023")
        .replace("10:00:00", begin)
        .replace("10:15:00", end)
        for begin, end in [
            ("01:30:00", "01:45:00"),
            ("01:45:00", "03:00:00"),
            ("02:00:00", "02:15:00"),
            ("03:00:00", "03:15:00"),
        ]
    ]
    part = only_part("fluvius", fluvius_file(tmp_path, *rows))
    assert [r.code for r in part.refusals] == ["skipped_hour"]
    assert np.diff(part.readings.at).tolist() == [900, 900]


def test_a_file_of_another_kind_is_refused_as_a_whole_with_what_was_expected(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    for kind in FORMATS:
        with pytest.raises(UnreadableFile) as caught:
            list(kind.read(path, Hints())) if kind.name != "p1" else fail(path)
        assert str(caught.value.refusal.expected)


def fail(path):
    part = only_part("p1", path)
    raise UnreadableFile(part.refusals[0])


def test_p1_telegram_gives_its_indexes_at_their_own_instants():
    part = only_part("p1", sample("p1_fluvius_emucs_1_7_1_elec_gaz.txt"))
    at, value, _ = of_series(part, "offtake.day")
    assert (at.tolist(), value.tolist()) == ([1671565556], [3457591])
    gas = next(key for key in part.series if key.register.utility is Utility.GAS)
    assert (gas.serial, gas.register.unit) == ("7FLO0000000000", Unit.LITRE)
    at, value, _ = of_series(part, "offtake.total")
    assert (at.tolist(), value.tolist()) == ([1671565198], [4761307])
    assert {key.register.kind for key in part.series} == {RegisterKind.INDEX}


def test_p1_telegram_with_one_wrong_digit_is_refused_whole(tmp_path):
    content = sample("p1_ores_siconia_s211.txt").read_bytes()
    path = tmp_path / "telegram.txt"
    path.write_bytes(content.replace(b"000316.698", b"000316.699") + content + b"/rest")
    first, second, rest = parts_of("p1", path)
    assert [r.code for r in first.refusals] == ["checksum"]
    assert len(first.readings) == 0
    assert len(second.readings) == 4
    assert [r.code for r in rest.refusals] == ["no_telegram"]


def test_p1_checksum_and_times():
    assert crc16(b"123456789") == 0xBB3D
    assert instant("221220204556W") == 1671565556
    assert instant("230701120000S") == 1688205600
    assert instant("231301120000S") is None
    assert instant("nonsense") is None


def test_homewizard_water_counts_decilitres():
    part = only_part("homewizard", sample("homewizard_water.csv"))
    assert part.series[0].register.unit is Unit.LITRE
    assert part.readings.value[0] == 597.0
    assert part.series[0].register.interval_minutes == 15


def test_times_with_offset_need_no_guess():
    part = only_part("opengrid", sample("opengrid_electricite.csv"))
    at = part.readings.at[part.readings.series == 0]
    assert np.diff(at).tolist() == [3600] * (len(at) - 1)
    assert [key.serial for key in part.series] == ["e1de", "3aa4", "b841"]


def test_simbench_has_a_double_hour_and_a_production_register():
    part = only_part("simbench", sample("simbench.csv"))
    at = part.readings.at[part.readings.series == 0]
    assert np.diff(at).tolist() == [900] * (len(at) - 1)
    assert part.series[-1].register.direction is Direction.PRODUCTION


def test_p1mon_keeps_minutes_hours_and_checks_apart():
    part = only_part("p1mon", sample("p1mon_water.xlsx"))
    counts = np.bincount(part.readings.series).tolist()
    assert counts == [1739, 125, 6]
    assert len(part.rows) == 1870


def test_mean_flows_become_consumption_and_need_a_utility(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("time_local,m1\n2016-01-01 00:00:00+01:00,2\n2016-01-01 00:15:00+01:00,\n")
    with pytest.raises(UnreadableFile):
        parts_of("wide", path)
    part = only_part("wide", path, utility=Utility.WATER)
    assert part.readings.value[0] == 30
    assert part.readings.quality.tolist() == [Quality.READ, Quality.MISSING]
    part = only_part("wide", path, utility=Utility.GAS)
    assert part.readings.value[0] == 0.5


def test_formats_are_found_by_name_and_alias():
    assert find_format("DSMR_reader").name == "dsmr-reader"
    assert find_format("long").name == "cambridge"
    assert find_format("none") is None


@pytest.mark.parametrize("at", [500, 6_000])
def test_a_byte_that_is_no_letter_costs_its_own_row_alone(tmp_path, at):
    lines = ["meter_id,ts_utc,value", *(f"M,{day},1.5" for day in _quarters(8_000))]
    text = [line.encode() for line in lines]
    text[at - 1] = text[at - 1].replace(b"M,", b"M\xe9,")
    path = tmp_path / "x.csv"
    path.write_bytes(b"\n".join(text) + b"\n")
    parts = parts_of("long", path, utility=Utility.GAS)
    assert sum(len(p.readings) for p in parts) == 7_999
    (refusal,) = (r for p in parts for r in p.refusals)
    assert (refusal.row, refusal.code) == (at, "unreadable_letters")
    assert refusal.value == lines[at - 1].replace("M,", "M\ufffd,")


def _quarters(count):
    first = datetime(2020, 1, 1, tzinfo=UTC)
    return ((first + timedelta(minutes=15 * n)).strftime("%Y-%m-%d %H:%M") for n in range(count))


def test_damaged_gzip_keeps_what_was_read_and_reports_the_rest(tmp_path):
    import gzip

    lines = "".join(f"M,2020-01-{d:02} {h:02}:00,1.5\n" for d in range(1, 29) for h in range(24))
    whole = gzip.compress(("meter_id,ts_utc,value\n" + lines).encode())
    path = tmp_path / "x.csv.gz"
    path.write_bytes(whole[: len(whole) - 12])
    parts = parts_of("long", path, utility=Utility.GAS)
    (refusal,) = (r for p in parts for r in p.refusals)
    assert refusal.code == "unreadable_file"
    assert "gzip" not in refusal.value
    assert all(
        set(p.rows.tolist()) == set(p.readings.row.tolist()) | {r.row for r in p.refusals}
        for p in parts
    )

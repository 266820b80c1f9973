import gzip
import os
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tabular.limits import Limits
from app.tabular.problems import TabularError
from app.tabular.readers import open_reader
from app.tabular.readers.csv_reader import CsvReader
from app.tabular.readers.csv_text import detect_dialect, raw_lines
from app.tabular.typed import TypedTable
from tests.app.tabular.support import COLUMNS, write_csv


def read(path: Path, limits: Limits | None = None):
    reader = open_reader(path, limits=limits or Limits())
    numbers, rows, broken, blank = [], [], [], 0
    for block in reader.blocks(""):
        numbers += block.numbers
        rows += [list(row) for row in block.rows]
        broken += block.broken
        blank += block.blank
    return numbers, rows, broken, blank


def file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encoding_and_separator_are_found_out(tmp_path, separator, encoding):
    rows = [["Chaussée", "été", "12"], ["Rue de l’Église", "naïf", "3"]] * 3
    path = write_csv(
        tmp_path / "a.csv", rows, ("rue", "saison", "n"), separator=separator, encoding=encoding
    )
    _, found, broken, _ = read(path)
    assert found == [["rue", "saison", "n"], *rows]
    assert not broken


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_will_do(tmp_path, end):
    _, rows, _, _ = read(file(tmp_path, end.join([b"a;b", b"1;2", b"3;4"]) + end))
    assert rows == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_line_ends_at_the_edge_of_a_piece_are_not_counted_twice(tmp_path):
    first = b"x" * (1024 * 1024 - 1)
    path = file(tmp_path, first + b"\r\n" + b"y\r\n")
    assert list(raw_lines(path, Limits(line_chars=2 * 1024 * 1024))) == [first, b"y"]


def test_quoted_cells_may_hold_separators_quotes_and_lines(tmp_path):
    content = 'a;b;c\n1;"x;y";3\n4;"say ""yes""";6\n7;"two\nlines";9\n10;11;12\n'
    numbers, rows, broken, _ = read(file(tmp_path, content.encode()))
    assert rows[1:] == [
        ["1", "x;y", "3"],
        ["4", 'say "yes"', "6"],
        ["7", "two\nlines", "9"],
        ["10", "11", "12"],
    ]
    assert numbers == [1, 2, 3, 4, 6]
    assert not broken


def test_rows_of_two_lines_do_not_make_the_file_narrower(tmp_path):
    rows = "".join(f'{number};tap;"key\nat 3";\n' for number in range(4))
    _, found, broken, _ = read(file(tmp_path, f"no;what;note;end\n{rows}".encode()))
    assert found[-1] == ["3", "tap", "key\nat 3", ""]
    assert (len(found), broken) == (5, [])


def test_an_open_quote_breaks_its_own_line_only(tmp_path):
    content = 'a;b;c\n1;2;3\n4;"open;6\n7;8;9\n10;11;12\n'
    numbers, rows, broken, _ = read(file(tmp_path, content.encode()))
    assert [row[0] for row in rows] == ["a", "1", "7", "10"]
    assert numbers == [1, 2, 4, 5]
    assert [(p.code, p.row) for p in broken] == [("broken_quotes", 3)]


def test_two_broken_lines_do_not_swallow_what_stands_between_them(tmp_path):
    content = 'a;b;c\n1;"x;3\n4;5;6\n7;y";9\n10;11;12\n'
    _, rows, broken, _ = read(file(tmp_path, content.encode()))
    assert [p.row for p in broken] == [2]
    # A quotation mark inside a cell is an ordinary character.
    assert rows[1:] == [["4", "5", "6"], ["7", 'y"', "9"], ["10", "11", "12"]]


def test_text_after_a_closing_quote_is_broken(tmp_path):
    _, rows, broken, _ = read(file(tmp_path, b'a;b\n"x"y;2\n3;4\n'))
    assert [p.row for p in broken] == [2]
    assert rows[1:] == [["3", "4"]]


def test_a_line_in_another_encoding_is_refused_alone(tmp_path):
    good = "été;1\n".encode() * 5
    path = file(tmp_path, b"a;b\n" + good + "été;2\n".encode("cp1252") + good)
    _, rows, broken, _ = read(path)
    assert len(rows) == 11
    assert [(p.code, p.row) for p in broken] == [("bad_encoding", 7)]


@pytest.mark.parametrize("wrong", [b'4;"open', "é;1".encode("cp1252"), b"4;\x00", b"4;5;6"])
def test_every_broken_row_says_what_was_expected(tmp_path, wrong):
    path = file(tmp_path, "code;title\né;2\n".encode() + wrong + b"\n7;8\n")
    (block,) = TypedTable(open_reader(path), COLUMNS).blocks()
    assert [(p.row, bool(str(p.expected))) for p in block.problems] == [(3, True)]


def test_nul_bytes_refuse_their_row(tmp_path):
    _, rows, broken, _ = read(file(tmp_path, b"a;b\n1;2\n3;\x004\n5;6\n"))
    assert [(p.code, p.row) for p in broken] == [("nul_byte", 3)]
    assert len(rows) == 3


def test_empty_lines_are_counted_apart(tmp_path):
    numbers, _, _, blank = read(file(tmp_path, b"a;b\n\n1;2\n;;\n  \n3;4\n"))
    assert numbers == [1, 3, 6]
    assert blank == 3


def test_the_separator_line_of_spreadsheets_is_understood(tmp_path):
    _, rows, _, _ = read(file(tmp_path, b"sep=|\na|b;c\n1|2;3\n"))
    assert rows == [["a", "b;c"], ["1", "2;3"]]


def test_gzip_is_read_like_the_plain_file(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n1;2\n"))
    assert read(path)[1] == [["a", "b"], ["1", "2"]]


def test_a_packed_file_that_grows_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n" + b"0;0\n" * 2_000_000))
    with pytest.raises(TabularError) as refused:
        read(path)
    assert refused.value.problem.code == "compression_bomb"
    with pytest.raises(TabularError) as refused:
        read(path, Limits(ratio=10_000, unpacked_bytes=1_000_000))
    assert refused.value.problem.code == "file_too_large"


def test_a_damaged_gzip_file_is_refused(tmp_path):
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(os.urandom(5_000))[:-200])
    with pytest.raises(TabularError):
        read(path)


def test_a_line_without_end_is_refused(tmp_path):
    path = file(tmp_path, b"a;b\n" + b"x" * 3_000_000)
    with pytest.raises(TabularError) as refused:
        read(path)
    assert refused.value.problem.code == "line_too_long"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"])
def test_what_is_not_a_table_is_refused(tmp_path, content):
    with pytest.raises(TabularError):
        read(file(tmp_path, content))


def test_an_unknown_encoding_is_refused_before_python_looks_it_up(tmp_path):
    with pytest.raises(TabularError):
        detect_dialect(file(tmp_path, b"a;b\n"), Limits(), encoding="zip")


CELLS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs",),
        exclude_characters="\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\r\ufeff",
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=20))
def test_what_the_csv_module_writes_is_read_back(rows):
    table = [("k1", *row) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "a.csv", table, ("key", "a", "b", "c", "d"))
        reader = CsvReader.open(path, Limits(), encoding="utf-8", separator=";")
        got = [list(row) for block in reader.blocks("") for row in block.rows][1:]
        broken = [p for block in reader.blocks("") for p in block.broken]
    clean = [r for r in table if not any("\n" in c for c in r)]
    # A cell over several lines may be refused as ambiguous, but no other row is ever touched.
    assert [list(r) for r in clean if list(r) in got] == [list(r) for r in clean]
    assert len(got) + len(broken) >= len(rows)


def test_two_rows_stay_two_when_most_others_are_too_wide(tmp_path):
    lines = ["key;a;b;c", ";K0;a;0;x", 'K1;"a;1;x', 'K2";a;2;x', ";K3;a;3;x", "K4;a;4;x"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    blocks = list(CsvReader.open(path, Limits(), separator=";").blocks(""))
    assert [number for block in blocks for number in block.numbers] == [1, 2, 4, 5, 6]
    assert [problem.row for block in blocks for problem in block.broken] == [3]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), count=st.integers(5, 40))
def test_no_physical_line_is_lost_whatever_is_put_into_it(data, count):
    lines = [f"K{i};Rue {i};{i};x" for i in range(count)]
    hit = data.draw(st.sets(st.integers(0, count - 1), max_size=5))
    for i in hit:
        noise = data.draw(st.text(st.sampled_from("\";,\\'\tàé"), min_size=1, max_size=4))
        place = data.draw(st.integers(0, len(lines[i])))
        lines[i] = lines[i][:place] + noise + lines[i][place:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("key;a;b;c\n" + "\n".join(lines) + "\n", encoding="utf-8")
        blocks = list(CsvReader.open(path, Limits(), separator=";").blocks(""))
    numbers = sorted(
        [n for b in blocks for n in b.numbers] + [p.row for b in blocks for p in b.broken]
    )
    assert numbers == list(range(1, count + 2))
    assert all(a < b for a, b in pairwise(numbers))
    intact = {row[0] for block in blocks for row in block.rows if len(row) == 4}
    assert {f"K{i}" for i in range(count) if i not in hit} <= intact

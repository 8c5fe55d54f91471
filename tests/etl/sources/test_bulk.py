"""Large CSV files in one sweep, and what happens where something does not fit."""

from __future__ import annotations

import hashlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import SourceError
from etl.sources.bulk import Wanted, read_bulk

HEADER = b"Id, Code,Note,Place\r\n"
OF_SECTOR = (pl.col("Code") == "x").fill_null(value=False)
WANTED = Wanted(
    columns=("Id", "Code", "Place"),
    keep=OF_SECTOR,
    pooled="Place",
    left_out={"another code": ~OF_SECTOR},
)


def line(*cells):
    return (",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n").encode()


@pytest.fixture
def read(tmp_path):
    def from_bytes(content, wanted=WANTED, told=lambda _step, _share: None):
        path = tmp_path / "big.csv"
        path.write_bytes(content)
        return read_bulk(path, name="big.csv", wanted=wanted, told=told)

    return from_bytes


def test_wanted_rows_come_with_their_lines_and_the_rest_is_counted(read):
    rows = [line("1", "x", "", "A"), line("2", "y", "", "A"), line("3", "x", "n", "B")]

    found = read(HEADER + b"".join(rows))

    assert found.rows.to_dicts() == [
        {"line": 2, "Id": "1", "Code": "x", "Place": "A"},
        {"line": 4, "Id": "3", "Code": "x", "Place": "B"},
    ]
    # The company on line 3 is not wanted and stands at A all the same.
    assert found.pooled_count.to_list() == [2, 1]
    assert (found.read, dict(found.left_out)) == (3, {"another code": 1})
    assert found.rejects.empty
    assert found.notes == ()


def test_a_file_in_which_all_fits_is_read_in_one_sweep(read):
    steps = set()

    read(HEADER + line("1", "x", "", "A"), told=lambda step, _share: steps.add(step))
    assert steps == {"Reading big.csv"}
    rows = line("1", "x", "", "A") + line("1", "x", "")
    read(HEADER + rows, told=lambda step, _share: steps.add(step))
    assert steps == {"Reading big.csv", "Reading big.csv, block by block"}


def test_the_fingerprint_is_that_of_the_file(read):
    content = HEADER + line("1", "x", "", "A")

    assert read(content).sha256 == hashlib.sha256(content).hexdigest()


def test_types_are_never_guessed_and_blanks_around_are_stripped(read):
    [row] = read(HEADER + line("0012", "x", "1e5", " NULL ")).rows.to_dicts()

    assert (row["Id"], row["Place"]) == ("0012", "NULL")


def test_quotes_commas_and_accents_stay_in_their_cells(read):
    [row] = read(HEADER + line('A "B", Café', "x", "", "P")).rows.to_dicts()

    assert row["Id"] == 'A "B", Café'


def test_a_mark_and_a_missing_last_line_end_do_no_harm(read):
    found = read(b"\xef\xbb\xbf" + HEADER + line("1", "x", "", "A").rstrip())

    assert (found.read, found.rows["line"].to_list()) == (1, [2])


BAD = {
    "too many fields": line("1", "x", "", "A", "more"),
    "too few fields": line("1", "x", ""),
    "stray quote": b'"1" A","x","","A"\r\n',
    "header again": HEADER,
}


@pytest.mark.parametrize("rule", BAD)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_row_that_does_not_fit_is_refused_with_its_line_and_the_others_stay(read, rule, at):
    rows = [line("7", "x", "", "A"), line("8", "x", "", "B")]
    rows.insert(at, BAD[rule])

    found = read(HEADER + b"".join(rows))

    assert list(found.rejects["line"]) == [at + 2]
    assert list(found.rejects["rule"]) == [rule]
    assert found.rows["Id"].to_list() == ["7", "8"]
    assert found.read == 3


def test_a_line_break_in_a_cell_refuses_both_its_lines_and_moves_no_other(read):
    broken = line("1", "x", "one\ntwo", "A")

    found = read(HEADER + broken + line("2", "x", "", "B"))

    assert list(found.rejects["line"]) == [2, 3]
    assert found.rows.to_dicts() == [{"line": 4, "Id": "2", "Code": "x", "Place": "B"}]


def test_two_rows_with_stray_quotes_do_not_swallow_what_is_between_them(read):
    odd = b'"1" A,"x","","A"\r\n'
    between = [line(str(number), "x", "", "A") for number in range(5)]

    found = read(HEADER + odd + b"".join(between) + odd)

    assert list(found.rejects["line"]) == [2, 8]
    assert found.rows["Id"].to_list() == list("01234")


def test_cells_without_quotes_are_read_too(read):
    found = read(HEADER + b"1,x,,\r\n2,x,,B\r\n")

    assert found.rows["Id"].to_list() == ["1", "2"]
    assert found.rejects.empty


def test_lines_in_windows_1252_are_read_and_said_to_be(read):
    found = read(HEADER + line("1", "x", "", "A") + '"Café","x","","B"\r\n'.encode("cp1252"))

    assert found.rows["Id"].to_list() == ["1", "Café"]
    assert found.notes == ("Read as Windows-1252: 1 line(s) that are not UTF-8.",)


def test_empty_lines_are_no_rows(read):
    found = read(HEADER + line("1", "x", "", "A") + b"\r\n" + line("2", "x", "", "B"))

    assert (found.read, found.rows["line"].to_list()) == (2, [2, 4])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER, "a header and no rows"),
        (HEADER + line("1"), "no row that fits its header"),
        (b"Id,Code\r\n1,x\r\n", "lacks the column 'Place': download it again"),
        (b"Id,Id,Code,Place\r\n", "the column 'Id' more than once"),
        (HEADER.decode().encode("utf-16-le"), "no text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(read, content, said):
    with pytest.raises(SourceError, match=said):
        read(content)


def test_the_share_that_is_done_is_told(read):
    told = []

    read(HEADER + line("1", "x", "", "A") * 1000, told=lambda _step, share: told.append(share))

    assert told
    assert all(0 <= share <= 1 for share in told)


CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=6)


@given(st.lists(st.tuples(CELLS, st.sampled_from("xy"), CELLS, st.sampled_from("AB")), min_size=1))
def test_every_row_is_kept_or_counted_whatever_stands_in_its_cells(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("bulk") / "big.csv"
    path.write_bytes(HEADER + b"".join(line(*row) for row in rows))

    found = read_bulk(path, name="big.csv", wanted=WANTED, told=lambda _step, _share: None)

    wanted = [(at, row) for at, row in enumerate(rows, start=2) if row[1] == "x"]
    assert found.read == len(rows)
    assert len(found.rows) + sum(found.left_out.values()) + len(found.rejects) == found.read
    assert found.rows["line"].to_list() == [at for at, _ in wanted]
    assert found.rows["Place"].to_list() == [row[3] for _, row in wanted]
    assert found.pooled_count.to_list() == [
        sum(other[3] == row[3] for other in rows) for _, row in wanted
    ]

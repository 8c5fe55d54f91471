"""Files into raw tables."""

from __future__ import annotations

import hashlib
import zipfile

import openpyxl
import pytest

from etl.errors import SourceError
from etl.sources.tabular import read_table


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def write_file(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def test_a_file_becomes_text_with_lines_and_a_checksum(write):
    content = ' ukprn , "name"\n00012345," A, B "\nNA,NULL\n'.replace(', "', ',"')
    path = write(content)

    raw = read_table(path)

    assert raw.cells.to_dict("index") == {
        2: {"ukprn": "00012345", "name": "A, B"},
        3: {"ukprn": "NA", "name": "NULL"},
    }
    assert set(raw.cells.dtypes.astype(str)) == {"str"}
    assert raw.read == 2
    assert raw.name == "file.csv"
    assert raw.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_ragged_rows_and_a_repeated_header_are_rejects(write):
    raw = read_table(write("a,b\n1,2\n1\n1,2,3\na,b\n5,6\n"))

    assert raw.cells.index.tolist() == [2, 6]
    assert raw.rejects[["line", "rule", "value"]].to_numpy().tolist() == [
        [3, "too few fields", "1 fields"],
        [4, "too many fields", "3 fields"],
        [5, "header again", "a"],
    ]
    assert (raw.rejects["suggestion"] != "").all()
    assert raw.read == 5


def test_a_title_above_the_header_is_skipped_when_told(write):
    path = write("A title\n\nname,town\nA,B\n")

    raw = read_table(path, header_row=3)

    assert raw.cells.to_dict("index") == {4: {"name": "A", "town": "B"}}
    with pytest.raises(SourceError, match="no header in row 2"):
        read_table(path, header_row=2)


def test_columns_without_name_and_value_are_left_out_and_noted(write):
    raw = read_table(write("a,,\n1,,2\n"))

    assert list(raw.cells.columns) == ["a", "column 3"]
    assert raw.notes == ("Left out: 1 column(s) with neither name nor value.",)


def test_workbooks_are_known_by_their_content(tmp_path):
    book = openpyxl.Workbook()
    for row in (["a", "b"], ["1"], ["=1+1", "x"], ["#REF!", "y"], ["1", "2", "3"]):
        book.active.append(row)
    path = tmp_path / "file.csv"
    book.save(path)

    raw = read_table(path)

    assert raw.cells.to_dict("index") == {2: {"a": "1", "b": ""}}
    assert raw.rejects["rule"].tolist() == [
        "formula without a value",
        "formula without a value",
        "too many fields",
    ]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "file.csv", "file.csv is empty"),
        (b" \r\n\n", "file.csv", "file.csv is empty"),
        (b",,\n,\n", "file.csv", "file.csv is empty"),
        (b"\xef\xbb\xbf", "file.csv", "file.csv is empty"),
        (b"a,b\n", "file.csv", "a header and no rows"),
        (b"a,b, a \n1,2,3\n", "file.csv", "the column 'a' more than once"),
        (b"text", "file.xlsx", "no workbook or is damaged"),
        (b"PK\x03\x04 cut", "file.csv", "no workbook or is damaged"),
        (b"\xd0\xcf\x11\xe0", "file.xls", "an old or a protected Excel file"),
        (b"%PDF-1.7", "file.csv", "a PDF"),
        (b"PAR1", "file.parquet", "a Parquet file"),
        (b"SQLite format 3\x00", "file.gpkg", "a GeoPackage"),
    ],
)
def test_unusable_files_say_what_to_do_in_one_line(write, content, name, message):
    with pytest.raises(SourceError, match=message) as caught:
        read_table(write(content, name))

    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(SourceError, match="There is no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_table(tmp_path / "nul\0byte.csv")


def test_ten_thousand_rows_are_quick_and_complete(write):
    rows = "".join(f"{at},x\n" for at in range(10_000))

    raw = read_table(write("id,name\n" + rows))

    assert raw.cells.index.tolist() == list(range(2, 10_002))
    assert raw.cells["id"].tolist() == [str(at) for at in range(10_000)]


def test_a_table_inside_an_archive_is_read_and_only_the_columns_asked_for(tmp_path):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside/a.csv", "Ukprn,Name, Other\n10000001,A,x\n")

    found = read_table(path, member="inside/a.csv", columns={"Ukprn", "Other", "Absent"})

    assert found.name == "data.zip"
    assert found.cells.to_dict("records") == [{"Ukprn": "10000001", "Other": "x"}]
    with pytest.raises(SourceError, match=r"holds no file 'b\.csv'"):
        read_table(path, member="b.csv")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(SourceError, match="damaged archive"):
        read_table(path, member="inside/a.csv")


def test_of_columns_that_are_not_kept_faults_and_doubles_do_no_harm(write):
    path = write(b"a,b,b\n1,x\x00,\xff\n2,y,z\n")

    found = read_table(path, columns={"a"})

    assert found.cells.to_dict("index") == {2: {"a": "1"}, 3: {"a": "2"}}
    assert found.rejects.empty
    assert found.names == ("a", "b", "b")
    with pytest.raises(SourceError, match="the column 'b' more than once"):
        read_table(path)
    assert read_table(write("a,b\n1,2\n")).names == ("a", "b")


def test_a_fault_of_a_kept_column_is_told_by_its_name(write):
    found = read_table(write(b'a,b\n1,x\x00\n2,"y" z\n"3,z\n4,v\n'))

    assert found.rejects[["line", "field", "rule"]].to_numpy().tolist() == [
        [2, "b", "control character"],
        [3, "b", "stray quote"],
        [4, "a", "quote not closed"],
    ]
    assert found.cells.index.tolist() == [5]


def test_a_rejected_row_does_not_repeat_what_stands_in_it(write):
    content = 'a,b\n1,"zoe@example.org" x\n"zoe@example.org\n'

    assert "zoe" not in read_table(write(content)).rejects.to_csv()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'a,"b" c\n1,2\n', "no sound header: on line 1 .*stray quote"),
        (b"a,b\x00\n1,2\n", "no sound header: on line 1 .*control character"),
        (b"\xff\xfea\x00b", "no sound header: on line 1 .*not UTF-16"),
        (b",".join(b"c%d" % at for at in range(16_385)) + b"\n1\n", "has 16,385 columns"),
    ],
    ids=["stray", "nul", "cut", "wide"],
)
def test_without_a_sound_header_there_is_no_table(write, content, message):
    with pytest.raises(SourceError, match=message):
        read_table(write(content))


def test_a_million_empty_columns_do_no_harm(write):
    blank = "," * 1_000_000

    found = read_table(write(f"a,b{blank}\n1,2{blank}\n3,4{blank}x\n"))

    assert found.cells.loc[2, ["a", "b"]].tolist() == ["1", "2"]
    assert found.rejects[["line", "rule"]].to_numpy().tolist() == [[3, "too many fields"]]


def test_a_mark_within_the_header_is_no_part_of_a_name(write):
    assert list(read_table(write("\ufeff\ufeffa,b\n1,2\n")).cells.columns) == ["a", "b"]


def test_a_member_that_states_too_small_a_size_is_damaged(tmp_path):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "a,b\n" + "1,2\n" * 1000)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (40).to_bytes(4, "little")
    path.write_bytes(content)

    with pytest.raises(SourceError, match="damaged archive"):
        read_table(path, member="a.csv")

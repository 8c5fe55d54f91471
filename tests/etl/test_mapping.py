"""Column mappings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.errors import MappingError
from etl.mapping import apply_mapping, fill_suggestion, make_mapping, read_mapping
from etl.rejects import join_rejects
from etl.sources.tabular import RawTable

SHIPPED = sorted((Path(__file__).parents[2] / "data" / "mappings").glob("*.toml"))


def make_raw(**columns):
    cells = pd.DataFrame(columns, dtype="str")
    cells.index = pd.RangeIndex(2, len(cells) + 2, name="line")
    return RawTable("file.csv", "0" * 64, cells, join_rejects([]))


def make(**changes):
    content = {"table": "sites", "columns": {"site_id": "Id", "employer": "Name"}, **changes}
    return make_mapping(content, name="example")


def test_columns_constants_values_and_blanks():
    mapping = make(
        columns={"site_id": "Id", "employer": "Name", "sensitive": "Hide", "technicians": ""},
        constants={"segment": "biopharma"},
        values={"sensitive": {"Y": "yes", "N": "no"}},
        source="A list",
        blank=["NULL"],
    )
    raw = make_raw(Id=["1", "2"], Name=["A", "NULL"], Hide=["Y", "perhaps"], Other=["x", "y"])
    before = raw.cells.copy()

    mapped = apply_mapping(mapping, raw)

    pd.testing.assert_frame_equal(raw.cells, before)
    assert mapped.cells.to_dict("list") == {
        "site_id": ["1", "2"],
        "employer": ["A", ""],
        "sensitive": ["yes", "perhaps"],
        "technicians": ["", ""],
        "segment": ["biopharma", "biopharma"],
        "source": ["A list", "A list"],
    }
    assert mapped.cells.index.tolist() == [2, 3]
    assert mapped.notes == ("Not used: 1 column(s): Other.",)


def test_one_column_may_fill_two_fields():
    mapping = make(columns={"site_id": "Name", "employer": "Name"})

    mapped = apply_mapping(mapping, make_raw(Name=["A"]))

    assert mapped.cells.to_dict("list") == {"site_id": ["A"], "employer": ["A"]}


def test_ids_depend_on_source_and_natural_key_only():
    mapping = make(columns={"employer": "Name"}, id={"columns": ["Name", "Town"]})
    one = make_raw(Name=["A b", "C", ""], Town=["X", "Y", ""])
    other = make_raw(Town=["y", "x"], Name=["c", "a  B"], More=["1", "2"])

    ids = apply_mapping(mapping, one).cells["site_id"].tolist()

    assert apply_mapping(mapping, other).cells["site_id"].tolist() == [ids[1], ids[0]]
    assert ids[0] != ids[1]
    assert [len(key) for key in ids] == [16, 16, 0]
    renamed = make(name="other", columns={"employer": "Name"}, id={"columns": ["Name", "Town"]})
    assert apply_mapping(renamed, one).cells["site_id"].tolist()[0] != ids[0]


def test_a_file_without_rows_gives_a_table_without_rows():
    mapping = make(columns={"employer": "Name"}, id={"columns": ["Name"]})

    mapped = apply_mapping(mapping, make_raw(Name=[]))

    assert mapped.cells.empty
    assert list(mapped.cells.columns) == ["site_id", "employer"]


def test_missing_header_is_named_with_what_there_is():
    with pytest.raises(MappingError, match=r"file\.csv lacks the column 'Name' .* 'Id', 'Namen'"):
        apply_mapping(make(), make_raw(Id=["1"], Namen=["A"]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"table": "site"}, "for no table: there is no 'site' .did you mean 'sites'"),
        ({"columns": {"site_id": "Id", "emploier": "N"}}, "'emploier' .did you mean 'employer'"),
        ({"columns": {"site_id": "Id"}}, "says nothing of the required field 'employer'"),
        ({"constants": {"employer": "A"}}, "says twice what 'employer' is"),
        ({"id": {"columns": ["Id"]}}, "says twice what 'site_id' is"),
        ({"values": {"segment": {"a": "b"}}}, "translates values of 'segment' but names no column"),
        ({"column": {}}, "no setting 'column' .did you mean 'columns'"),
        ({"columns": "Id"}, "'columns' must be a table"),
        ({"columns": {"site_id": 7, "employer": "N"}}, "'site_id' must be a text, not 7"),
        ({"blank": "NULL"}, "'blank' must be a list of texts"),
        ({"formats": {"time": "%H"}}, "no format 'time'"),
        ({"place_by": "name"}, "place_by may only be 'postcode'"),
        ({"header_row": 0}, "'header_row' must be a whole number from 1"),
        ({"values": {"segment": "x"}}, "'values.segment' must be a table"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(changes, message):
    with pytest.raises(MappingError, match=message):
        make(**changes)


def test_settings_are_read():
    mapping = make(place_by="postcode", sheet="Sites", header_row=3, formats={"date": "%d/%m/%Y"})

    assert mapping.place_by_postcode
    assert not make().place_by_postcode
    assert (mapping.sheet, mapping.header_row, mapping.date_format) == ("Sites", 3, "%d/%m/%Y")


def test_missing_and_broken_files(tmp_path):
    with pytest.raises(MappingError, match="There is no mapping"):
        read_mapping(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("table = ")
    with pytest.raises(MappingError, match=r"broken\.toml is no TOML"):
        read_mapping(broken)
    broken.write_bytes(b"\xff\xfe")
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(broken)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_mappings_are_sound_and_say_their_source(path):
    mapping = read_mapping(path)

    assert mapping.name == path.stem
    assert mapping.constants["source"]


def test_there_are_shipped_mappings():
    assert len(SHIPPED) >= 4


def test_suggestions_take_values_and_nothing_else():
    assert fill_suggestion("look up {name}, {none}", {"name": "{0.__class__}"}) == (
        "look up {0.__class__}, "
    )

"""How rows of directories are judged, whatever their format."""

from __future__ import annotations

import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import CountError, SourceError
from etl.postcode_keys import postcode_keys
from etl.sources import postcode_formats as module
from etl.sources.postcode_formats import PostcodeDirectory, judge, month_of_name, unpacked
from etl.sources.probe import Probe

SCHEMA = {
    "postcode": pl.String,
    "easting": pl.Float64,
    "northing": pl.Float64,
    "latitude": pl.Float64,
    "longitude": pl.Float64,
    "bad_number": pl.Boolean,
    "authority_code": pl.String,
    "terminated": pl.Int32,
    "introduced": pl.Int32,
    "large_user": pl.Int8,
    "quality": pl.UInt8,
    "pointless": pl.Boolean,
}
FINE = {
    "postcode": "CB2 0AA",
    "easting": 546_099.0,
    "northing": 255_058.0,
    "latitude": None,
    "longitude": None,
    "bad_number": False,
    "authority_code": "E07000008",
    "terminated": 0,
    "introduced": 0,
    "large_user": None,
    "quality": None,
    "pointless": False,
}


def judged(*rows):
    return judge(pl.DataFrame([{**FINE, **row} for row in rows], schema=SCHEMA))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"postcode": None}, "no postcode"),
        ({"postcode": "  "}, "no postcode"),
        ({"postcode": "pcds"}, "broken postcode"),
        ({"postcode": "SG1"}, "broken postcode"),
        ({"bad_number": True}, "coordinates are no numbers"),
        ({"terminated": None}, "no month"),
        ({"introduced": None}, "no month"),
        ({"easting": 900_000.0}, "outside the United Kingdom"),
        ({"northing": -90_000.0}, "outside the United Kingdom"),
    ],
)
def test_each_rule_refuses(row, rule):
    rows, rejected, examples = judged(row)

    assert len(rows) == 0
    assert rejected == {rule: 1}
    assert examples == {rule: row.get("postcode", "CB2 0AA") or ""}


def test_the_first_of_two_rows_of_a_postcode_is_kept():
    rows, rejected, _ = judged({}, {"postcode": "cb20aa", "easting": 1.0})

    assert rows["easting"].tolist() == [546_099]
    assert rejected == {"postcode twice": 1}


@pytest.mark.parametrize("postcode", ["CB2 0AA", "CB2  0AA", "cb20aa", " CB20AA "])
def test_spacing_and_case_do_not_matter(postcode):
    rows, _, _ = judged({"postcode": postcode})

    assert rows["key"].tolist() == postcode_keys(["CB2 0AA"]).tolist()


@pytest.mark.parametrize("code", ["E99999999", "S99999999", "W99999999", "N99999999", None, " "])
def test_a_pseudo_code_is_none(code):
    rows, _, _ = judged({"authority_code": code})

    assert rows["authority_code"].tolist() == [""]


@given(st.lists(st.sampled_from(["CB2 0AA", "CB2 0AB", "SG1", None, "x"]), max_size=8))
def test_every_row_is_kept_or_refused(postcodes):
    rows, rejected, _ = judged(*({"postcode": postcode} for postcode in postcodes))

    assert len(rows) + sum(rejected.values()) == len(postcodes)
    assert rows["key"].is_unique


def test_rows_that_went_astray_are_an_error():
    rows, rejected, _ = judged({}, {"postcode": "SG1"})

    with pytest.raises(CountError, match="of 3 rows 1 were kept and 1 refused"):
        PostcodeDirectory("a.csv", "", "", rows, 3, rejected)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Data/ONSPD_MAY_2025_UK.csv", 202505),
        ("NSPL21_AUG_2024_UK.csv", 202408),
        ("nspl november 2020.zip", 202011),
        ("ONSPD.csv", None),
        ("DISMAY_2025.csv", None),
    ],
)
def test_the_month_is_in_the_name(name, month):
    assert month_of_name(name) == month


def test_a_member_that_is_too_large_is_not_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "onspd.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Data/onspd.csv", "0" * 10_000)
    monkeypatch.setattr(module, "MAX_MEMBER_BYTES", 9_999)

    with (
        pytest.raises(SourceError, match="larger than any directory"),
        unpacked(Probe(path), "Data/onspd.csv"),
    ):
        pass

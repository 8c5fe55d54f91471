"""Code-Point Open in either vintage."""

from __future__ import annotations

import zipfile

import pytest
from public_samples import code_point_open, onspd

from etl.errors import SourceError
from etl.postcode_keys import postcode_keys
from etl.postcode_store import NO_COORDINATE
from etl.sources.code_point_open import FORMAT
from etl.sources.probe import Probe


@pytest.fixture
def samples(tmp_path):
    """Return the archive, an area with one blank, and an area of seven characters."""
    return code_point_open.write(tmp_path)


def test_the_layout_is_named(samples):
    archive, spaced, fixed = map(Probe, samples)

    assert FORMAT.recognise(archive) == "2 area(s), postcodes with one blank"
    assert FORMAT.recognise(spaced) == "1 area(s), postcodes with one blank"
    assert FORMAT.recognise(fixed) == "1 area(s), postcodes of seven characters"


def test_an_archive_is_read_whole(samples):
    read = FORMAT.read(Probe(samples[0]))

    assert read.read == 8
    assert read.rejected == {
        "postcode twice": 1,
        "broken postcode": 1,
        "outside the United Kingdom": 1,
    }
    assert read.examples["broken postcode"] == "SG1"
    assert read.month == code_point_open.MONTH
    rows = read.rows.set_index("key")
    moved, mean, none = (rows.loc[key] for key in postcode_keys(["CB2 0AA", "CB1 0ZZ", "CB1 0ZY"]))
    assert (moved["easting"], moved["northing"], moved["quality"]) == (546_199, 255_158, 1)
    assert moved["authority_code"] == "E07000008"
    assert moved["terminated"] == 0
    assert mean["quality"] == 6
    # It writes (0, 0), which lies south-west of Scilly.
    assert none["easting"] == NO_COORDINATE


def test_seven_characters_are_the_same_postcodes(samples):
    read = FORMAT.read(Probe(samples[2]))

    assert read.rows["key"].tolist() == postcode_keys(["B1 1AY", "B10 0AA", "B45 0AA"]).tolist()
    assert read.month is None


def test_columns_go_by_the_names_that_the_archive_brings(tmp_path):
    path = tmp_path / "codepo_gb.zip"
    line = '"E92000001","E07000008",10,546199,255158,"CB2 0AA"\n'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("Doc/Code-Point_Open_Column_Headers.csv", "CY,DC,PQ,EA,NO,PC\n")
        packed.writestr("Data/CSV/cb.csv", line)

    rows = FORMAT.read(Probe(path)).rows

    assert rows[["easting", "northing", "authority_code"]].to_numpy().tolist() == [
        [546_199, 255_158, "E07000008"]
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ukprn,name,postcode\n10000001,A,CB2 0AA\n",
        '"CB2 0AA",10,546199\n',
        '"CB2 0AA",11,546199,255158,"E92000001","","","","E07000008",""\n',
        '"Cambridge",10,546199,255158,"E92000001","","","","E07000008",""\n',
    ],
)
def test_another_file_is_not_claimed(tmp_path, line):
    path = tmp_path / "file.csv"
    path.write_text(line, encoding="utf-8")

    assert FORMAT.recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="is no Code-Point Open"):
        FORMAT.read(Probe(path))


def test_the_directories_of_the_ons_are_not_claimed(tmp_path):
    assert [FORMAT.recognise(Probe(path)) for path in onspd.write(tmp_path)] == [None] * 4


def test_an_archive_that_is_cut_short_is_broken(samples):
    probe = Probe(samples[0])
    assert probe.heads
    samples[0].write_bytes(samples[0].read_bytes()[:-60])

    with pytest.raises(SourceError, match="is broken: download it again"):
        FORMAT.read(probe)

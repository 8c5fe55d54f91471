"""ONSPD and NSPL: the same rows in every generation of the header."""

from __future__ import annotations

import pytest
from public_samples import code_point_open, nspl, onspd
from pyproj import Transformer

from etl.errors import SourceError
from etl.postcode_keys import postcode_keys
from etl.postcode_store import NO_COORDINATE, NOT_SAID
from etl.sources.onspd import NSPL, ONSPD, columns_by_role, read_ons
from etl.sources.probe import Probe

GENERATIONS = {**onspd.HEADERS, **nspl.HEADERS}
MONTHS = {
    "ONSPD_NOV_2018_UK.csv": 201811,
    "ONSPD_FEB_2023_UK.csv": 202302,
    # Its name does not say it: the newest change in it does.
    "Online_ONS_Postcode_Directory_Live.csv": 201503,
    "NSPL_AUG_2017_UK.csv": 201708,
    "NSPL21_AUG_2024_UK.csv": 202408,
    "NSPL_MAY_2025_UK.csv": 202505,
    "NSPL_AUG_2026_UK.csv": 202608,
}


@pytest.fixture
def read(tmp_path):
    """Write one generation and read it."""

    def read_one(name):
        onspd.write(tmp_path)
        nspl.write(tmp_path)
        return read_ons(Probe(tmp_path / name))

    return read_one


@pytest.mark.parametrize("name", GENERATIONS)
def test_every_generation_says_the_same(read, name):
    found = read(name)
    whole = name != "Online_ONS_Postcode_Directory_Live.csv"

    assert found.read == len(onspd.ROWS) + 1
    assert found.rejected == onspd.REFUSED
    assert found.month == MONTHS[name]
    rows = found.rows.set_index("key")

    def said(postcode):
        return rows.loc[postcode_keys([postcode])[0]]

    unit = said("CB2 0AA")
    # Degrees of four decimals are good to some ten metres.
    assert unit["easting"] == pytest.approx(546_099, abs=0 if whole else 15)
    assert unit["northing"] == pytest.approx(255_058, abs=0 if whole else 15)
    assert unit["authority_code"] == "E07000008"
    assert (unit["introduced"], unit["terminated"]) == (201_001, 0)
    assert said("CB21 5RB")["terminated"] == 200_811
    assert said("SG1 2NY")["large_user"] == (1 if whole else NOT_SAID)
    assert said("CB3 9ZY")["quality"] == (6 if whole else 0)
    assert said("IM1 1AA")["easting"] == NO_COORDINATE
    assert said("IM1 1AA")["authority_code"] == ""


@pytest.mark.parametrize("name", GENERATIONS)
def test_northern_ireland_is_on_the_irish_grid(read, name):
    rows = read(name).rows.set_index("key")
    belfast = rows.loc[postcode_keys(["BT7 1NN"])[0]]

    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(belfast["easting"], belfast["northing"])
    # A check value; read as British Grid it would lie in the Wirral.
    assert (latitude, longitude) == pytest.approx((54.5848, -5.9344), abs=0.001)


def test_without_degrees_the_irish_grid_is_transformed(tmp_path):
    path = tmp_path / "ONSPD_MAY_2020.csv"
    path.write_text(
        "pcds,doterm,oslaua,oseast1m,osnrth1m,parish\nBT7 1NN,,N09000003,333589,372685,x\n",
        encoding="utf-8",
    )

    row = read_ons(Probe(path)).rows.iloc[0]

    assert (row["easting"], row["northing"]) == pytest.approx((145_883, 528_183), abs=10)


def test_each_is_told_from_the_other_and_named(tmp_path):
    for path in onspd.write(tmp_path):
        assert NSPL.recognise(Probe(path)) is None
        assert ONSPD.recognise(Probe(path))
    for path in nspl.write(tmp_path):
        assert ONSPD.recognise(Probe(path)) is None
    layouts = [NSPL.recognise(Probe(path)) for path in nspl.write(tmp_path)]
    assert layouts == [
        "41 columns, with pcds, laua, oseast1m",
        "35 columns, with pcds, laua, oseast1m",
        "35 columns, with pcds, lad25cd, east1m",
        "35 columns, with pcds, lad26cd, east1m",
    ]


def test_an_archive_is_read_by_its_whole_table(tmp_path):
    archive = next(path for path in onspd.write(tmp_path) if path.suffix == ".zip")

    assert read_ons(Probe(archive)).read == len(onspd.ROWS) + 1


def test_roles_go_by_name_in_any_case_and_order():
    header = ("LONG", "Lad25cd", "PCD8", "pcd7", "DOTERM", "lat", "postcode")

    assert columns_by_role(header) == {
        "postcode": "pcd7",
        "terminated": "DOTERM",
        "latitude": "lat",
        "longitude": "LONG",
        "authority_code": "Lad25cd",
    }


def test_another_file_is_not_claimed(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("postcode,lat,long\nCB2 0AA,52.1,0.1\n", encoding="utf-8")

    for probe in map(Probe, [path, *code_point_open.write(tmp_path)]):
        assert ONSPD.recognise(probe) is None
        assert NSPL.recognise(probe) is None
    with pytest.raises(SourceError, match="neither ONSPD nor NSPL"):
        read_ons(Probe(path))


def test_a_row_with_too_many_cells_is_a_broken_file(tmp_path):
    path = tmp_path / "ONSPD_MAY_2020.csv"
    path.write_text("pcds,doterm,lat,long\nCB2 0AA,,52.1,0.1,9,9\n", encoding="utf-8")

    with pytest.raises(SourceError, match=r"is broken .*: download it again"):
        read_ons(Probe(path))

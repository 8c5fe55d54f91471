"""The reference tables that ship with the product."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from etl.errors import SourceError
from etl.gazetteer import NO_COORDINATE
from etl.reference import read_authorities, read_places, read_reference

DATA = Path(__file__).parents[2] / "data"
FILES = (
    "authorities.csv",
    "barriers.geojson",
    "places.csv",
    "reference_clusters.csv",
    "regions.geojson",
)
ONE_POINT = json.dumps(
    {
        "type": "Feature",
        "properties": {"name": "A"},
        "geometry": {"type": "Point", "coordinates": [0, 52]},
    }
)


@pytest.fixture
def copy(tmp_path):
    """Return a folder with copies of the shipped files."""
    for name in FILES:
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def test_shipped_tables_are_complete():
    reference = read_reference(DATA)

    assert list(reference.authorities.columns) == [
        "authority_code",
        "authority",
        "county",
        "region",
        "nation",
    ]
    assert reference.authorities["authority_code"].is_unique
    assert (reference.authorities != "").all(axis=None)
    assert reference.barriers.crs == reference.places.crs == "EPSG:27700"
    assert set(reference.barriers["kind"]) == {"estuary", "island"}
    assert reference.regions.crs == "EPSG:4326"
    assert set(reference.regions["name"]) == set(reference.authorities["region"])
    assert len(reference.regions) == 12
    assert reference.places["name"].is_monotonic_increasing


def test_every_authority_of_a_placed_postcode_is_known(gazetteer):
    placed = gazetteer.easting != NO_COORDINATE
    codes = set(gazetteer.authority_codes[gazetteer.authority[placed]]) - {""}

    assert codes <= set(read_authorities(DATA / "authorities.csv")["authority_code"])


def test_the_hash_follows_the_content(copy):
    before = read_reference(copy).content_hash

    assert read_reference(DATA).content_hash == before
    with (copy / "places.csv").open("a") as file:
        file.write("Exampleton,52.0,0.0\n")
    assert read_reference(copy).content_hash != before


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()

    with pytest.raises(SourceError, match=f"There is no file .*{name}"):
        read_reference(copy)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("authorities.csv", "code,authority\n1,2\n", "lacks the column 'authority_code'"),
        ("authorities.csv", "authority_code,authority,county,region,nation\na,b\n", "line 2"),
        (
            "authorities.csv",
            "authority_code,authority,county,region,nation\na,b,b,c,d\na,b,b,c,d\n",
            "more than once",
        ),
        ("places.csv", "name,latitude,longitude\nA,north,0\n", "without coordinates"),
        ("barriers.geojson", "{}", "is no GeoJSON"),
        (
            "regions.geojson",
            ONE_POINT,
            "lacks the column 'nation'",
        ),
    ],
)
def test_a_wrong_file_says_what_is_wrong(copy, name, content, message):
    (copy / name).write_text(content)

    with pytest.raises(SourceError, match=message):
        read_reference(copy)


def test_places_are_in_metres(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text("name,latitude,longitude\nCambridge,52.1744,0.1351\n")

    [point] = read_places(path).geometry

    # CB2 0AA in the gazetteer: 546,026 E, 254,909 N within a few hundred metres.
    assert (point.x, point.y) == pytest.approx((546_000, 255_000), abs=500)

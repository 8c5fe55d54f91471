"""The order in which a postcode or town gives a point, on a few postcodes made by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from etl.postcode_points import (
    IMPUTED_RADIUS_METRES,
    TERMINATED_RADIUS_METRES,
    TOWN_RADIUS_METRES,
    UNIT_RADIUS_METRES,
    find_points,
)

OFFICE = (545_000, 257_000)
STACK = [(f"CB1 1A{c}", *OFFICE) for c in "ABDEFGHJKL"]


@pytest.fixture
def find(authorities):
    """Find the point of one row."""

    def find_one(gazetteer, postcode, town=None):
        rows = pd.DataFrame({"postcode": [postcode], "town": [town]}, index=[2]).astype("str")
        before = rows.copy()
        found = find_points(rows, gazetteer, authorities).loc[2]
        pd.testing.assert_frame_equal(rows, before)
        return found

    return find_one


@pytest.mark.parametrize(
    ("facts", "radius", "method"),
    [
        ({}, UNIT_RADIUS_METRES, "postcode"),
        ({"quality": 1, "terminated": 0}, UNIT_RADIUS_METRES, "postcode"),
        ({"quality": 5}, IMPUTED_RADIUS_METRES, "postcode, imputed by the directory from others"),
        ({"terminated": 201503}, TERMINATED_RADIUS_METRES, "postcode terminated 2015-03, at its"),
        ({"terminated": 1}, TERMINATED_RADIUS_METRES, "postcode no longer in use, at its last"),
    ],
)
def test_what_a_directory_says_of_a_point_is_told(small_gazetteer, find, facts, radius, method):
    found = find(small_gazetteer([("CB2 1AA", 545_000, 257_000)], **facts), "CB2 1AA")

    assert found["precision_class"] == "postcode_unit"
    assert found["radius_metres"] == radius
    assert found["geocode_method"].startswith(method)
    assert found["gazetteer"] == "ours"


def test_the_mean_of_a_sector_is_no_unit(small_gazetteer, find):
    around = [(f"CB2 1W{c}", 545_000 + 3000 * k, 257_000) for k, c in enumerate("ABDEF")]
    ours = small_gazetteer([("CB2 1AA", 545_000, 257_000), *around], quality=[6, 1, 1, 1, 1, 1])

    found = find(ours, "CB2 1AA")

    assert found["precision_class"] == "postcode_sector"
    assert found["radius_metres"] > 3000


@pytest.mark.parametrize("terminated", [-1, 0])
def test_a_shared_point_has_the_spread_of_its_sector(small_gazetteer, find, terminated):
    other = ("CB1 1WA", OFFICE[0] + 4000, OFFICE[1])

    found = find(small_gazetteer([*STACK, other], terminated=terminated), "CB1 1AA")

    assert found["precision_class"] == "postcode_shared"
    assert found["radius_metres"] == 4000
    assert found["geocode_method"] == "postcode, at a point that 9 others share"


def test_a_terminated_postcode_at_a_shared_point_is_refused(small_gazetteer, find):
    other = ("CB1 1WA", OFFICE[0] + 4000, OFFICE[1])

    found = find(small_gazetteer([*STACK, other], terminated=201503), "CB1 1AA")

    assert found["refusal"] == "terminated postcode at a shared point"
    assert found["advice"].startswith("give latitude and longitude")
    # The point that is left is the sector's, to check given coordinates by.
    assert found["easting"] == OFFICE[0] + 4000


def test_a_district_of_nothing_but_a_shared_point_says_nothing(small_gazetteer, find):
    found = find(small_gazetteer(STACK), "CB1 1AA")

    assert found["refusal"] == "postcode without a place"


def test_a_listed_postcode_is_refused_with_its_reason(small_gazetteer, find):
    options = {"quarantined": {"CB2 1AA": "it moved"}}

    ours = small_gazetteer([("CB2 1AA", 1, 1), ("CB2 1AB", 5, 5)], options=options)

    assert find(ours, "CB2 1AA")["refusal"] == "quarantined postcode"
    assert find(ours, "CB2 1AA")["advice"] == "give latitude and longitude: it moved"
    assert find(ours, "CB2 1AB")["refusal"] == ""
    # Nor is it what a slip of the pen is repaired to.
    assert find(ours, "CB2 IAA")["precision_class"] != "postcode_unit"
    assert find(ours, "CB2 IAA")["repaired"] == ""


def test_a_repair_is_only_one_that_is_known(small_gazetteer, find):
    ours = small_gazetteer([("CB2 1AA", 545_000, 257_000), ("CB2 1AB", 545_900, 257_000)])

    found = find(ours, "CB2 IAA")

    assert found["repaired"] == "CB2 1AA"
    assert pd.isna(found["postcode"])
    assert found["precision_class"] == "postcode_sector"
    assert (found["easting"], found["radius_metres"]) == (545_000, 450)
    assert find(ours, "CB9 IAA")["repaired"] == ""


@pytest.mark.parametrize(
    ("postcode", "town", "precision", "method"),
    [
        ("CB2 1ZZ", None, "postcode_sector", "postcode sector"),
        ("CB2 1", None, "postcode_sector", "postcode sector"),
        ("CB2 9ZZ", None, "town", "postcode district"),
        ("cb2", None, "town", "postcode district"),
        ("CB9 1AA", "CAMBRIDGE ", "town", "town, as the authority of its name"),
        (None, "Cambridge", "town", "town, as the authority of its name"),
        (None, "Ely", "town", "town, by its centre"),
        (None, "Atlantis", "", ""),
        ("CB9 1AA", None, "", ""),
    ],
)
def test_less_of_a_postcode_gives_less_of_a_place(
    small_gazetteer, find, postcode, town, precision, method
):
    places = gpd.GeoDataFrame(
        {"name": ["Ely"]}, geometry=[shapely.Point(554_000, 280_000)], crs="EPSG:27700"
    )
    ours = small_gazetteer(
        [("CB2 1AA", 545_000, 257_000), ("CB2 1AB", 547_000, 257_000)], options={"places": places}
    )

    found = find(ours, postcode, town)

    assert (found["precision_class"], found["geocode_method"]) == (precision, method)
    assert np.isfinite(found["easting"]) == bool(precision)
    if town == "Ely":
        assert found["radius_metres"] == TOWN_RADIUS_METRES
    elif precision:
        assert found["radius_metres"] == 1000


def test_what_is_switched_off_is_not_taken_for_something_else(small_gazetteer, find):
    rows = [("B1 1AA", 1, 1), ("BT1 1AA", 2, 2)]
    off = small_gazetteer(rows[:1], options={"northern_ireland": False})

    assert find(off, "BT1 1AA")["precision_class"] == ""
    assert find(small_gazetteer(rows), "BT1 1AA")["precision_class"] == "postcode_unit"

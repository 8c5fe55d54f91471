"""Given coordinates against the postcode's point and against one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.given_coordinates import WGS84, check_given, inside, transform

# The point of CB2 1AA in the gazetteer made here, in degrees to about a metre.
LATITUDE, LONGITUDE = 52.18859, 0.11971


@pytest.fixture
def check(small_gazetteer):
    """Check rows of postcode, latitude, longitude against one postcode."""
    ours = small_gazetteer([("CB2 1AA", 545_000, 256_600)])

    def check_rows(*rows, precision="postcode_unit", radius=100.0):
        table = pd.DataFrame(rows, columns=["postcode", "latitude", "longitude"])
        table = table.astype({"postcode": "str", "latitude": float, "longitude": float})
        known = table["postcode"].notna()
        points = pd.DataFrame(
            {
                "postcode": table["postcode"],
                "easting": np.where(known, 545_000.0, np.nan),
                "northing": np.where(known, 256_600.0, np.nan),
                "radius_metres": np.where(known, radius, np.nan),
                "precision_class": np.where(known, precision, ""),
                "refusal": "",
            }
        )
        return check_given(table, points, ours)

    return check_rows


def test_coordinates_at_the_postcode_agree(check):
    row = check(("CB2 1AA", LATITUDE, LONGITUDE)).iloc[0]

    assert row["agreed"]
    assert row["offset"] < 50
    assert row["distance_metres"] == pytest.approx(row["offset"])
    assert row["nearest_code"] == "E07000008"


def test_how_far_they_may_lie_depends_on_how_well_the_postcode_is_known(check):
    # Seven kilometres north.
    north = ("CB2 1AA", LATITUDE + 0.063, LONGITUDE)

    assert not check(north).iloc[0]["agreed"]
    assert check(north, precision="postcode_sector", radius=3000.0).iloc[0]["agreed"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "swapped", "flipped"),
    [
        (LATITUDE, LONGITUDE, False, False),
        (LONGITUDE, LATITUDE, True, False),
        (LATITUDE, -LONGITUDE, False, True),
        # Swapped and flipped, these lie in the Cotswolds.
        (-1.8, 52.0, False, False),
        (52.0, -1.8, False, False),
    ],
)
def test_swapped_and_flipped_are_told_by_the_postcode(check, latitude, longitude, swapped, flipped):
    row = check(("CB2 1AA", latitude, longitude)).iloc[0]

    assert (row["swapped"], row["flipped"]) == (swapped, flipped)


def test_without_a_postcode_nothing_can_be_flipped(check):
    row = check((None, LATITUDE, -LONGITUDE)).iloc[0]

    assert not row["flipped"]
    assert np.isnan(row["offset"])


def test_a_crowd_is_counted_by_its_postcodes(check):
    names = [f"CB2 1A{c}" for c in "ABDEF"]
    found = check(
        *((name, 52.2, 0.12) for name in names),
        (names[0], 52.2, 0.12),
        (None, 52.2, 0.12),
        ("CB2 1AA", 52.3, 0.12),
    )

    assert found["crowd"].tolist() == [5] * 7 + [1]
    assert (found["crowd_metres"].head(7) > 1000).all()
    assert np.isnan(found["crowd_metres"].iloc[7])


def test_half_a_coordinate_and_a_table_without_any(check):
    found = check(("CB2 1AA", 52.2, None), ("CB2 1AA", None, None))

    assert found["half"].tolist() == [True, False]
    assert not found["given"].any()


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_the_bounds_are_inclusive_and_hold_the_nations(longitude, latitude):
    found = inside(pd.Series([longitude]), pd.Series([latitude])).item()

    assert found == (-8.75 <= longitude <= 2.1 and 49.75 <= latitude <= 61.0)


def test_what_is_missing_stays_missing():
    x, y = transform(
        pd.Series([np.nan, LONGITUDE]),
        pd.Series([np.nan, LATITUDE]),
        from_crs=WGS84,
        to_crs="EPSG:27700",
    )

    assert np.isnan([x[0], y[0]]).all()
    assert (x[1], y[1]) == (pytest.approx(545_000, abs=60), pytest.approx(256_600, abs=60))

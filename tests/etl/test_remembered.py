"""The same location has the same place again."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import Point

from etl.prepare import Tools
from etl.remembered import PLACED, framed, location_of, remembering

AUTHORITIES = pd.DataFrame(columns=["authority_code", "authority", "region", "nation"], dtype="str")


def rows(**postcodes):
    index = pd.Index(list(postcodes), name="row_id")
    return pd.DataFrame({"postcode": list(postcodes.values())}, index=index)


def places(table, *points):
    made = dict.fromkeys(PLACED[1:], None) | {"precision_class": "registered_office"}
    shapes = gpd.GeoSeries(list(points), index=table.index, crs="EPSG:4326")
    placed = table.assign(geometry=shapes, **made)
    return pd.DataFrame(placed.assign(at=location_of(table)))


def test_a_row_takes_its_own_place_before_anothers():
    seen = places(rows(other="SG1 2NY", own="SG1 2NY"), Point(0, 50), Point(1, 51))
    locate = remembering(Tools(AUTHORITIES), seen)

    found = locate(rows(own="SG1 2NY", third="SG1 2NY"))

    assert found.geometry.tolist() == [Point(1, 51), Point(0, 50)]
    assert found["precision_class"].tolist() == ["registered_office"] * 2


def test_a_location_that_was_never_seen_is_placed_anew(gazetteer):
    seen = places(rows(own="SG1 2NY"), Point(1, 51))

    found = remembering(Tools(AUTHORITIES, gazetteer), seen)(rows(own="SG1 2NY", new="CB2 0AA"))

    assert found.index.tolist() == ["own", "new"]
    assert found["precision_class"].tolist()[1].startswith("postcode")
    assert found.geometry.notna().all()


def test_the_text_of_a_location_tells_blanks_apart():
    table = pd.DataFrame(
        {"postcode": ["A", None, "A"], "latitude": [None, 1.0, 1.0], "longitude": [None, 2.0, 2.0]}
    )

    assert location_of(table).is_unique


def test_rows_are_framed_without_their_ids():
    table = rows(a="SG1 2NY")

    assert framed(table).index.tolist() == [0]
    assert framed(places(table, Point(0, 50))).crs == "EPSG:4326"

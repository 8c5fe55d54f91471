"""Preparing rows of one table: cleaned, checked, placed, and none lost."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import ColumnsError, GazetteerError
from etl.prepare import Tools, prepare_part
from etl.sources.feed import Part

AUTHORITIES = pd.DataFrame(
    {
        "authority_code": ["E07000243"],
        "authority": ["Stevenage"],
        "region": ["East of England"],
        "nation": ["England"],
    }
)


def part(table, **columns):
    count = len(next(iter(columns.values())))
    index = pd.RangeIndex(2, count + 2, name="line")
    return Part(table, pd.DataFrame(columns, index=index, dtype="str"))


def prepare(given_part, gazetteer=None):
    return prepare_part(given_part, Tools(AUTHORITIES, gazetteer), file="file.csv")


@given(st.lists(st.sampled_from(["10000001", "10000002", "x", ""]), max_size=6))
def test_every_row_is_prepared_or_refused(ukprns):
    given_part = part("providers", ukprn=ukprns, name=["A"] * len(ukprns))
    before = given_part.cells.copy()

    prepared = prepare(given_part)

    assert sorted([*prepared.rows.index, *prepared.rejects["line"]]) == list(before.index)
    assert prepared.spoken == ("ukprn", "name")
    pd.testing.assert_frame_equal(given_part.cells, before)


def test_rows_that_stand_at_a_place_are_placed(gazetteer):
    prepared = prepare(
        part(
            "venues",
            venue_id=["v", "w"],
            ukprn=["10000001"] * 2,
            name=["V", "W"],
            postcode=["SG1 2NY", "no postcode"],
            delivery_area=["", ""],
        ),
        gazetteer,
    )

    assert prepared.rows["authority"].tolist() == ["Stevenage"]
    assert prepared.rejects["rule"].tolist() == ["broken postcode"]
    assert prepared.notes


def test_they_need_a_gazetteer():
    with pytest.raises(GazetteerError, match="open the gazetteer"):
        prepare(part("schools", school_id=["s"], name=["S"], postcode=["SG1 2NY"]))


def test_an_unknown_delivery_area_is_refused(gazetteer):
    prepared = prepare(
        part("venues", venue_id=["v"], ukprn=["10000001"], name=["V"], delivery_area=["Atlantis"]),
        gazetteer,
    )

    assert prepared.rejects["rule"].tolist() == ["unknown area"]
    assert prepared.rows.empty


def test_a_blank_means_of_travel_is_spoken_of_as_a_car():
    prepared = prepare(part("travel_times", from_id=["s"], to_id=["v"], travel_minutes=["10"]))

    assert prepared.rows["transport"].tolist() == ["car"]
    assert "transport" in prepared.spoken


def test_areas_keep_their_shapes():
    shape = shapely.MultiPolygon([shapely.box(0, 50, 1, 51)])
    cells = part("areas", code=["a", ""], name=["A", "B"], kind=["k", "k"]).cells
    shapes = gpd.GeoSeries([shape, shape], index=cells.index, crs="EPSG:4326")

    prepared = prepare(Part("areas", cells, shapes=shapes))

    assert prepared.rows.geometry.tolist() == [shape]
    assert prepared.rejects["field"].tolist() == ["code"]


def test_a_column_that_the_table_lacks_is_refused():
    with pytest.raises(ColumnsError, match=r"file\.csv has the column 'nmae'"):
        prepare(part("providers", ukprn=["10000001"], nmae=["A"]))


def test_a_place_that_cannot_be_found_again_is_unknown_and_no_row_is_lost(gazetteer):
    rows = pd.DataFrame({"postcode": ["SG1 2NY", "ZZ99 9ZZ"]}, index=["a", "b"])

    placed = Tools(AUTHORITIES, gazetteer).locate(rows)

    assert list(placed.index) == ["a", "b"]
    assert placed.geometry.isna().tolist() == [False, True]

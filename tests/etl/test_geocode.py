"""Geocoding, against the installed gazetteer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postcode_traps import TRAPS, became, place_traps, trap_gazetteer
from shapely import box

from app.db.base import GEOCODED_COLUMNS
from etl.gazetteer import open_gazetteer
from etl.geocode import FORMATION_FROM, Aids, geocode

CAMBRIDGE = (52.1744, 0.1351)  # CB2 0AA


def make_rows(*rows):
    table = pd.DataFrame(rows, columns=["postcode", "latitude", "longitude"])
    table = table.astype({"postcode": "str", "latitude": float, "longitude": float})
    return table.set_axis(pd.RangeIndex(2, len(rows) + 2, name="line"))


@pytest.fixture
def place(gazetteer, authorities):
    """Geocode one row; return it, or its reject."""

    def place_one(postcode, latitude=None, longitude=None, **options):
        rows = make_rows((postcode, latitude, longitude))
        before = rows.copy()
        found = geocode(rows, gazetteer, authorities, **options)
        pd.testing.assert_frame_equal(rows, before)
        assert len(found.rows) + len(found.rejects) == 1
        return (found.rows if len(found.rows) else found.rejects).iloc[0]

    return place_one


def test_unit_postcode_gives_its_point(place):
    row = place("cb20aa")

    assert (row.geometry.y, row.geometry.x) == pytest.approx(CAMBRIDGE, abs=0.001)
    assert row["postcode"] == "CB2 0AA"
    assert row["precision_class"] == "postcode_unit"
    assert row["radius_metres"] == 100
    assert row["geocode_method"] == "postcode"
    assert row["gazetteer"].startswith("ONSPD November 2025")
    assert row["authority_code"] == "E07000008"
    assert (row["authority"], row["region"], row["nation"]) == (
        "Cambridge",
        "East of England",
        "England",
    )
    assert row["postcodes_within_3km"] > 500


def test_shared_point_says_so(place):
    row = place("SG1 2NY")

    assert row["precision_class"] == "postcode_shared"
    # Nine in ten of the sector's postcodes lie so near; its real site is 0.7 km away.
    assert 1000 <= row["radius_metres"] <= 4000
    assert row["geocode_method"] == "postcode, at a sorting office's point that 274 others share"


def test_unknown_unit_is_placed_in_its_sector(place, gazetteer):
    row = place("SG1 2ZZ")

    assert row["precision_class"] == "postcode_sector"
    assert row["radius_metres"] == gazetteer.find_sectors(["SG1 2ZZ"])["radius_metres"].item()
    assert row["authority"] == "Stevenage"


def test_given_coordinates_near_the_postcode_win(place):
    row = place("CB2 0AA", 52.18, 0.14)

    assert (row.geometry.y, row.geometry.x) == (52.18, 0.14)
    assert row["precision_class"] == "exact"
    assert row["radius_metres"] == 50
    assert row["geocode_method"] == "given coordinates"
    assert row["authority"] == "Cambridge"


def test_given_coordinates_far_from_the_postcode_widen_its_radius(place):
    # A tenth of a degree of latitude is 11.1 km.
    row = place("CB2 0AA", 52.2744, 0.1351)

    assert row.geometry.y == pytest.approx(52.1744, abs=0.001)
    assert row["precision_class"] == "postcode_unit"
    assert row["radius_metres"] == pytest.approx(11_130, abs=30)
    assert row["geocode_method"] == "postcode; the given coordinates lie 11.1 km away"


@pytest.mark.parametrize(
    ("latitude", "longitude", "remark"),
    [
        (0, 0, "the given coordinates lie outside the United Kingdom"),
        (0.1351, 52.1744, "the given latitude and longitude are swapped"),
        # Swapped, but of another place.
        (-1.1373, 52.9511, "the given coordinates lie outside the United Kingdom"),
        (40.7, -74.0, "the given coordinates lie outside the United Kingdom"),
        (52.1744, -0.1351, "the given longitude has the wrong sign"),
    ],
)
def test_impossible_coordinates_say_nothing_beside_a_postcode(place, latitude, longitude, remark):
    row = place("CB2 0AA", latitude, longitude)

    assert row["radius_metres"] == 100
    assert row["geocode_method"] == f"postcode; {remark}"


def test_coordinates_alone_get_the_nearest_authority(place):
    row = place(None, *CAMBRIDGE)

    assert row["precision_class"] == "exact"
    assert row["authority"] == "Cambridge"
    assert row["postcodes_within_3km"] > 500


def test_nothing_known_is_a_place_unknown(place):
    row = place(None)

    assert row.geometry is None
    assert row["precision_class"] == "unknown"
    made = [name for name in GEOCODED_COLUMNS if name not in ("geom", "precision_class")]
    assert row[made].isna().all()


@pytest.mark.parametrize(
    ("given", "rule", "suggestion"),
    [
        (("rubbish",), "broken postcode", "write a whole postcode"),
        (("ZZ9 9ZZ",), "unknown postcode", "correct the postcode, or give latitude"),
        (("IM1 1AA",), "postcode without coordinates", "give latitude and longitude"),
        (("JE2 3AB",), "postcode without coordinates", "give latitude and longitude"),
        ((None, 0.0, 0.0), "outside the United Kingdom", "these stand for no position"),
        ((None, 40.7, -74.0), "outside the United Kingdom", "correct latitude and longitude"),
        ((None, 0.1351, 52.1744), "outside the United Kingdom", "write latitude 52.1744 and longi"),
        ((None, 56.0, -8.5), "far from every postcode", "no postcode lies within 5 km"),
        ((None, 52.0, None), "half a coordinate", "give both"),
        (("CB2 0AA", None, 0.1), "half a coordinate", "give both"),
    ],
)
def test_refusals_name_rule_and_remedy(place, given, rule, suggestion):
    reject = place(*given)

    assert reject["rule"] == rule
    assert reject["line"] == 2
    assert suggestion in reject["suggestion"]
    assert reject["value"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0X1 2JD", "OX1 2JD"),
        ("CF24 ODE", "CF24 0DE"),
        ("AB1O 1AB", "AB10 1AB"),
        ("Cambridge CB2 0AA", "CB2 0AA"),
    ],
)
def test_a_repaired_postcode_places_and_is_not_written(gazetteer, authorities, written, meant):
    found = geocode(make_rows((written, None, None)), gazetteer, authorities)

    row = found.rows.iloc[0]
    point = geocode(make_rows((meant, None, None)), gazetteer, authorities).rows.iloc[0]
    assert row["postcode"] == written
    assert row.geometry == point.geometry
    assert row["precision_class"] == "postcode_sector"
    assert row["radius_metres"] > 100
    assert row["geocode_method"] == f"repaired postcode {meant} (written {written})"
    assert found.suggestions.to_dict("records") == [
        {
            "line": 2,
            "field": "postcode",
            "rule": "repaired postcode",
            "value": written,
            "suggestion": meant,
        }
    ]
    assert "the postcode stays as it is written" in found.notes[-1]


def test_a_repair_that_may_be_either_of_two_is_refused(small_gazetteer, authorities):
    both = small_gazetteer([("SO1 1AA", 430_000, 110_000), ("S01 1AA", 530_000, 180_000)])

    # Written with both slips it is neither of the two that it may be.
    found = geocode(make_rows(("S0I 1AA", None, None)), both, authorities)
    assert found.rejects["rule"].tolist() == ["unknown postcode"]
    assert found.rejects["suggestion"].tolist() == ["S01 1AA or SO1 1AA"]


@pytest.fixture(scope="module")
def traps(gazetteer, gazetteer_cache, tmp_path_factory):
    """Return the traps placed as one file, and the file."""
    folder = tmp_path_factory.mktemp("traps")
    return place_traps(trap_gazetteer(gazetteer_cache, folder))


@pytest.mark.parametrize(("line", "trap"), [*enumerate(TRAPS, start=2)])
def test_no_trap_is_plotted_as_exact(traps, line, trap):
    _, found = traps

    kind, metres, text = became(line, found)

    assert kind == trap.becomes
    assert trap.says in text
    least, most = trap.metres
    assert np.isnan(metres) or least <= metres <= most


def test_every_trap_is_placed_or_refused_and_keeps_what_was_written(traps):
    rows, found = traps

    assert sorted([*found.rows.index, *found.rejects["line"]]) == rows.index.tolist()
    written = rows.loc[found.rows.index, "postcode"]
    same = found.rows["postcode"].fillna("") == written.fillna("")
    assert found.rows.loc[~same, "postcode"].tolist() == ["CB2 0AA"]
    assert written[~same].tolist() == ["cb20aa"]


def test_a_point_without_postcode_lies_in_the_area_that_holds_it(gazetteer, authorities):
    # The corner of a polygon of ours around the point; the nearest postcode is Cambridge's.
    latitude, longitude = CAMBRIDGE
    shape = box(longitude - 0.01, latitude - 0.01, longitude + 0.01, latitude + 0.01)
    areas = gpd.GeoDataFrame(
        {"code": ["E07000243", "travel zone 9"]}, geometry=[shape, shape], crs="EPSG:4326"
    )
    rows = make_rows((None, *CAMBRIDGE), ("CB2 0AA", *CAMBRIDGE), (None, 51.9, -0.2))

    found = geocode(rows, gazetteer, authorities, aids=Aids(areas=areas)).rows

    # A postcode says its authority better than a polygon does; outside of all the nearest does.
    assert found["authority"].tolist() == ["Stevenage", "Cambridge", "Stevenage"]


def test_few_organisations_at_a_postcode_are_no_address_for_hire(gazetteer, authorities):
    rows = make_rows(("CB2 0AA", None, None), ("SG1 1AA", None, None), ("CB2 0AA", *CAMBRIDGE))
    aids = Aids(organisations_at={"CB2 0AA": FORMATION_FROM, "SG1 1AA": FORMATION_FROM - 1})

    found = geocode(rows, gazetteer, authorities, aids=aids).rows

    # Coordinates of its own tell a firm from the agent's other customers.
    assert found["precision_class"].tolist()[0] == "registered_office"
    assert found["precision_class"].tolist()[2] == "exact"
    assert "100 organisations give this postcode" in found["geocode_method"].tolist()[0]
    assert "organisations" not in found["geocode_method"].tolist()[1]


@pytest.mark.parametrize("postcodes", [4, 5])
def test_a_coordinate_is_disbelieved_from_five_postcodes_on(gazetteer, authorities, postcodes):
    names = ["CB1 1AB", "CB1 2DW", "CB2 1TN", "CB3 0AJ", "CB4 1XF"][:postcodes]
    rows = make_rows(*((name, 52.2053, 0.1218) for name in [*names, names[0]]))

    found = geocode(rows, gazetteer, authorities).rows

    exact = (found["precision_class"] == "exact").sum()
    assert exact == (len(rows) if postcodes < 5 else 0)


def test_place_by_postcode_measures_but_does_not_use(gazetteer, authorities):
    rows = make_rows(
        ("CB2 0AA", 52.18, 0.14),
        ("CB2 0AA", 52.2744, 0.1351),
        (None, *CAMBRIDGE),
        ("CB2 0AA", 1, 1),
    )

    found = geocode(rows, gazetteer, authorities, place_by_postcode=True)

    assert found.rows["precision_class"].tolist() == [
        "postcode_unit",
        "postcode_unit",
        "unknown",
        "postcode_unit",
    ]
    assert (found.rows["radius_metres"].dropna() == 100).all()
    assert found.offsets_metres.index.tolist() == [2, 3]
    assert found.offsets_metres.tolist()[1] == pytest.approx(11_130, abs=30)
    assert "not compared: 1 row" in found.notes[-1]


def test_northern_ireland_switched_off_is_refused(gazetteer_cache, gazetteer, authorities):
    without = open_gazetteer(gazetteer_cache, northern_ireland=False)

    found = geocode(make_rows(("BT7 1NN", None, None)), without, authorities)

    assert found.rejects["rule"].tolist() == ["postcode not open"]
    on = geocode(make_rows(("BT7 1NN", None, None)), gazetteer, authorities)
    assert on.rows["nation"].tolist() == ["Northern Ireland"]


def test_an_authority_that_is_not_listed_keeps_its_code_and_nation(gazetteer, authorities):
    found = geocode(make_rows(("EH25 9RG", None, None)), gazetteer, authorities).rows.iloc[0]

    assert found["authority_code"] == "S12000019"
    assert pd.isna(found["authority"])
    assert found["nation"] == "Scotland"


def test_empty_table_and_table_without_coordinates(gazetteer, authorities):
    empty = geocode(make_rows().iloc[:0], gazetteer, authorities)
    school = geocode(make_rows(("CB2 0AA", 1, 1))[["postcode"]], gazetteer, authorities)

    assert len(empty.rows) == len(empty.rejects) == 0
    assert set(GEOCODED_COLUMNS) - {"geom"} <= set(empty.rows.columns)
    assert empty.rows.crs == school.rows.crs == "EPSG:4326"
    assert school.rows["precision_class"].tolist() == ["postcode_unit"]
    assert "latitude" not in school.rows


NUMBERS = st.none() | st.floats(-200, 200) | st.sampled_from([0.0, 52.17, 0.13, 56.0])
POSTCODES = (
    st.none()
    | st.text(max_size=9)
    | st.sampled_from(
        ["CB2 0AA", "SG1 2NY", "SG1 2ZZ", "IM1 1AA", "BT7 1NN", "0X1 2JD", "ZZ9 9ZZ", "nptoaa"]
    )
)


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(st.tuples(POSTCODES, NUMBERS, NUMBERS), max_size=8))
def test_no_row_is_lost_and_every_point_has_a_radius(gazetteer, authorities, rows):
    table = make_rows(*rows)

    found = geocode(table, gazetteer, authorities)

    assert sorted([*found.rows.index, *found.rejects["line"]]) == table.index.tolist()
    placed = found.rows.geometry.notna()
    assert (found.rows.loc[placed, "radius_metres"] > 0).all()
    assert (found.rows.loc[placed, "postcodes_within_3km"] >= 0).all()
    assert (placed == (found.rows["precision_class"] != "unknown")).all()
    assert np.isfinite(found.rows.geometry[placed].bounds.to_numpy()).all()
    assert (found.rejects["suggestion"] != "").all()


def test_a_registered_office_has_its_class_and_no_radius(gazetteer, authorities):
    rows = pd.DataFrame({"postcode": pd.Series(["SG1 2NY", "CB4 0WS", None], dtype="str")})

    found = geocode(rows, gazetteer, authorities, registered_office=True).rows

    assert list(found["precision_class"]) == ["registered_office", "registered_office", "unknown"]
    assert found["radius_metres"].isna().all()
    assert list(found["geocode_method"])[:2] == [
        "registered office, by postcode, at a sorting office's point that 274 others share",
        "registered office, by postcode",
    ]
    assert found.geometry.notna().tolist() == [True, True, False]

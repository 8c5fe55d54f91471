"""Delivery areas: a name that is no area is refused with the nearest that is one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.clean.areas import check_delivery_areas
from etl.reference import read_authorities
from etl.rejects import REJECT_COLUMNS

DATA = Path(__file__).parents[3] / "data"

WORDS = "the name of a nation, region or county, or the code of an authority"


def check(authorities, *areas):
    rows = pd.DataFrame({"delivery_area": pd.Series(areas, dtype="str")})
    rows.index = pd.RangeIndex(2, 2 + len(rows), name="line")
    before = rows.copy()
    found = check_delivery_areas(rows, authorities)
    pd.testing.assert_frame_equal(rows, before)
    return found


def test_nations_regions_and_codes_are_areas_in_any_case(authorities):
    names = "England; east of england ;e07000008;NORTHERN IRELAND;W06000015"

    assert check(authorities, names, None, "Wales").empty


@pytest.mark.parametrize("area", ["Cambridgeshire", "kent", "ESSEX", "Peterborough", "England"])
def test_counties_are_areas_and_so_are_authorities_without_one(area):
    assert check(read_authorities(DATA / "authorities.csv"), area).empty


@pytest.mark.parametrize(
    ("name", "meant"), [("Chelmsford", "E07000070"), ("Cambridgshire", "Cambridgeshire")]
)
def test_a_district_is_none_by_its_name_and_a_slip_is_corrected(name, meant):
    found = check(read_authorities(DATA / "authorities.csv"), name)

    assert found["suggestion"].tolist() == [f"write {meant} if you mean that, or {WORDS}"]


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Walse", f"write Wales if you mean that, or {WORDS}"),
        ("Cambridge", f"write E07000008 if you mean that, or {WORDS}"),
        ("E0700008", f"write E07000008 if you mean that, or {WORDS}"),
        ("Atlantis", f"write {WORDS}"),
    ],
)
def test_another_name_is_refused_with_the_nearest(authorities, name, suggestion):
    found = check(authorities, "Wales", f"Wales;{name}")

    assert found.to_dict("records") == [
        {
            "line": 3,
            "field": "delivery_area",
            "rule": "unknown area",
            "value": name,
            "suggestion": suggestion,
        }
    ]


def test_a_row_is_refused_once_for_its_first_unknown_area(authorities):
    found = check(authorities, "Nowhere;Elsewhere")

    assert found[["line", "value"]].to_numpy().tolist() == [[2, "Nowhere"]]


def test_a_name_of_two_authorities_suggests_neither(authorities):
    twice = pd.concat(
        [authorities, authorities.assign(authority_code=lambda t: "X" + t["authority_code"])]
    )

    assert check(twice, "Stevenage")["suggestion"].tolist() == [f"write {WORDS}"]


def test_no_rows_give_no_rejects(authorities):
    found = check(authorities)

    assert found.empty
    assert list(found.columns) == list(REJECT_COLUMNS)

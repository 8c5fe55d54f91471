"""Coverage in totals: they agree however they are grouped."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.coverage import (
    GROUPINGS,
    LARGE,
    SITE_GROUPINGS,
    SMALL,
    by_stream,
    foster_greer_thorbecke,
    groups_of_sites,
    small_firm_gap_ratio,
    totals,
    unmet_best_case,
)
from geo.errors import InputError, MissingColumnsError
from geo.gaps import GapClass

CLASSES = [kind.value for kind in GapClass]


def coverage_of(rows):
    columns = ["site_id", "demand", "places_available", "gap_class", *GROUPINGS]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"demand": float, "places_available": float})


def row(site, demand, available, gap_class, group="a"):
    return (site, demand, available, gap_class, *[group] * len(GROUPINGS))


def test_depth_is_the_shortfall_weighted_by_demand():
    demand, available = np.array([10.0, 5.0, 5.0]), np.array([5.0, 4.0, 9.0])

    # 15 of 20 fall short, 10 of them by a half and 5 by a fifth, squared for alpha 2.
    expected = [0.75, 0.3, 0.135]
    found = [foster_greer_thorbecke(demand, available, alpha=alpha) for alpha in (0, 1, 2)]
    assert found == pytest.approx(expected)


def test_nothing_needed_or_nothing_known_is_left_out():
    demand = np.array([0.0, np.nan, 4.0, 4.0])
    available = np.array([0.0, 3.0, np.nan, 1.0])

    assert foster_greer_thorbecke(demand, available, alpha=1) == pytest.approx(0.75)
    assert math.isnan(foster_greer_thorbecke(demand[:3], available[:3], alpha=0))
    assert math.isnan(foster_greer_thorbecke(np.array([]), np.array([]), alpha=2))


def test_a_rounding_below_the_demand_is_no_shortfall():
    # 49 * (1 / 49) is a hair below 1.
    available = np.array([49.0 * (1.0 / 49.0)])

    assert available[0] < 1
    assert foster_greer_thorbecke(np.array([1.0]), available, alpha=0) == 0
    assert foster_greer_thorbecke(np.array([1.0]), np.array([1 - 1e-6]), alpha=0) == 1


amounts = st.floats(0, 1000) | st.just(0.0)


@given(demand=arrays(float, 6, elements=amounts), available=arrays(float, 6, elements=amounts))
def test_depth_lies_between_nothing_and_everything_and_falls_with_alpha(demand, available):
    depth = [foster_greer_thorbecke(demand, available, alpha=alpha) for alpha in (0, 1, 2)]

    if np.all(demand == 0):
        assert all(math.isnan(value) for value in depth)
    else:
        assert 0 <= depth[2] <= depth[1] + 1e-12
        assert depth[1] <= depth[0] + 2e-9
        assert depth[0] <= 1 + 1e-12


def test_totals_of_a_small_table_by_hand():
    table = coverage_of(
        [
            row("s1", 10, 4, "delivered_too_few_places"),
            row("s1", 2, 3, "covered"),
            row("s2", math.nan, math.nan, "unknown", "b"),
            row("s3", 0, 0, "covered", "b"),
        ]
    )

    whole = totals(table).to_dict("records")

    none = dict.fromkeys(CLASSES, 0)
    assert whole == [
        {
            "sites": 3,
            "demand_unknown_sites": 1,
            "demand": 12.0,
            "served": 6.0,
            "unmet": 6.0,
            "unknown_share": 0.0,
            "evidence": "sufficient",
            "fgt0": pytest.approx(10 / 12),
            "fgt1": pytest.approx(10 * 0.6 / 12),
            "fgt2": pytest.approx(10 * 0.36 / 12),
            "gap_classes": none | {"covered": 2.0, "delivered_too_few_places": 10.0},
            "gap_class_sites": none | {"covered": 2, "delivered_too_few_places": 1, "unknown": 1},
        }
    ]
    by_region = totals(table, by=["region"])
    assert by_region["region"].tolist() == ["a", "b"]
    assert by_region["sites"].tolist() == [1, 2]
    assert by_region["demand"].tolist() == [12, 0]


rows_of_coverage = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2", "s3", "s4"]),
        st.just(math.nan) | amounts,
        amounts,
        st.sampled_from(CLASSES),
        *[st.sampled_from("xyz") for _ in GROUPINGS],
    ),
    max_size=12,
)


@settings(max_examples=30)
@given(rows=rows_of_coverage, data=st.data())
def test_totals_agree_across_every_grouping(rows, data):
    table = coverage_of(rows)
    before = table.copy()
    turned = table.iloc[data.draw(st.permutations(range(len(rows))))]
    by = data.draw(st.lists(st.sampled_from(GROUPINGS), min_size=1, max_size=3, unique=True))

    whole, grouped = totals(table).iloc[0], totals(table, by=by)

    for name in ("demand", "served", "unmet"):
        assert grouped[name].sum() == pytest.approx(whole[name])
        assert totals(turned, by=by)[name].tolist() == pytest.approx(grouped[name].tolist())
    assert whole["served"] + whole["unmet"] == pytest.approx(whole["demand"])
    assert (grouped["served"] <= grouped["demand"]).all()
    assert (grouped["unmet"] >= 0).all()
    for result in (whole, *grouped.to_dict("records")):
        assert sum(result["gap_classes"].values()) == pytest.approx(result["demand"])
    pd.testing.assert_frame_equal(table, before)


def test_without_capacity_nothing_is_said_to_be_served():
    table = coverage_of([row("s1", 10, math.nan, "covered"), row("s2", 5, math.nan, "no_reach")])

    found = totals(table).iloc[0]

    assert found["demand"] == 15
    assert all(math.isnan(found[name]) for name in ("served", "unmet", "fgt0", "fgt1", "fgt2"))
    assert found["gap_classes"]["covered"] == 10


@pytest.mark.parametrize("by", [[], ["region"], ["nation", "size"]])
def test_no_coverage_has_no_groups_and_a_total_of_nothing(by):
    found = totals(coverage_of([]), by=by)

    assert len(found) == (0 if by else 1)
    assert list(found.columns)[: len(by)] == by
    assert found["demand"].sum() == 0


def test_groupings_that_cannot_be_made_are_refused():
    table = coverage_of([row("s1", 1, 1, "covered")])

    with pytest.raises(InputError, match="cannot be grouped by 'county'; it can by nation"):
        totals(table, by=["county"])
    with pytest.raises(MissingColumnsError, match="'coverage' lacks region"):
        totals(table.drop(columns="region"), by=["region"])
    with pytest.raises(MissingColumnsError, match="'coverage' lacks gap_class"):
        totals(table.drop(columns="gap_class"))
    with pytest.raises(InputError, match="missing values in region"):
        totals(table.assign(region=None), by=["region"])


def test_every_site_has_a_group_in_every_grouping(tables):
    sites = tables.sites(
        {
            "s1": {"employer_employees": 249.0, "segment": "pharma"},
            "s2": {"employer_employees": 250.0, "region": None},
            "s3": {"nation": None, "authority": None},
        }
    )
    before = sites.copy()

    groups = groups_of_sites(sites, pd.Series({"s2": "c1"}, dtype="str"), small_firm_employees=250)

    assert list(groups.columns) == list(SITE_GROUPINGS)
    assert groups["size"].tolist() == ["small firm", "large employer", "unknown"]
    assert groups["segment"].tolist() == ["pharma", "unknown", "unknown"]
    assert groups["region"].tolist() == ["East of England", "unknown", "East of England"]
    assert groups["nation"].tolist() == ["England", "England", "unknown"]
    assert groups["authority"].tolist() == ["Huntingdonshire", "Huntingdonshire", "unknown"]
    assert groups["cluster"].tolist() == ["none", "c1", "none"]
    pd.testing.assert_frame_equal(sites, before)
    none = groups_of_sites(sites.iloc[:0], pd.Series(dtype="str"), small_firm_employees=250)
    assert none.shape == (0, len(SITE_GROUPINGS))


def test_a_tiny_demand_beside_many_places_falls_short_of_nothing():
    tiny, many = np.array([2.2e-311]), np.array([1.0])

    assert foster_greer_thorbecke(tiny, many, alpha=1) == 0.0
    assert foster_greer_thorbecke(tiny, np.array([0.0]), alpha=1) == 1.0


def with_bounds(rows):
    """Return coverage with its streams, bounds, certain shortfall and component."""
    columns = {
        "demand_new_starters": [3.0, 0.0, math.nan, 2.0],
        "demand_existing_workforce": [1.0, 0.0, math.nan, math.nan],
        "places_low": [1.0, 0.0, math.nan, 0.0],
        "places_high": [8.0, 0.0, math.nan, 2.0],
        "shortfall_certain": [0.5, 0.0, math.nan, 2.0],
        "component": [2, 0, 0, 1],
    }
    return coverage_of(rows).assign(**columns)


@pytest.fixture
def bounded():
    return with_bounds(
        [
            row("s1", 4, 2, "delivered_too_few_places"),
            row("s2", 0, 0, "no_reach"),
            row("s3", math.nan, math.nan, "unknown"),
            row("s4", 2, 1, "unknown", "b"),
        ]
    )


def test_bounds_and_the_certain_shortfall_are_added_up(bounded):
    [whole] = totals(bounded).to_dict("records")

    # 1 + 0 and 4 + 2 (never more than the demand) served; 0.5 + 2 that no sharing can avoid.
    assert (whole["served_low"], whole["served"], whole["served_high"]) == (1.0, 3.0, 6.0)
    assert whole["unmet_certain"] == 2.5
    assert whole["unknown_share"] == pytest.approx(2 / 6)
    assert totals(bounded, by=["region"])["served_high"].tolist() == [4.0, 2.0]
    unknown = totals(bounded.assign(places_low=math.nan)).iloc[0]
    assert math.isnan(unknown["served_low"])


def test_too_much_that_is_unknown_gives_no_rate(bounded):
    enough = totals(bounded, insufficient_share=1 / 3).iloc[0]
    short = totals(bounded, insufficient_share=0.33).iloc[0]

    # The limit is inclusive.
    assert enough["evidence"] == "sufficient"
    assert enough["fgt0"] == 1.0
    assert short["evidence"] == "insufficient"
    assert all(math.isnan(short[f"fgt{alpha}"]) for alpha in (0, 1, 2))
    assert (short["served"], short["unmet"]) == (3.0, 3.0)


def test_of_demand_that_nobody_knows_there_is_no_evidence(bounded):
    nothing = totals(bounded.iloc[[2]]).iloc[0]
    no_need = totals(bounded.iloc[[1]]).iloc[0]

    assert nothing["evidence"] == "insufficient"
    assert math.isnan(nothing["unknown_share"])
    assert no_need["evidence"] == "sufficient"


def test_streams_divide_places_and_bounds_in_proportion(bounded):
    before = bounded.copy()

    split = by_stream(bounded)
    found = totals(split, by=["stream"]).set_index("stream")

    assert found["demand"].to_dict() == {"existing_workforce": 1.0, "new_starters": 5.0}
    # 3 of 4 and 1 of 4 of s1's 2 places; all of s4's one place goes to the stream that is known.
    assert found["served"].to_dict() == {"existing_workforce": 0.5, "new_starters": 2.5}
    assert found["served_high"].to_dict() == {"existing_workforce": 1.0, "new_starters": 5.0}
    assert found["unmet_certain"].to_dict() == {"existing_workforce": 0.125, "new_starters": 2.375}
    assert found["demand_unknown_sites"].to_dict() == {"existing_workforce": 2, "new_starters": 1}
    pd.testing.assert_frame_equal(bounded, before)


@given(
    demand=st.tuples(amounts, st.just(math.nan) | amounts),
    ratio=st.floats(0, 3),
)
def test_streams_serve_what_the_whole_serves(demand, ratio):
    whole = np.nansum(demand)
    table = coverage_of([row("s1", whole, whole * ratio, "covered")]).assign(
        demand_new_starters=demand[0], demand_existing_workforce=demand[1]
    )

    split = totals(by_stream(table), by=["stream"])

    assert split["served"].sum() == pytest.approx(totals(table).iloc[0]["served"])
    assert split["demand"].sum() == pytest.approx(whole)


def test_streams_of_nothing_are_nothing():
    table = coverage_of([]).assign(demand_new_starters=0.0, demand_existing_workforce=0.0)

    assert len(by_stream(table)) == 0
    with pytest.raises(MissingColumnsError, match="demand_existing_workforce"):
        by_stream(coverage_of([]).assign(demand_new_starters=0.0))


@pytest.fixture
def components():
    return pd.DataFrame({"component": [1, 2], "units": [1, 1], "unmet": [0.25, 3.0]})


def test_the_best_case_is_told_where_every_component_is_in_one_group(bounded, components):
    assert unmet_best_case(bounded, components).tolist() == [3.25]
    assert unmet_best_case(bounded, components, by=["region"]).tolist() == [3.0, 0.25]
    # What reaches nothing stays unmet whoever shares.
    alone = bounded.assign(component=[2, 0, 0, 0])
    assert unmet_best_case(alone, components, by=["region"]).tolist() == [3.0, 2.0]


def test_the_best_case_is_not_told_where_a_component_is_cut(bounded, components):
    joined = bounded.assign(component=[1, 0, 0, 1])
    pair = components.assign(units=[2, 1])

    assert unmet_best_case(joined, pair).tolist() == [0.25]
    assert unmet_best_case(joined, pair, by=["region"]) is None
    assert unmet_best_case(joined.iloc[:2], pair) is None


def test_the_best_case_of_nothing_is_nothing(bounded, components):
    assert unmet_best_case(bounded.iloc[:0], components).tolist() == [0.0]
    assert unmet_best_case(bounded.assign(component=0), components.iloc[:0]).tolist() == [6.0]


def by_size(**changes):
    sizes = {"small": (10.0, 6.0), "large": (20.0, 4.0)} | changes
    names = {"small": SMALL, "large": LARGE}
    return pd.DataFrame(
        [
            {"size": names[name], "demand": demand, "unmet": unmet, "evidence": "sufficient"}
            for name, (demand, unmet) in sizes.items()
        ]
    )


def test_small_firms_are_set_against_large_employers():
    # 60 % and 20 % unmet.
    assert small_firm_gap_ratio(by_size()) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "table",
    [
        by_size(large=(20.0, 0.0)),
        by_size(large=(0.0, 0.0)),
        by_size(small=(10.0, math.nan)),
        by_size().iloc[:1],
        by_size().iloc[:0],
        by_size().assign(evidence=["insufficient", "sufficient"]),
    ],
)
def test_what_cannot_be_compared_has_no_ratio(table):
    assert math.isnan(small_firm_gap_ratio(table))


def test_where_capacity_is_not_tested_there_is_no_best_case():
    units = pd.DataFrame({"demand": [3.0, np.nan], "component": [0, 0]})
    components = pd.DataFrame({"component": [], "units": [], "unmet": []})

    assert unmet_best_case(units.assign(places_available=np.nan), components) is None
    tested = unmet_best_case(units.assign(places_available=[0.0, np.nan]), components)
    assert tested.tolist() == [3.0]

"""What the pages show, from tables made by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from app.web.views import NOT_COMPUTED, programme_views, ranking_views, tier_lines, totals_view
from geo.gaps import GapClass

CLASSES = [kind.value for kind in GapClass]


@pytest.fixture
def coverage():
    return pd.DataFrame(
        {
            "site_id": ["S1", "S2", "S3", "S1"],
            "programme_code": ["P1", "P1", "P1", "P2"],
            "demand": [10.0, math.nan, 30.0, 5.0],
            "places_available": [10.0, math.nan, 15.0, 0.0],
            "gap_class": ["covered", "unknown", "delivered_too_few_places", "no_reach"],
        }
    )


def test_totals_are_those_made_by_hand(coverage):
    before = coverage.copy(deep=True)
    shown = totals_view(coverage, code="", title="All")
    assert (shown.sites, shown.demand_unknown_sites) == (3, 1)
    assert (shown.demand, shown.served, shown.unmet) == (45.0, 25.0, 20.0)
    assert shown.served_share == pytest.approx(25 / 45)
    assert shown.unknown_share == pytest.approx(1 / 3)
    assert [gap.name for gap in shown.gaps] == CLASSES
    assert [(one.name, one.start, one.width) for one in shown.bar] == [
        ("covered", 0.0, 25.0),
        ("delivered_too_few_places", 25.0, 25.0),
        ("no_reach", 50.0, 25.0),
        ("unknown", 75.0, 25.0),
    ]
    assert_frame_equal(coverage, before)


def test_programmes_stand_in_the_order_of_their_codes(coverage):
    bounds = {"P1": {"unmet_best_case": 3.0}, "P2": {"unmet_best_case": None}}
    first, second = programme_views(coverage, {"P1": "Laboratory"}, bounds)
    assert (first.title, first.demand, first.unmet_best_case) == ("Laboratory", 40.0, 3.0)
    assert (second.title, second.demand) == ("P2", 5.0)
    assert math.isnan(second.unmet_best_case)


def test_bounds_and_the_certain_shortfall_are_shown_where_they_are_known(coverage):
    bounded = coverage.assign(
        places_low=coverage["places_available"] / 2,
        places_high=coverage["places_available"] * 2,
        shortfall_certain=[0.0, math.nan, 5.0, 5.0],
    )
    shown = totals_view(bounded, code="", title="All")
    assert (shown.served_low, shown.served_high, shown.unmet_certain) == (12.5, 40.0, 10.0)
    assert math.isnan(totals_view(coverage, code="", title="All").served_low)


def test_without_enough_evidence_no_rate_is_to_be_shown(coverage):
    unknown = coverage.assign(gap_class="unknown")
    assert totals_view(coverage, code="", title="All", insufficient_share=0.25).enough_evidence
    assert not totals_view(unknown, code="", title="All", insufficient_share=0.25).enough_evidence


def test_tiers_are_shown_with_their_bounds(coverage):
    bounded = coverage.assign(places_low=0.0, places_high=30.0)
    worse = bounded.assign(places_available=0.0, gap_class="unknown")
    every, good = tier_lines({"any": bounded, "good": worse})
    assert (every.label, every.served, every.covered) == ("Delivered", 25.0, 10.0)
    assert (every.served_low, every.served_high) == (0.0, 45.0)
    assert (good.served, good.covered, good.unknown_share) == (0.0, 0.0, 1.0)


def test_nothing_gives_no_share_and_no_bar(coverage):
    shown = totals_view(coverage.iloc[:0], code="", title="All")
    assert shown.sites == 0
    assert math.isnan(shown.served_share)
    assert math.isnan(shown.unknown_share)
    assert shown.bar == ()


@given(st.lists(st.sampled_from(CLASSES), min_size=1, max_size=60))
def test_a_bar_is_full_and_has_no_holes(classes):
    rows = pd.DataFrame({"site_id": [f"S{n}" for n in range(len(classes))], "gap_class": classes})
    bar = totals_view(rows.assign(demand=1.0, places_available=0.0), code="", title="").bar
    assert sum(one.width for one in bar) == pytest.approx(100, abs=0.01)
    for left, right in pairwise(bar):
        assert right.start == pytest.approx(left.start + left.width, abs=0.01)


def ranking_row(scenario, **changes):
    names = [one.name for one in scenario.ranking.criteria]
    row = {
        "cluster_id": "C1",
        "rank": 1,
        "score": 0.4,
        "pilot_ready": False,
        "champion_level": 1,
        "support_needed": None,
        "values": {"employment": 500.0},
        "contributions": {name: 0.04 if name == "employment" else 0.02 for name in names},
        "missing": [name for name in names if name != "employment"],
    }
    clusters = pd.DataFrame({"name": ["Here"], "cluster_class": ["anchor_led"]}, index=["C1"])
    [shown] = ranking_views(pd.DataFrame([row | changes]), clusters, scenario)
    return shown


def test_what_a_cluster_lacks_is_said(scenario):
    shown = ranking_row(scenario)
    assert shown.lacks == "a champion of level 2 or more"
    assert shown.champion == "1: a champion is named"
    assert shown.support_needed == ""
    assert shown.class_label.startswith("Anchor-led")
    ready = ranking_row(scenario, pilot_ready=True, champion_level=2, support_needed="a room")
    assert ready.lacks == ""
    assert ready.support_needed == "a room"


def test_what_rests_on_missing_criteria_stands_apart(scenario):
    shown = ranking_row(scenario)
    assert shown.missing == len(shown.criteria) - 1
    strength, guessed = shown.bar
    assert (strength.name, strength.width) == ("strength", 4.0)
    assert guessed.name == NOT_COMPUTED
    assert guessed.width == pytest.approx(2.0 * shown.missing)


def test_weights_are_shares_and_criteria_stand_by_sub_index(scenario):
    shown = ranking_row(scenario)
    assert sum(one.weight for one in shown.criteria) == pytest.approx(1)
    assert [one.sub_index for one in shown.criteria] == sorted(
        (one.sub_index for one in shown.criteria),
        key=["strength", "need", "feasibility", "readiness"].index,
    )
    assert shown.criteria[0].value == 500.0
    assert shown.criteria[-1].value is None


def test_no_cluster_gives_no_line(scenario):
    none = pd.DataFrame({"cluster_id": []})
    assert ranking_views(none, pd.DataFrame(), scenario) == ()

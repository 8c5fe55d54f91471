"""What the pages show of findings, from tables made by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from findings_by_hand import make_findings, of_site

from app.services.coverage import CoverageTotals
from app.services.explanation import Explanation
from app.web.finding_views import coverage_lines, quality_lines, site_view, size_lines
from geo.coverage import totals


@pytest.fixture
def coverage():
    return pd.DataFrame(
        {
            "site_id": ["S1", "S2", "S3"],
            "demand": [10.0, math.nan, 30.0],
            "places_available": [10.0, math.nan, 15.0],
            "gap_class": ["covered", "unknown", "delivered_too_few_places"],
            "size": ["small firm", "unknown", "large employer"],
            "cluster": ["C1", "none", "none"],
            "stream": ["new_starters"] * 3,
        }
    )


def test_a_line_says_what_the_totals_say(coverage):
    [line] = coverage_lines(totals(coverage), (), {})
    assert line.labels == ()
    assert (line.demand, line.served, line.unmet, line.demand_unknown_sites) == (40, 25, 15, 1)
    assert line.gap_share == 15 / 40
    assert line.enough_evidence
    assert math.isnan(line.served_low)
    assert math.isnan(line.unmet_best_case)


def test_groups_have_names_and_nothing_needed_has_no_share(coverage):
    lines = coverage_lines(
        totals(coverage, by=["cluster", "stream"]),
        ("cluster", "stream"),
        {"cluster": {"C1": "Hill"}},
    )
    assert [line.labels for line in lines] == [
        ("Hill", "New starters"),
        ("in no cluster", "New starters"),
    ]
    nothing = coverage_lines(totals(coverage.iloc[[1]]), (), {})[0]
    assert math.isnan(nothing.gap_share)
    assert not nothing.enough_evidence


def test_sizes_stand_small_firms_first(coverage):
    found = CoverageTotals(totals(coverage), totals(coverage, by=["size"]), math.nan)
    assert [line.labels[0] for line in size_lines(found)] == [
        "small firm",
        "large employer",
        "not known",
    ]


def test_quality_keeps_unknown_apart_from_nought():
    coverage = pd.DataFrame({"site_id": [], "programme_code": [], "demand": []})
    rows = make_findings(
        coverage.assign(gap_class="", places_available=0.0, places_low=0.0, places_high=0.0)
    ).quality
    named = rows.assign(provider=[None, "College"], gates=[[], ["a", "b"]])
    unnamed, college = quality_lines(named)
    assert (unnamed.provider, unnamed.label, unnamed.good) == (
        "99000002",
        "Too little evidence",
        False,
    )
    assert math.isnan(unnamed.score)
    assert unnamed.different_evidence
    assert college.gates == ("a", "b")
    assert dict(college.components) == {"Achievement": 0.14286, "Inspection": 0.85}


def explanation():
    stored = {
        "demand": 4.0,
        "places_available": 1.0,
        "reachable_venues": 1,
        "nearest_minutes": 15.0,
        "gap_class": "delivered_too_few_places",
        "reason": "Too few.",
        "fix": "Add some.",
        **of_site("S2", "P1"),
    }
    return Explanation("S2", "Labs", stored)


def test_a_site_shows_its_numbers():
    view = site_view(explanation())
    figures = {one.label: one.value for one in view.figures}
    assert figures["Unmet if nobody passes a place on"] == 3.0
    assert math.isnan(figures["Minutes by public transport"])
    assert (view.places_low, view.places_high) == (0.5, 4.5)
    assert {one.otherwise for one in view.figures} == {"unknown"}


def test_with_nothing_within_reach_no_journey_is_unknown():
    found = explanation()
    nothing = {**found.coverage, "reachable_venues": 0, "nearest_minutes": math.nan}
    view = site_view(Explanation("S2", "Labs", nothing))
    told = {one.label: one.otherwise for one in view.figures}
    assert told["Minutes to the nearest, by car"] == "none within reach"
    assert told["Minutes by public transport"] == "unknown"

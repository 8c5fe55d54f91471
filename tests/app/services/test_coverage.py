"""Totals of a stored run."""

from __future__ import annotations

import itertools
import math

import pytest

from app.db.engine import make_engine, reading
from app.db.errors import NotFoundError
from app.db.runs import current_run
from app.services.coverage import Filter, coverage_of, coverage_totals
from app.services.findings import TIERS
from geo.coverage import GROUPINGS, SITE_GROUPINGS
from geo.errors import InputError

ADDED_UP = ("demand", "served", "served_low", "unmet", "unmet_certain")


@pytest.fixture
def connection(small_register):
    engine = make_engine(f"sqlite:///{small_register}")
    with reading(engine) as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    "by", [*([name] for name in GROUPINGS), *map(list, itertools.combinations(GROUPINGS, 2))]
)
def test_totals_agree_across_every_grouping(demo, by):
    with reading(demo.engine) as connection:
        [whole] = coverage_totals(connection, demo.run).rows.to_dict("records")
        parts = coverage_totals(connection, demo.run, by=by).rows

    for column in ADDED_UP:
        assert parts[column].sum() == pytest.approx(whole[column], abs=1e-9)
    # Parts may hope for the same place, which all together count once.
    assert whole["served"] <= whole["served_high"] <= parts["served_high"].sum() + 1e-9
    if set(by) <= set(SITE_GROUPINGS):
        assert parts["sites"].sum() == whole["sites"]
    if "unmet_best_case" in parts:
        assert parts["unmet_best_case"].sum() == pytest.approx(whole["unmet_best_case"])


def test_served_and_unmet_are_the_demand_and_lie_within_their_bounds(demo):
    with reading(demo.engine) as connection:
        rows = coverage_totals(connection, demo.run, by=["region"]).rows

    assert (rows["served"] + rows["unmet"]).tolist() == pytest.approx(rows["demand"].tolist())
    assert (rows["served"] >= 0).all()
    assert (rows["unmet"] >= -1e-9).all()
    assert (rows["served_low"] <= rows["served"] + 1e-9).all()
    assert (rows["served"] <= rows["served_high"] + 1e-9).all()
    assert (rows["unmet_certain"] <= rows["unmet"] + 1e-9).all()


@pytest.mark.parametrize("mode", ["", "day_release", "evening", "e_learning", "summer_school"])
@pytest.mark.parametrize("tier", TIERS)
def test_every_variant_lies_within_its_bounds_and_needs_what_the_whole_needs(demo, tier, mode):
    with reading(demo.engine) as connection:
        [whole] = coverage_totals(connection, demo.run).rows.to_dict("records")
        [row] = coverage_totals(connection, demo.run, Filter(None, mode, tier)).rows.to_dict(
            "records"
        )

    served = [row[name] for name in ("served_low", "served", "served_high")]
    assert row["demand"] == whole["demand"]
    assert served == sorted(served)


def test_sharing_leaves_no_more_unmet_than_not_sharing(demo):
    with reading(demo.engine) as connection:
        [whole] = coverage_totals(connection, demo.run).rows.to_dict("records")

    assert whole["unmet_certain"] <= whole["unmet_best_case"] + 1e-6
    assert whole["unmet_best_case"] <= whole["unmet"] + 1e-6


def test_a_filter_takes_places_and_classes_of_its_variant(connection):
    run = current_run(connection)
    rows = coverage_of(connection, run, Filter("P1", "day_release", "good")).set_index("site_id")

    assert rows.loc["S1", ["places_available", "gap_class"]].tolist() == [10.0, "covered"]
    assert rows.loc["S7", ["places_available", "gap_class"]].tolist() == [0.0, "no_reach"]
    assert math.isnan(rows.loc["S4", "places_available"])
    assert "shortfall_certain" not in rows
    assert set(rows["programme"]) == {"P1"}


def test_the_best_case_is_none_of_a_filter_or_a_stream(connection):
    run = current_run(connection)

    assert "unmet_best_case" in coverage_totals(connection, run, Filter("P1")).rows
    assert "unmet_best_case" not in coverage_totals(connection, run, Filter(tier="good")).rows
    assert "unmet_best_case" not in coverage_totals(connection, run, by=["stream"]).rows


def test_small_firms_are_set_against_large_employers(connection):
    found = coverage_totals(connection, current_run(connection), Filter("P1"))

    assert found.small_firm_gap_ratio == pytest.approx(5.001 / 16.005 / (6 / 9))
    assert found.by_size["size"].tolist() == ["large employer", "small firm", "unknown"]


def test_an_unknown_programme_is_named(connection):
    with pytest.raises(NotFoundError, match="No programme has the id 'nowhere'"):
        coverage_totals(connection, current_run(connection), Filter("nowhere"))


def test_an_unknown_grouping_is_named(connection):
    with pytest.raises(InputError, match="cannot be grouped by 'mode'"):
        coverage_totals(connection, current_run(connection), by=["mode"])

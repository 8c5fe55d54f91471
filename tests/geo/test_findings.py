"""Findings: the best case of an analysis, and the totals with their bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from naive_coverage import rows_of_worlds, world

from geo.assessment import assess
from geo.bounds import ServedBounds
from geo.findings import Sharing, perfect_sharing, totals_summary
from geo.model import build_model
from geo.scenario import make_scenario

TODAY = date(2026, 11, 24)


def sharing_of(component_of_unit, unmet):
    components = pd.DataFrame({"component": range(1, len(unmet) + 1), "unmet": unmet})
    return Sharing(components, np.array(component_of_unit), pd.DataFrame())


def coverage_of(rows):
    columns = ["programme_code", "demand", "places_low", "places_high", "gap_class"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        site_id=[f"s{i}" for i in range(len(table))], places_available=table["places_low"]
    )


def summary_of(coverage, sharing, **kwargs):
    """Return the summary, with what is served bounded by adding up."""
    served = {
        scope: ServedBounds(
            *(
                np.minimum(rows["demand"], rows[f"places_{end}"]).sum(min_count=min(len(rows), 1))
                for end in ("low", "high")
            )
        )
        for scope, rows in [("", coverage), *coverage.groupby("programme_code")]
    }
    return totals_summary(coverage, sharing, served, **kwargs)


def test_totals_by_hand():
    coverage = coverage_of(
        [
            ("P", 10.0, 4.0, 12.0, "unknown"),
            ("P", 5.0, 5.0, 5.0, "covered"),
            ("Q", 20.0, 0.0, 0.0, "no_reach"),
            ("Q", np.nan, np.nan, np.nan, "unknown"),
        ]
    )

    found = summary_of(coverage, sharing_of([1, 1, 0, 0], [2.0]), insufficient_share=0.5)

    assert found[""] == {
        "served_low": pytest.approx(9.0),
        "served_high": pytest.approx(15.0),
        "unmet_best_case": pytest.approx(22.0),
        "unknown_share": pytest.approx(10 / 35),
        "evidence": "sufficient",
    }
    assert found["P"]["unknown_share"] == pytest.approx(10 / 15)
    assert found["P"]["evidence"] == "insufficient"
    assert found["P"]["unmet_best_case"] == pytest.approx(2.0)
    assert found["Q"]["unmet_best_case"] == pytest.approx(20.0)
    assert found["Q"]["evidence"] == "sufficient"


def test_a_share_at_the_limit_is_still_sufficient():
    coverage = coverage_of([("P", 1.0, 0.0, 1.0, "unknown"), ("P", 3.0, 3.0, 3.0, "covered")])

    found = summary_of(coverage, sharing_of([0, 0], []), insufficient_share=0.25)

    assert found["P"]["evidence"] == "sufficient"


def test_where_capacity_is_not_tested_nothing_is_said_of_places():
    coverage = coverage_of([("P", 3.0, np.nan, np.nan, "covered")])

    found = summary_of(coverage, sharing_of([0], []), insufficient_share=0.25)

    assert found["P"]["served_low"] is None
    assert found["P"]["served_high"] is None
    assert found["P"]["unmet_best_case"] is None


def test_programmes_that_share_a_component_have_no_best_case_of_their_own():
    coverage = coverage_of([("P", 3.0, 1.0, 1.0, "covered"), ("Q", 3.0, 1.0, 1.0, "covered")])

    found = summary_of(coverage, sharing_of([1, 1], [2.0]), insufficient_share=0.25)

    assert found["P"]["unmet_best_case"] is None
    assert found[""]["unmet_best_case"] == pytest.approx(2.0)


def test_without_demand_there_is_no_share():
    found = summary_of(coverage_of([]), sharing_of([], []), insufficient_share=0.25)

    assert list(found) == [""]
    assert found[""]["unknown_share"] is None
    assert found[""]["served_low"] == found[""]["served_high"] == 0.0


def unmet(register, scenario):
    """Return the demand that perfect sharing leaves unmet, if unknown places are none."""
    model = build_model(register, scenario, as_of=TODAY)
    sharing = perfect_sharing(assess(model, model.select()))
    unreached = model.units.demand[sharing.component_of_unit == 0]
    return float(sharing.components["unmet"].sum() + np.nansum(unreached))


@settings(max_examples=15)
@given(rows=rows_of_worlds())
def test_more_hours_more_places_or_one_more_venue_never_leave_more_unmet(
    tables, default_content, rows
):
    scenario = make_scenario(default_content)
    register = world(tables, rows)
    before = unmet(register, scenario)
    longer = make_scenario(default_content, {"tolerance": {"budget_hours": {"value": 90}}})
    places = register.offers["places_per_year"]
    more = replace(register, offers=register.offers.assign(places_per_year=places + 1.0))
    venue = tables.venues({"new": {"at": (400_000.0, 300_000.0)}})
    added = {"venue_id": "new", "programme_code": "P", "places_per_year": 3.0}
    larger = replace(
        register,
        venues=pd.concat([register.venues, venue]),
        offers=pd.concat([register.offers, tables.offers([added])], ignore_index=True),
    )

    assert (
        0 <= before <= np.nansum(build_model(register, scenario, as_of=TODAY).units.demand) + 1e-9
    )
    for changed, policy in ((register, longer), (more, scenario), (larger, scenario)):
        assert unmet(changed, policy) <= before + 1e-9


def test_components_and_bottlenecks_of_the_small_world(register, scenario):
    model = build_model(register, scenario, as_of=TODAY)

    sharing = perfect_sharing(assess(model, model.select()))

    # Ten places at v1 for s1 and s2, who need 31.35; five at v2 for s8, who needs 0.7.
    assert sharing.components["unmet"].tolist() == pytest.approx([21.35, 0.0])
    assert sharing.bottlenecks["venue_ids"].tolist() == ["v1"]
    assert sharing.bottlenecks["gain"].tolist() == pytest.approx([1.0])

"""Provision as clusters find it: by hand, over groups, and where nothing is known."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import delivered

from geo.assessment import assess
from geo.cluster_provision import (
    PROVISION_CRITERIA,
    cohort_chances,
    provision_values,
    unit_provision,
)
from geo.clusters import Clusters
from geo.errors import MissingColumnsError
from geo.model import build_model

TODAY = date(2026, 11, 24)
LAB = {"unit_code": "LAB", "kind": "practical", "place": "either"}
PLANT = {"unit_code": "PLANT", "kind": "practical", "place": "provider"}
THEORY = {"unit_code": "THEORY", "kind": "knowledge", "place": "provider"}


@pytest.fixture(scope="module")
def found(scenario):
    """Return what the units of ``P`` find in a register: sites a and b, in this order."""

    def find(register):
        model = build_model(register, scenario, as_of=TODAY)
        units = unit_provision(assess(model, model.select()))
        return units[(model.demand["programme_code"] == "P").to_numpy()].reset_index(drop=True)

    return find


def clusters_of(cluster_of_site):
    ids = sorted(set(cluster_of_site.values()))
    table = pd.DataFrame(index=pd.Index(ids, name="cluster_id", dtype="str"))
    members = pd.DataFrame(
        {
            "site_id": list(cluster_of_site),
            "cluster_id": list(cluster_of_site.values()),
            "campus_id": list(cluster_of_site),
        },
        dtype="str",
    )
    return Clusters(table=gpd.GeoDataFrame(table, geometry=[None] * len(ids)), members=members)


def rows_of(rows):
    columns = [
        "site_id",
        "programme_code",
        "demand",
        "good_in_reach",
        "best_score",
        "practical_cover",
    ]
    return pd.DataFrame(list(rows), columns=columns).astype(
        {"demand": float, "good_in_reach": bool, "best_score": float, "practical_cover": float}
    )


@pytest.fixture(scope="module")
def model(world, scenario):
    """Return a model with two programmes: P needs 4 for a cohort, Q as many as the scenario."""
    return build_model(world(minimum=4), scenario, as_of=TODAY)


def test_practical_parts_are_taught_within_reach_or_hosted(world, found):
    register = world(
        offers=[delivered(units="THEORY;LAB"), delivered("w", units="PLANT")],
        units=[LAB, PLANT, THEORY],
    )
    assert found(register)["practical_cover"].tolist() == [0.5, 0.5]

    far = world(offers=[delivered("w", units="PLANT")], units=[LAB, PLANT, THEORY])
    hosting = far.sites.assign(units_hosted=["LAB", "none"])
    assert found(replace(far, sites=hosting))["practical_cover"].tolist() == [0.5, 0.0]
    silent = replace(far, offers=far.offers[far.offers["programme_code"] == "Q"])
    assert found(silent)["practical_cover"].isna().all()


def test_an_offer_without_a_limit_teaches_everybody(world, found):
    register = world(offers=[delivered("w", mode="mentoring", units="PLANT")], units=[LAB, PLANT])

    assert found(register)["practical_cover"].tolist() == [0.5, 0.5]


def test_a_programme_without_practical_parts_has_no_cover(world, found):
    assert found(world(offers=[delivered()], units=[THEORY]))["practical_cover"].isna().all()


def test_the_score_is_the_best_of_what_is_valid(world, found, tables):
    graded = {
        "10000001": {"inspection_scheme": "four points", "inspection_grades": "overall=2"},
        "10000002": {"inspection_scheme": "four points", "inspection_grades": "overall=4"},
    }
    register = world(offers=[delivered(), delivered("v2")])
    first, second = (
        found(replace(world(offers=[delivered(venue)]), providers=tables.providers(graded)))
        for venue in ("v1", "v2")
    )

    both = found(replace(register, providers=tables.providers(graded)))

    assert (first["best_score"] > second["best_score"]).all()
    assert both["best_score"].tolist() == first["best_score"].tolist()
    assert not both["good_in_reach"].any()
    assert found(world())["best_score"].isna().all()


def test_the_criteria_by_hand(model):
    clusters = clusters_of({"s1": "x", "s2": "x", "s3": "y"})
    rows = [
        ("s1", "P", 3.0, True, 0.8, 1.0),
        ("s1", "Q", 1.0, False, 0.4, np.nan),
        ("s2", "P", 1.0, False, np.nan, 0.5),
        ("s2", "Q", np.nan, True, 0.9, 1.0),
        ("s3", "P", np.nan, False, np.nan, 0.5),
        ("elsewhere", "P", 9.0, True, 1.0, 1.0),
    ]

    values = provision_values(clusters, rows_of(rows), model)

    # 2 of 5 places needed find nothing good; (3 x 1 + 1 x 0.5) / 4 of the practical parts;
    # P(Poisson(4) >= 4) = 1 - e^-4 (1 + 4 + 8 + 32/3) = 0.5665.
    assert values.loc["x"].to_dict() == {
        "share_without_good_provision": pytest.approx(0.4),
        "best_provision_score": pytest.approx(0.9),
        "viable_cohort_probability": pytest.approx(0.566530, abs=1e-6),
        "practical_skill_cover": pytest.approx(0.875),
    }
    assert values.loc["y"].isna().all()


def test_starters_of_one_programme_make_no_cohort_of_another(model):
    units = pd.DataFrame(
        {
            "cluster_id": ["x", "x"],
            "programme_code": ["P", "Q"],
            "demand": [4.0, 8.0],
        }
    )

    chances = cohort_chances(units, model)

    assert chances["x", "P"] == pytest.approx(0.566530, abs=1e-6)
    # P(Poisson(8) >= 8) of the scenario's minimum.
    assert chances["x", "Q"] == pytest.approx(0.547039, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["s1", "s2", "s3", "elsewhere"]),
            st.sampled_from(["P", "Q"]),
            st.one_of(st.just(np.nan), st.floats(0, 1e4)),
            st.booleans(),
            st.one_of(st.just(np.nan), st.floats(0, 1)),
            st.one_of(st.just(np.nan), st.floats(0, 1)),
        ),
        max_size=12,
        unique_by=lambda row: row[:2],
    ),
    seed=st.integers(0, 100),
)
def test_every_criterion_is_a_share_whatever_the_order_of_rows(model, rows, seed):
    clusters = clusters_of({"s1": "x", "s2": "x", "s3": "y"})
    units = rows_of(rows)
    before = units.copy()

    values = provision_values(clusters, units, model)

    assert values.columns.tolist() == list(PROVISION_CRITERIA)
    assert ((values >= -1e-12) & (values <= 1 + 1e-12) | values.isna()).all(axis=None)
    shuffled = units.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(provision_values(clusters, shuffled, model), values)
    pd.testing.assert_frame_equal(units, before)


def test_without_clusters_or_units_there_is_nothing(model):
    empty = provision_values(clusters_of({}), rows_of([]), model)

    assert empty.shape == (0, len(PROVISION_CRITERIA))
    assert provision_values(clusters_of({"s1": "x"}), rows_of([]), model).isna().all(axis=None)


def test_a_missing_column_is_named(model):
    with pytest.raises(MissingColumnsError, match="best_score"):
        provision_values(clusters_of({"s1": "x"}), rows_of([]).drop(columns="best_score"), model)


def test_inputs_are_not_changed(world, found):
    register = world(offers=[delivered(units="LAB")], units=[LAB, PLANT])
    before = {f.name: getattr(register, f.name).copy() for f in fields(register)}

    found(register)

    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(register, name), table)

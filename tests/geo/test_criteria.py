"""Criteria: each value by hand, and missing where it is not known."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cluster_provision import PROVISION_CRITERIA
from geo.clusters import Clusters
from geo.criteria import best_champions, criterion_values
from geo.errors import InputError, MissingColumnsError
from geo.scenario import make_scenario

# No deadline: on a busy machine it would fail a slow example, not a wrong one.
quick = settings(max_examples=40, deadline=None)

TODAY = date(2026, 11, 23)
SCENARIO = Path(__file__).parents[2] / "data" / "scenarios" / "default.toml"
COMPUTED = {
    "employment",
    "employers",
    "small_firm_share",
    "gap_places_per_year",
    "gap_depth",
    "could_be_places_per_gap",
    "champion_level",
}


@pytest.fixture(scope="module")
def policy():
    return make_scenario(tomllib.loads(SCENARIO.read_text(encoding="utf-8"))).ranking


def make_clusters(cluster_of_site=None):
    cluster_of_site = (
        {"s1": "x", "s2": "x", "s3": "y"} if cluster_of_site is None else cluster_of_site
    )
    ids = sorted(set(cluster_of_site.values()))
    count = len(ids)
    table = pd.DataFrame(
        {
            "sites": np.full(count, 2),
            "employers": np.full(count, 7),
            "small_firm_share": [0.25, np.nan, 0.5][:count],
            "employment": [320.0, 0.0, 9.0][:count],
            "employment_unknown_sites": [1, 2, 0][:count],
        },
        index=pd.Index(ids, name="cluster_id", dtype="str"),
    )
    members = pd.DataFrame(
        {
            "site_id": list(cluster_of_site),
            "cluster_id": list(cluster_of_site.values()),
            "campus_id": list(cluster_of_site),
        },
        dtype="str",
    )
    return Clusters(table=gpd.GeoDataFrame(table, geometry=[None] * count), members=members)


def make_coverage(rows=()):
    table = pd.DataFrame(list(rows), columns=["site_id", "demand", "places_available"])
    return table.astype({"site_id": "str", "demand": float, "places_available": float})


def make_champions(rows=()):
    table = pd.DataFrame(list(rows), columns=["site_id", "level", "support_needed", "expires"])
    return table.astype({"site_id": "str", "level": "Int64", "support_needed": "str"}).astype(
        {"expires": object}
    )


def could(places=None):
    """Return what is known of provision: places that could be, and nothing else."""
    places = places or {}
    index = pd.Index(list(places), dtype="str")
    values = dict.fromkeys(PROVISION_CRITERIA, np.nan) | {"could_be_places": list(places.values())}
    return pd.DataFrame(values, index=index, dtype=float)


def values_of(policy, *, coverage=(), champions=(), could_be=None, clusters=None):
    return criterion_values(
        clusters or make_clusters(),
        make_coverage(coverage),
        make_champions(champions),
        provision=could(could_be),
        policy=policy,
        as_of=TODAY,
    )


def test_the_values_by_hand(policy):
    # Cluster x, rows with both numbers known: gaps 10 - 4 = 6, 0 (2 needed, 5 available), and
    # 8 - 0 = 8; 14 places of 20 needed, so a depth of 0.7; 7 places could be delivered, half.
    coverage = [
        ("s1", 10, 4),
        ("s1", 2, 5),
        ("s2", 8, 0),
        ("s2", np.nan, 3),
        ("s2", 50, np.nan),
        ("s3", 5, 5),
        ("elsewhere", 100, 0),
    ]
    champions = [("s1", 1, None, None), ("s2", 3, None, date(2026, 11, 23))]

    values = values_of(policy, coverage=coverage, champions=champions, could_be={"x": 7})

    x, y = values.loc["x"], values.loc["y"]
    assert x[sorted(COMPUTED)].to_dict() == {
        "champion_level": 3,
        "could_be_places_per_gap": pytest.approx(0.5),
        "employers": 7,
        "employment": 320,
        "gap_depth": pytest.approx(0.7),
        "gap_places_per_year": 14,
        "small_firm_share": 0.25,
    }
    # No site of y has known employees, so its employment is missing and not 0; its gap is 0, which
    # nothing more could close.
    assert y[["gap_places_per_year", "gap_depth", "could_be_places_per_gap"]].tolist() == [0, 0, 1]
    assert y[["employment", "small_firm_share"]].isna().all()
    assert y["champion_level"] == 0


def test_every_other_criterion_is_missing(policy):
    values = values_of(policy, coverage=[("s1", 1, 0), ("s3", 1, 0)], could_be={"x": 1, "y": 1})

    assert list(values.columns) == [criterion.name for criterion in policy.criteria]
    assert set(values.columns) > COMPUTED
    assert values[sorted(set(values.columns) - COMPUTED)].isna().all(axis=None)
    assert values.loc["x", sorted(COMPUTED)].notna().all()


def test_a_gap_that_is_not_known_is_missing(policy):
    unknown = values_of(policy, coverage=[("s1", 3, np.nan)], could_be={"x": 3})
    gaps = ["gap_places_per_year", "gap_depth", "could_be_places_per_gap"]
    assert unknown[gaps].isna().all(axis=None)

    # No place is needed: there is no gap, and no depth to speak of.
    none = values_of(policy, coverage=[("s1", 0, 0)]).loc["x", gaps]
    assert none.isna().tolist() == [False, True, False]
    assert none.dropna().tolist() == [0, 1]

    # The gap is known, but not what could be delivered.
    assert np.isnan(values_of(policy, coverage=[("s1", 3, 1)]).loc["x", gaps[2]])
    assert values_of(policy, coverage=[("s1", 3, 1)], could_be={"x": 0}).loc["x", gaps[2]] == 0


@pytest.mark.parametrize(
    ("expires", "level"),
    [(None, 4), (date(2026, 11, 22), 0), (date(2026, 11, 23), 4), (date(9999, 12, 31), 4)],
)
def test_a_champion_counts_on_its_last_day_and_not_after(policy, expires, level):
    rows = [("s1", 4, "a mentor", expires)]
    sites = pd.DataFrame({"sensitive": False}, index=["s1", "s2", "s3"])

    best = best_champions(make_clusters(), sites, make_champions(rows), as_of=TODAY)

    assert values_of(policy, champions=rows).loc["x", "champion_level"] == level
    assert best.loc["x", "champion_level"] == level
    assert best.loc["x"].notna().all() == (level > 0)


def test_the_best_champion_is_the_highest_then_shown_then_lowest():
    sites = pd.DataFrame(
        {"sensitive": pd.array([False, True, None], "boolean")}, index=["s1", "s2", "s3"]
    )
    clusters = make_clusters({"s1": "x", "s2": "x", "s3": "x"})

    def best(*levels):
        rows = [(f"s{i}", level, f"help {i}", None) for i, level in enumerate(levels, start=1)]
        found = best_champions(clusters, sites, make_champions(rows), as_of=TODAY).loc["x"]
        return [None if pd.isna(value) else value for value in found]

    assert best(1, 0, 2) == ["s3", 2, "help 3"]
    assert best(2, 0, 2) == ["s1", 2, "help 1"]
    assert best(0, 2, 2) == ["s3", 2, "help 3"]
    # The best is at a sensitive site: its level counts, its id is withheld.
    assert best(1, 3, 2) == [None, 3, "help 2"]
    assert best(0, 0, 0) == [None, 0, None]


@quick
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["s1", "s2", "s3", "s4"]),
            st.one_of(st.just(np.nan), st.floats(0, 1e6)),
            st.one_of(st.just(np.nan), st.floats(0, 1e6)),
        ),
        max_size=20,
    ),
    could_be=st.floats(0, 1e6),
    seed=st.integers(0, 1000),
)
def test_what_holds_for_any_coverage(policy, rows, could_be, seed):
    coverage, champions = make_coverage(rows), make_champions([("s1", 2, None, None)])
    clusters, places = make_clusters(), could({"x": could_be})
    before = [t.copy() for t in (coverage, champions, clusters.table, clusters.members, places)]

    def values(table):
        return criterion_values(
            clusters, table, champions, provision=places, policy=policy, as_of=TODAY
        )

    found = values(coverage)

    depth = found["gap_depth"].dropna()
    assert ((depth >= 0) & (depth <= 1)).all()
    assert not (found < 0).any(axis=None)
    pd.testing.assert_frame_equal(values(coverage.sample(frac=1, random_state=seed)), found)
    after = [coverage, champions, clusters.table, clusters.members]
    for table, was in zip(after, before, strict=False):
        pd.testing.assert_frame_equal(table, was)
    pd.testing.assert_frame_equal(places, before[-1])


def test_the_criteria_of_provision_are_taken_as_they_are(policy):
    provision = could({"x": 1}).assign(**dict.fromkeys(PROVISION_CRITERIA, 0.25))

    values = criterion_values(
        make_clusters(),
        make_coverage(),
        make_champions(),
        provision=provision,
        policy=policy,
        as_of=TODAY,
    )

    assert (values.loc["x", list(PROVISION_CRITERIA)] == 0.25).all()
    assert values.loc["y", list(PROVISION_CRITERIA)].isna().all()


def test_no_cluster(policy):
    values = values_of(policy, clusters=make_clusters({}))
    assert values.shape == (0, len(policy.criteria))
    sites = pd.DataFrame({"sensitive": []}, index=pd.Index([], dtype="str"))
    best = best_champions(make_clusters({}), sites, make_champions(), as_of=TODAY)
    assert list(best.columns) == ["champion_site_id", "champion_level", "support_needed"]
    assert best.empty


def test_wrong_tables_are_refused(policy):
    with pytest.raises(InputError, match="'cluster_id' in 'provision' are unknown, such as z"):
        values_of(policy, could_be={"z": 1})
    with pytest.raises(InputError, match="'demand' in 'coverage' holds -1"):
        values_of(policy, coverage=[("s1", -1, 0)])
    sites = pd.DataFrame({"sensitive": [False]}, index=["s1"])
    with pytest.raises(InputError, match="'site_id' in 'clusters' are unknown, such as s2, s3"):
        best_champions(make_clusters(), sites, make_champions(), as_of=TODAY)
    with pytest.raises(MissingColumnsError, match="'champions' lacks support_needed"):
        best_champions(
            make_clusters(), sites, make_champions().drop(columns="support_needed"), as_of=TODAY
        )

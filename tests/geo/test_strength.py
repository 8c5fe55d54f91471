"""Labels of clusters and their growth: by hand, and what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.strength import employment_growth, strength_labels

staff = st.none() | st.integers(0, 500)


def clusters(quotients, employment):
    return pd.DataFrame(
        {
            "location_quotient": pd.Series(quotients, dtype=float),
            "employment": pd.Series(employment, dtype=float),
        }
    )


def grown(rows):
    """Return the growth of (cluster, now, before) by site."""
    ids = [f"s{number}" for number in range(len(rows))]
    members = pd.DataFrame(
        {"site_id": ids, "cluster_id": [name for name, _, _ in rows]}, dtype="str"
    )
    now, before = (pd.Series([row[at] for row in rows], index=ids, dtype=float) for at in (1, 2))
    return employment_growth(members, now.dropna(), before)


def test_specialisation_is_labelled_from_its_thresholds_inclusive():
    found = strength_labels(clusters([2.0, 1.99, 1.2, 1.19, np.nan], [1] * 5))

    assert found["specialisation"].tolist() == [
        "highly_specialised",
        "specialised",
        "specialised",
        "not_specialised",
        None,
    ]


def test_the_top_tenth_is_large_and_few_clusters_have_none():
    twenty = strength_labels(clusters([1] * 21, [*range(1, 21), np.nan]))
    few = strength_labels(clusters([1] * 9, range(9)))

    assert twenty["large"].tolist() == [False] * 18 + [True, True, None]
    assert few["large"].tolist() == [None] * 9


def test_growth_is_that_of_sites_known_in_both():
    # 110 + 60 + 30 = 200 of what were 100 + 50 + 10 = 160; who came or is not counted is left out.
    found = grown(
        [("A", 110, 100), ("A", 60, 50), ("A", 30, 10), ("A", 900, None), ("A", None, 40)]
    )

    row = found.loc["A"]
    assert (row["sites"], row["sites_compared"]) == (5, 3)
    assert (row["employment_now"], row["employment_before"]) == (200, 160)
    assert row["growth_share"] == pytest.approx(0.25)


def test_too_few_sites_or_nobody_before_is_not_known():
    found = grown([("A", 1, 2), ("A", 1, 2), ("B", 1, 0), ("B", 1, 0), ("B", 1, 0)])

    assert found["growth_share"].isna().all()
    assert found["employment_before"].isna().tolist() == [True, False]


def test_no_cluster_gives_empty_tables():
    assert grown([]).empty
    assert strength_labels(clusters([], [])).empty


@given(st.lists(st.tuples(st.sampled_from("AB"), staff, staff), max_size=20))
def test_nobody_that_is_unknown_counts(rows):
    found = grown(rows)

    assert found["sites"].sum() == len(rows)
    assert (found["sites_compared"] <= found["sites"]).all()
    for name, row in found.iterrows():
        known = [(n, b) for c, n, b in rows if c == name and n is not None and b is not None]
        assert row["sites_compared"] == len(known)
        if len(known) >= 3:
            assert row["employment_now"] == sum(n for n, _ in known)
            assert row["employment_before"] == sum(b for _, b in known)

"""Location quotients: by hand, with their interval, and not known where areas are missing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.clusters import Clusters
from geo.errors import InputError, MissingColumnsError
from geo.specialisation import location_quotients

AREAS = pd.DataFrame({"area_code": ["E1", "E2", "E3"], "employees": [1000.0, 4000.0, 5000.0]})


@pytest.fixture(scope="module")
def sites(tables):
    return tables.sites(
        {
            "s1": {"authority_code": "E1", "employees": 60.0},
            "s2": {"authority_code": "E1", "employees": 40.0},
            "s3": {"authority_code": "E2", "employees": 50.0},
            "s4": {"authority_code": "E3", "employees": 50.0},
            "s5": {"authority_code": "E3"},
        }
    )


def clusters_of(**members):
    rows = [(site, cluster, cluster) for cluster, ids in members.items() for site in ids]
    table = gpd.GeoDataFrame(
        index=pd.Index(sorted(members), name="cluster_id", dtype="str"),
        geometry=[None] * len(members),
    )
    columns = ["site_id", "cluster_id", "campus_id"]
    return Clusters(table=table, members=pd.DataFrame(rows, columns=columns, dtype="str"))


def quotients(clusters, sites, areas=AREAS):
    return location_quotients(clusters, sites, areas, np.random.default_rng(1))


def test_the_quotient_as_by_hand(sites):
    found = quotients(clusters_of(x=["s1", "s2"], y=["s1", "s3"]), sites)

    # The sector has 200 of 10,000: 2 %. In E1 it has 100 of 1,000, in E1 and E2 150 of 5,000.
    assert found["location_quotient"].to_dict() == pytest.approx({"x": 5.0, "y": 1.5})
    assert (found["location_quotient_low"] < found["location_quotient"]).all()
    assert (found["location_quotient_high"] > found["location_quotient"]).all()


def test_it_is_not_known_and_never_1(sites):
    missing = AREAS[AREAS["area_code"] != "E2"]

    assert quotients(clusters_of(x=["s1", "s3"]), sites, missing).isna().all(axis=None)
    # Where the cluster lies in all the areas that are given there is nothing to compare with.
    assert quotients(clusters_of(x=["s1", "s4"]), sites, missing).isna().all(axis=None)
    assert quotients(clusters_of(x=["s1"]), sites, AREAS.iloc[:0]).isna().all(axis=None)
    silent = sites.assign(employees=np.nan)
    assert quotients(clusters_of(x=["s1"]), silent).isna().all(axis=None)


def test_the_order_of_rows_changes_nothing(sites):
    clusters = clusters_of(x=["s1", "s2"], y=["s4"])

    one = quotients(clusters, sites)
    other = quotients(clusters, sites.iloc[::-1], AREAS.iloc[::-1])

    pd.testing.assert_frame_equal(one, other)
    assert quotients(clusters_of(), sites).empty


def test_wrong_tables_are_refused(sites):
    clusters = clusters_of(x=["s1"])
    with pytest.raises(MissingColumnsError, match="area_code"):
        quotients(clusters, sites, AREAS.drop(columns="area_code"))
    with pytest.raises(InputError, match="more than once"):
        quotients(clusters, sites, pd.concat([AREAS, AREAS]))
    with pytest.raises(InputError, match="below 0"):
        quotients(clusters, sites, AREAS.assign(employees=-1.0))
    with pytest.raises(InputError, match="missing values"):
        quotients(clusters, sites, AREAS.assign(employees=np.nan))

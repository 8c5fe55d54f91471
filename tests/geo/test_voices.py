"""Voices: who was heard, where that counts, and which body speaks for most."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.clusters import Clusters
from geo.errors import InputError, MissingColumnsError
from geo.types import METRIC_CRS, Audience
from geo.voices import AUDIENCES, audiences_engaged, audiences_heard, one_voice_share

NO_PROVIDERS = pd.DataFrame({"cluster_id": [], "provider": []}, dtype="str")


@pytest.fixture(scope="module")
def sites(tables):
    return tables.sites(
        {
            "s1": {"at": (0.0, 0.0), "employer": "Alder", "employees": 300.0},
            "s2": {"at": (500.0, 0.0), "employer": "Birch", "employees": 100.0},
            "s3": {"at": (200_000.0, 0.0), "employer": "Cedar", "employees": 50.0},
            "s4": {"at": (200_000.0, 500.0), "employer": "Alder"},
        }
    )


@pytest.fixture(scope="module")
def clusters(sites):
    table = gpd.GeoDataFrame(
        index=pd.Index(["x", "y"], name="cluster_id", dtype="str"), geometry=[None, None]
    )
    members = pd.DataFrame(
        {
            "site_id": sites.index,
            "cluster_id": ["x", "x", "y", "y"],
            "campus_id": ["x", "x", "y", "y"],
        },
        dtype="str",
    )
    return Clusters(table=table, members=members)


def schools(**points):
    return gpd.GeoDataFrame(
        {"name": list(points)}, geometry=[shapely.Point(p) for p in points.values()], crs=METRIC_CRS
    )


def said(*rows):
    return pd.DataFrame(rows, columns=["organisation", "audience", "stance"])


def engaged(clusters, sites, stakeholders, **near):
    return audiences_engaged(
        clusters,
        sites,
        stakeholders,
        providers_near=near.get("providers", NO_PROVIDERS),
        schools=near.get("schools", schools()),
    ).to_dict()


def test_blank_and_not_heard_yet_are_not_heard():
    table = audiences_heard(
        said(
            ("A", Audience.PROVIDERS, "supports"),
            ("B", Audience.PROVIDERS, "Not heard yet "),
            ("C", Audience.PROVIDERS, None),
            ("D", Audience.PROVIDERS, "supports"),
        )
    )

    assert list(table.index) == list(AUDIENCES)
    heard = table.loc[Audience.PROVIDERS.value]
    assert (heard["organisations"], heard["heard"], heard["share_heard"]) == (4, 2, 0.5)
    assert heard["stances"] == {"supports": 2}
    assert np.isnan(table.loc[Audience.SCHOOLS.value, "share_heard"])


def test_an_employer_is_heard_where_it_has_a_site(clusters, sites):
    assert engaged(clusters, sites, said(("BIRCH ", Audience.EMPLOYERS, "undecided"))) == {
        "x": 1.0,
        "y": 0.0,
    }
    assert engaged(clusters, sites, said(("Alder", Audience.EMPLOYERS, "undecided"))) == {
        "x": 1.0,
        "y": 1.0,
    }


def test_a_provider_is_heard_within_reach_and_a_school_nearby(clusters, sites):
    near = pd.DataFrame({"cluster_id": ["y"], "provider": ["College"]})
    spoken = said(
        ("College", Audience.PROVIDERS, "supports"),
        ("Elm School", Audience.SCHOOLS, "supports"),
        ("Far School", Audience.SCHOOLS, "supports"),
    )
    # One exactly 25 km from a site of x, one a metre too far from any.
    placed = schools(**{"Elm School": (25_500.0, 0.0), "Far School": (100_000.0, 0.0)})

    assert engaged(clusters, sites, spoken, providers=near, schools=placed) == {"x": 1.0, "y": 1.0}
    beyond = schools(**{"Elm School": (25_501.0, 0.0), "Far School": (100_000.0, 0.0)})
    assert engaged(clusters, sites, spoken, providers=near, schools=beyond) == {"x": 0.0, "y": 1.0}


def test_who_has_no_place_speaks_for_all_and_an_audience_counts_once(clusters, sites):
    spoken = said(
        ("A body", Audience.TRADE_BODIES, "supports"),
        ("B body", Audience.TRADE_BODIES, "supports"),
        ("A union", Audience.EMPLOYEES, "not heard yet"),
    )

    assert engaged(clusters, sites, spoken) == {"x": 1.0, "y": 1.0}


def test_nobody_listed_is_not_known(clusters, sites):
    assert all(np.isnan(value) for value in engaged(clusters, sites, said()).values())


def test_the_body_that_speaks_for_most_employment(clusters, sites):
    members = pd.DataFrame(
        [("alder", "Trade"), ("Birch", "Small"), ("Birch", "Trade"), ("Elm", "Trade")],
        columns=["organisation", "body"],
    )

    found = one_voice_share(clusters, sites, members)

    # All 400 of x are in Trade; of y 50 are known, and none of them is in a body.
    assert found["one_voice_share"].to_dict() == {"x": 1.0, "y": 0.0}
    assert found.loc["x", "one_voice_body"] == "Trade"
    nobody = one_voice_share(clusters, sites, members.iloc[:0])
    assert nobody["one_voice_share"].isna().all()


def test_wrong_tables_are_refused(clusters, sites):
    with pytest.raises(InputError, match="holds unions; it may hold employers and SMEs"):
        audiences_heard(said(("A", "unions", "supports")))
    with pytest.raises(MissingColumnsError, match="stance"):
        audiences_heard(said().drop(columns="stance"))
    with pytest.raises(InputError, match="unknown"):
        one_voice_share(clusters, sites.drop("s1"), pd.DataFrame({"organisation": [], "body": []}))

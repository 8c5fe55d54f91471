"""The reference check: found, missed, joined, torn, and of the wrong class, by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.clusters import Clusters
from geo.errors import InputError, MissingColumnsError
from geo.reference_check import check_reference
from geo.types import METRIC_CRS

SITES = {"s1": (0, 0), "s2": (8_000, 0), "s3": (100_000, 0)}


@pytest.fixture(scope="module")
def sites(tables):
    return tables.sites({name: {"at": at} for name, at in SITES.items()})


def clusters_of(**cluster_of_site):
    ids = sorted(set(cluster_of_site.values()))
    table = gpd.GeoDataFrame(
        {"cluster_class": ["cluster"] * len(ids), "width_metres": [8_000.0] * len(ids)},
        index=pd.Index(ids, name="cluster_id", dtype="str"),
        geometry=[None] * len(ids),
        crs=METRIC_CRS,
    )
    members = pd.DataFrame(
        [(site, cluster, cluster) for site, cluster in cluster_of_site.items()],
        columns=["site_id", "cluster_id", "campus_id"],
        dtype="str",
    )
    return Clusters(table=table, members=members)


def listed(*rows):
    columns = ["name", "at", "part_of", "apart_from", "classes"]
    table = pd.DataFrame([(*row, *[""] * (5 - len(row))) for row in rows], columns=columns)
    shapes = [shapely.Point(at) for at in table.pop("at")]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=METRIC_CRS)


ONE = clusters_of(s1="x", s2="x")


def test_a_member_within_five_kilometres_is_enough(sites):
    reference = listed(("A", (-5_000, 0)), ("B", (13_001, 0)), ("C", (150_001, 0)))

    found = check_reference(sites, ONE, reference)

    assert found.places["found"].to_dict() == {"A": True, "B": False, "C": False}
    assert found.places.loc["B", "metres"] == pytest.approx(5_001)
    assert found.recall == (1, 3)
    assert found.missed == ("B", "C")
    assert found.is_applicable
    assert found.sentence() == (
        "Reference list: 1 of 3 well-known clusters found; missed: B, C; wrongly joined: none; "
        "widest 8 km."
    )


def test_places_that_should_be_apart_and_are_joined(sites):
    reference = listed(("A", (0, 0), "", "B"), ("B", (8_000, 0), "", "A"))

    assert check_reference(sites, ONE, reference).joined == (("A", "B"),)
    apart = check_reference(sites, clusters_of(s1="x", s2="y"), reference)
    assert apart.joined == ()


def test_a_part_that_is_torn_off_and_a_class_that_is_wrong(sites):
    reference = listed(("A", (0, 0), "", "", "anchor_led;anchor_site"), ("B", (8_000, 0), "A"))

    found = check_reference(sites, clusters_of(s1="x", s2="y"), reference)

    assert found.torn == (("B", "A"),)
    assert found.wrong_class == ("A",)
    # A part is no place of its own.
    assert found.recall == (1, 1)
    assert "torn: B from A; of another class: A" in found.sentence()


def test_another_country_is_not_checked(sites):
    found = check_reference(sites, ONE, listed(("A", (500_000, 500_000))))

    assert not found.is_applicable
    assert found.sentence() == "Reference list: not about this register."
    assert not check_reference(sites, clusters_of(), listed(("A", (0, 0)))).is_applicable
    assert check_reference(sites, ONE, listed()).recall == (0, 0)


def test_wrong_lists_are_refused(sites):
    with pytest.raises(MissingColumnsError, match="classes"):
        check_reference(sites, ONE, listed(("A", (0, 0))).drop(columns="classes"))
    with pytest.raises(InputError, match="unknown, such as Z"):
        check_reference(sites, ONE, listed(("A", (0, 0), "", "Z")))

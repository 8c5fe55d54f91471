"""A user's own clusters: read, drawn, listed, and refused with what to do."""

from __future__ import annotations

import pytest

from geo.errors import ScenarioError
from geo.manual import ManualCluster, read_manual_clusters, sites_of_manual

SQUARE = [[-1.0, 52.0], [0.0, 52.0], [0.0, 53.0], [-1.0, 53.0]]


@pytest.fixture(scope="module")
def sites(tables):
    # 460 km east, 280 km north is near Leicester; 530 km east near Cambridge.
    return tables.sites(
        {"s1": {"at": (500_000, 280_000)}, "s2": {"at": (560_000, 280_000)}, "s3": {"at": None}}
    )


def test_entries_are_read_in_the_order_of_their_ids():
    second, first = read_manual_clusters(
        [{"name": "The  Valley!", "sites": ["s1"]}, {"name": "A field", "polygon": SQUARE}]
    )[::-1]

    assert (first.cluster_id, second.cluster_id) == ("manual-a-field", "manual-the-valley")
    assert first.polygon[0] == (-1.0, 52.0)
    assert read_manual_clusters([]) == ()


def test_listed_sites_are_taken_as_they_are(sites):
    chosen = sites_of_manual(ManualCluster("x", sites=("s3", "s1", "s1")), sites)

    assert list(chosen) == ["s1", "s3"]


def test_a_polygon_holds_the_sites_whose_points_lie_in_it(sites):
    [drawn] = read_manual_clusters([{"name": "x", "polygon": SQUARE}])

    assert list(sites_of_manual(drawn, sites)) == ["s1"]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ("x", r"\[\[manual_clusters\]\]"),
        ([{"sites": ["s1"]}], "has a 'name'"),
        ([{"name": "!!", "sites": ["s1"]}], "has a 'name'"),
        ([{"name": "x", "sites": ["s1"], "colour": "red"}], "colour"),
        ([{"name": "x"}], "either 'sites' or a 'polygon'"),
        ([{"name": "x", "sites": ["s1"], "polygon": SQUARE}], "either 'sites' or a 'polygon'"),
        ([{"name": "x", "sites": [1]}], "list of ids"),
        ([{"name": "x", "sites": ["s1"]}, {"name": "X ", "sites": ["s2"]}], "name them apart"),
        ([{"name": "x", "polygon": [[0, 52], [1, 52]]}], "three or more corners"),
        ([{"name": "x", "polygon": [["a", 52], [1, 52], [1, 53]]}], "three or more corners"),
        ([{"name": "x", "polygon": [[52, 0], [52, 1], [53, 1]]}], "three or more corners"),
        ([{"name": "x", "polygon": [[0, 52], [1, 53], [1, 52], [0, 53]]}], "do not cross"),
    ],
)
def test_what_cannot_be_read_is_refused(entries, said):
    with pytest.raises(ScenarioError, match=said):
        read_manual_clusters(entries)


def test_unknown_sites_and_an_empty_polygon_are_refused(sites):
    with pytest.raises(ScenarioError, match="'s9', which is no site"):
        sites_of_manual(ManualCluster("x", sites=("s1", "s9")), sites)
    nowhere = ManualCluster("x", polygon=((-8.0, 57.0), (-7.0, 57.0), (-7.0, 58.0)))
    with pytest.raises(ScenarioError, match="No site lies"):
        sites_of_manual(nowhere, sites)

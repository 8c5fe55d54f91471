"""Clusters: the campuses of the United Kingdom as a reference, and what each measure means."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.clusters import ClusterClass, employer_keys, find_clusters
from geo.errors import CrsError, InputError, MissingColumnsError
from geo.policies import ClusterPolicy

# No deadline: on a busy machine it would fail a slow example, not a wrong one.
quick = settings(max_examples=30, deadline=None)

CAMPUSES = {
    # Latitude and longitude, read off a map to about 300 metres.
    "Cambridge Biomedical Campus": (52.174, 0.139),
    "Cambridge Science Park": (52.235, 0.146),
    "Cambridge Centre": (52.202, 0.120),
    "Babraham": (52.132, 0.206),
    "Granta Park": (52.118, 0.239),
    "Hinxton": (52.079, 0.186),
    "Chesterford Park": (52.062, 0.221),
    "Huntingdon": (52.352, -0.257),
    "Stevenage": (51.892, -0.203),
    "Oxford Old Road": (51.752, -1.214),
    "Oxford Science Park": (51.717, -1.216),
    "Begbroke": (51.818, -1.306),
    "Abingdon": (51.671, -1.283),
    "Culham": (51.659, -1.228),
    "Milton Park": (51.622, -1.296),
    "Harwell": (51.573, -1.315),
    "London Euston": (51.528, -0.131),
    "London White City": (51.515, -0.225),
    "London Whitechapel": (51.518, -0.060),
    "London Denmark Hill": (51.468, -0.093),
    "Alderley Park": (53.277, -2.230),
    "Macclesfield": (53.258, -2.126),
    "Manchester": (53.465, -2.233),
    "Liverpool": (53.407, -2.966),
    "Speke": (53.345, -2.845),
    "Daresbury": (53.343, -2.640),
    "Nottingham": (52.951, -1.137),
    "Leicester": (52.622, -1.125),
    "Loughborough": (52.762, -1.247),
    "Edinburgh BioQuarter": (55.921, -3.137),
    "Edinburgh Heriot-Watt": (55.910, -3.321),
    "Roslin": (55.866, -3.201),
    "Dundee": (56.458, -2.983),
    "Glasgow": (55.872, -4.294),
    "Motherwell": (55.800, -3.990),
    "Aberdeen": (57.158, -2.135),
    "Inverness": (57.474, -4.190),
    "Sandwich": (51.288, 1.344),
    "Newcastle": (54.980, -1.616),
    "Sedgefield": (54.665, -1.450),
    "Hull": (53.770, -0.368),
    "Leeds": (53.807, -1.555),
    "York": (53.946, -1.052),
    "Sheffield": (53.381, -1.488),
    "Cardiff": (51.489, -3.180),
    "Swansea": (51.610, -3.980),
    "Wrexham": (53.030, -2.930),
    "Belfast": (54.585, -5.934),
    "Antrim": (54.720, -6.210),
    "Craigavon": (54.450, -6.390),
    "Bristol": (51.458, -2.603),
    "Bath": (51.380, -2.328),
    "Porton Down": (51.132, -1.704),
    "Southampton": (50.934, -1.396),
    "Plymouth": (50.417, -4.110),
    "Norwich": (52.622, 1.221),
    "Birmingham": (52.450, -1.931),
    "Keele": (53.003, -2.273),
    "Reading": (51.441, -0.942),
    "Slough": (51.522, -0.622),
    "Guildford": (51.240, -0.613),
    "Ulverston": (54.195, -3.090),
}


def make_policy(**changes):
    values = {
        "campus_eps_metres": 3000.0,
        "campus_min_sites": 5.0,
        "campus_min_employees": 250.0,
        "cluster_cut_metres": 16_000.0,
        "max_width_metres": 45_000.0,
        "min_employers": 5.0,
        "min_employees": 250.0,
        "dominant_employer_share": 0.5,
        "small_firm_employees": 250.0,
    }
    return ClusterPolicy(**(values | changes))


def make_sites(points, **columns):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    ids = [f"s{i:04d}" for i in range(len(points))]
    table = {
        "employer": ids,
        "company_number": None,
        "employees": np.full(len(points), np.nan),
        "employees_low": np.nan,
        "employees_high": np.nan,
        "employer_employees": np.nan,
        "precision_class": "exact",
        "sensitive": None,
        "authority": "Testshire",
    }
    table = pd.DataFrame(table | columns, index=pd.Index(ids, name="site_id", dtype="str"))
    table = table.astype(dict.fromkeys(["employer", "company_number", "authority"], "str"))
    return gpd.GeoDataFrame(
        table.astype({"sensitive": "boolean"}),
        geometry=gpd.points_from_xy(points[:, 0], points[:, 1]),
        crs="EPSG:27700",
    )


def make_places(places=()):
    """Make places of (name, x, y)."""
    return gpd.GeoDataFrame(
        {"name": pd.Series([name for name, _, _ in places], dtype="str")},
        geometry=gpd.points_from_xy([x for _, x, _ in places], [y for _, _, y in places]),
        crs="EPSG:27700",
    )


@pytest.fixture(scope="module")
def uk_places():
    degrees = np.array(list(CAMPUSES.values()))
    points = gpd.points_from_xy(degrees[:, 1], degrees[:, 0], crs="EPSG:4326").to_crs("EPSG:27700")
    return gpd.GeoDataFrame({"name": pd.Series(list(CAMPUSES), dtype="str")}, geometry=points)


@pytest.fixture(scope="module")
def uk_sites(uk_places):
    """Six employers of 60 at each campus, 200 metres apart; Huntingdon has one large and two."""
    rows = []
    for name, point in zip(uk_places["name"], uk_places.geometry, strict=True):
        sizes = [900, 40, 30] if name == "Huntingdon" else [60] * 6
        rows += [(name, point.x + 200 * i, point.y, size) for i, size in enumerate(sizes)]
    return make_sites(
        [row[1:3] for row in rows],
        employees=[float(row[3]) for row in rows],
        authority=[row[0] for row in rows],
    )


@pytest.fixture(scope="module")
def uk_clusters(uk_sites, uk_places):
    return {
        cut: find_clusters(uk_sites, uk_places, make_policy(cluster_cut_metres=cut))
        for cut in (14_500.0, 16_000.0, 20_000.0)
    }


@pytest.fixture(params=[14_500.0, 16_000.0, 20_000.0])
def of_campus(request, uk_clusters, uk_sites):
    """Give the id of the cluster of each campus, at every cut that must pass."""
    members = uk_clusters[request.param].members.set_index("site_id")["cluster_id"]
    clusters = members.groupby(uk_sites["authority"]).unique()
    assert (clusters.str.len() == 1).all()
    assert len(clusters) == len(CAMPUSES)
    return clusters.str[0]


@pytest.mark.parametrize(
    "together",
    [
        ["Cambridge Biomedical Campus", "Cambridge Science Park", "Babraham", "Granta Park"],
        ["Cambridge Biomedical Campus", "Hinxton", "Chesterford Park"],
        ["Oxford Old Road", "Oxford Science Park", "Abingdon", "Milton Park", "Harwell"],
        ["London Euston", "London White City", "London Whitechapel", "London Denmark Hill"],
        ["Edinburgh BioQuarter", "Roslin"],
        ["Liverpool", "Speke"],
    ],
)
def test_campuses_of_one_labour_market_are_one_cluster(of_campus, together):
    assert len(set(of_campus[together])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cambridge Biomedical Campus", "Huntingdon"),
        ("Cambridge Biomedical Campus", "Stevenage"),
        ("Huntingdon", "Stevenage"),
        ("Alderley Park", "Manchester"),
        ("Hull", "Leeds"),
        ("Edinburgh BioQuarter", "Dundee"),
        ("Oxford Old Road", "Reading"),
        ("Cardiff", "Bristol"),
    ],
)
def test_labour_markets_that_differ_are_clusters_that_differ(of_campus, one, other):
    assert of_campus[one] != of_campus[other]


def test_the_reference_clusters_have_their_class_name_and_width(uk_clusters):
    table = uk_clusters[16_000.0].table

    assert (table["width_metres"] <= 45_000).all()
    huntingdon = table[table["name"] == "Huntingdon"].iloc[0]
    # 900 of 970 employees, 3 employers, 250 employees and more.
    assert huntingdon["cluster_class"] == ClusterClass.ANCHOR_SITE
    assert huntingdon["largest_employer_share"] == pytest.approx(900 / 970)
    for name in ("Stevenage", "Nottingham", "Dundee", "Alderley Park"):
        assert table.loc[table["name"] == name, "cluster_class"].tolist() == ["cluster"]
    assert table["name"].is_unique


def grid_sites(seed, count):
    """Make sites in a square of 60 km, some sensitive, employers shared, sizes partly unknown."""
    random = np.random.default_rng(seed)
    middles = random.uniform(0, 60_000, (max(count // 6, 1), 2))
    points = middles[random.integers(0, len(middles), count)] + random.normal(0, 800, (count, 2))
    return make_sites(
        points,
        employer=[f"Firm {i}" for i in random.integers(0, max(count, 1), count)],
        employees=np.where(random.random(count) < 0.3, np.nan, random.integers(0, 400, count)),
        employer_employees=np.where(random.random(count) < 0.5, np.nan, 300.0),
        sensitive=pd.array(random.random(count) < 0.2, dtype="boolean"),
    )


@quick
@given(seed=st.integers(0, 100_000), count=st.integers(0, 80), width=st.integers(2000, 45_000))
def test_what_holds_for_any_clusters(seed, count, width):
    sites = grid_sites(seed, count)
    places = make_places([("Middle", 30_000, 30_000)])
    before = sites.copy()

    found = find_clusters(sites, places, make_policy(max_width_metres=float(width)))

    table, members = found.table, found.members
    assert table["geometry"].is_valid.all()
    assert not table["geometry"].is_empty.any()
    assert table.index.is_unique
    assert table["name"].is_unique
    assert (table["width_metres"] <= width).all()
    assert table["sites"].sum() == len(members) == members["site_id"].nunique()
    assert set(members["cluster_id"]) == set(table.index)
    assert (
        not members[["campus_id", "cluster_id"]].drop_duplicates()["campus_id"].duplicated().any()
    )
    shares = table[["largest_employer_share", "diversity", "small_firm_share"]]
    assert (shares.isna() | ((shares >= 0) & (shares <= 1))).all(axis=None)
    assert set(table["cluster_class"]) <= set(ClusterClass)
    sensitive = sites.index[sites["sensitive"]]
    assert not set("cl-" + sensitive) & set(table.index)
    pd.testing.assert_frame_equal(sites, before)


@quick
@given(seed=st.integers(0, 100_000), count=st.integers(0, 60), order=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(seed, count, order):
    sites = grid_sites(seed, count)
    places = make_places([("North", 30_000, 50_000), ("South", 30_000, 10_000)])
    expected = find_clusters(sites, places, make_policy())

    found = find_clusters(
        sites.sample(frac=1, random_state=order),
        places.sample(frac=1, random_state=order),
        make_policy(),
    )

    pd.testing.assert_frame_equal(found.members, expected.members)
    pd.testing.assert_frame_equal(
        found.table.drop(columns="geometry"), expected.table.drop(columns="geometry")
    )
    assert found.table.geometry.geom_equals(expected.table.geometry).all()


def test_measures_of_one_cluster():
    # Employment: A 100 + 20, B the middle of 40 to 60, C 30, D and E unknown; 200 in all.
    # Shares .6, .25, .15 (and 0, 0): HHI .36 + .0625 + .0225 = .445, so diversity .555.
    # Whole employers: A 5000 (the most that any of its sites says), B 249, C 250, D and E
    # unknown: one of three is small.
    sites = make_sites(
        [(0, 0), (300, 400), (0, 0), (0, 0), (0, 0), (0, 0)],
        employer=["A", " a ", "B", "C", "D", "E"],
        employees=[100, 20, np.nan, 30, np.nan, np.nan],
        employees_low=[np.nan, np.nan, 40, np.nan, 5, np.nan],
        employees_high=[np.nan, np.nan, 60, np.nan, np.nan, np.nan],
        employer_employees=[10, 5000, 249, 250, np.nan, np.nan],
    )

    found = find_clusters(sites, make_places(), make_policy())

    [row] = found.table.drop(columns="geometry").to_dict("records")
    assert row == {
        "name": "Testshire",
        "cluster_class": "anchor_led",
        "sites": 6,
        "campuses": 1,
        "employers": 5,
        "small_firm_share": pytest.approx(1 / 3),
        "employment": 200,
        "employment_unknown_sites": 2,
        "largest_employer_share": pytest.approx(0.6),
        "diversity": pytest.approx(0.555),
        "width_metres": 500,
    }
    assert found.table.index.tolist() == ["cl-s0000"]
    assert found.table.crs == "EPSG:27700"
    assert found.members.to_dict("list") == {
        "site_id": list(sites.index),
        "cluster_id": ["cl-s0000"] * 6,
        "campus_id": ["s0000"] * 6,
    }


def test_what_is_not_known_is_missing_and_not_zero():
    table = find_clusters(make_sites([(0, 0)] * 5), make_places(), make_policy()).table

    assert table["cluster_class"].tolist() == ["emerging"]
    assert table["employment"].tolist() == [0]
    assert table["employment_unknown_sites"].tolist() == [5]
    for column in ("largest_employer_share", "diversity", "small_firm_share"):
        assert table[column].isna().all()


@pytest.mark.parametrize(
    ("employers", "employees", "expected"),
    [
        (["A", "B", "C", "D"], [100, 50, 50, 50], ClusterClass.ANCHOR_SITE),
        (["A"], [250], ClusterClass.ANCHOR_SITE),
        (["A", "B", "C", "D", "E"], [201, 50, 50, 50, 50], ClusterClass.ANCHOR_LED),
        (["A", "B", "C", "D", "E"], [200, 50, 50, 50, 50], ClusterClass.CLUSTER),
        (["A", "B", "C", "D", "E"], [50] * 5, ClusterClass.CLUSTER),
        (["A", "B", "C", "D", "E"], [49, 50, 50, 50, 50], ClusterClass.EMERGING),
        (["A", "B", "C", "D", "D"], [49, 50, 50, 50, 50], None),
    ],
)
def test_the_class_is_the_first_that_applies(employers, employees, expected):
    sites = make_sites([(0, 0)] * len(employers), employer=employers, employees=employees)

    found = find_clusters(sites, make_places(), make_policy())

    assert found.table["cluster_class"].tolist() == ([] if expected is None else [expected])
    assert len(found.members) == (0 if expected is None else len(sites))


def test_an_employer_is_known_by_number_else_by_name():
    sites = make_sites(
        [(0, 0)] * 6,
        employer=["One", "Two", "ONE ", "one", "Sc1", "Straße"],
        company_number=["sc1", "SC1 ", None, " ", None, None],
    )

    assert employer_keys(sites).tolist() == [
        "number SC1",
        "number SC1",
        "name one",
        "name one",
        "name sc1",
        "name strasse",
    ]


def test_the_name_comes_from_the_largest_campus():
    # Two campuses 10 km apart: five sites in the west, six in the east.
    sites = make_sites([(0, 0)] * 5 + [(10_000, 0)] * 6)
    places = make_places([("West", 0, 0), ("East", 9000, 0)])

    table = find_clusters(sites, places, make_policy()).table

    assert table["name"].tolist() == ["East"]
    assert table["campuses"].tolist() == [2]
    # Of campuses with as many sites the one with more employment, then the lowest id.
    even = make_sites([(0, 0)] * 5 + [(10_000, 0)] * 5)
    assert named(even, [("West", 0, 0), ("East", 9000, 0)]) == ["West"]
    even["employees"] = [10.0] * 5 + [11.0] * 5
    assert named(even, [("West", 0, 0), ("East", 9000, 0)]) == ["East"]


def test_the_id_is_that_of_the_site_with_most_employees():
    sites = make_sites([(0, 0)] * 7)
    assert find_clusters(sites, make_places([]), make_policy()).table.index.tolist() == ["cl-s0000"]
    sites["employees"] = [np.nan, 5.0, 80.0, 60.0, 80.0, 70.0, 90.0]
    # Of equals the lowest id; never one that is sensitive, and a coarse one only at need.
    sites["sensitive"] = [False] * 6 + [True]
    assert find_clusters(sites, make_places([]), make_policy()).table.index.tolist() == ["cl-s0002"]
    sites.loc[["s0002", "s0004"], "precision_class"] = "town"
    assert find_clusters(sites, make_places([]), make_policy()).table.index.tolist() == ["cl-s0005"]


def test_a_name_comes_from_a_place_within_25_km_else_from_the_authority():
    sites = make_sites([(0, 0)] * 5)
    assert named(sites, [("B", 25_000, 0), ("A", 0, 25_000)]) == ["A"]
    assert named(sites, [("Far", 25_001, 0)]) == ["Testshire"]
    assert named(sites.assign(authority=None), []) == ["Unnamed"]
    missing = make_places([("Near", 0, 0)])
    missing.loc[0, "geometry"] = None
    assert find_clusters(sites, missing, make_policy()).table["name"].tolist() == ["Testshire"]


def named(sites, places):
    return find_clusters(sites, make_places(places), make_policy()).table["name"].tolist()


def test_equal_names_get_the_authority_then_a_number():
    points = [(x, 0) for x in (0, 20_000, 40_000) for _ in range(5)]
    place = [("Town", 20_000, 0)]
    authority = pd.Series(["North"] * 5 + ["South"] * 10, dtype="str").to_numpy()

    sites = make_sites(points, authority=authority)

    assert named(sites, place) == ["Town (North)", "Town (South) 1", "Town (South) 2"]
    assert named(sites, []) == ["North", "South 1", "South 2"]


def test_sensitive_sites_lend_neither_id_nor_name():
    places = make_places([("Lab Lane", 0, 0)])
    sites = make_sites([(0, 0)] * 6, sensitive=[True] * 5 + [None])
    table = find_clusters(sites, places, make_policy()).table
    assert table["name"].to_dict() == {"cl-s0005": "Lab Lane"}
    assert table["sites"].tolist() == [6]

    # The larger campus is sensitive throughout, so the smaller one stands for the cluster.
    two = make_sites([(0, 0)] * 6 + [(9000, 0)] * 5, sensitive=[True] * 6 + [False] * 5)
    assert find_clusters(two, places, make_policy()).table.index.tolist() == ["cl-s0006"]

    hidden = find_clusters(sites.assign(sensitive=True), places, make_policy()).table
    assert hidden["name"].to_dict() == {"withheld-1": "Testshire"}
    assert hidden.geometry.iloc[0].bounds == (0, 0, 10_000, 10_000)


def test_no_site_and_one_site():
    for sites in (make_sites([]), make_sites([(0, 0)])):
        found = find_clusters(sites, make_places(), make_policy())
        assert found.table.empty
        assert found.table.crs == "EPSG:27700"
        assert list(found.members.columns) == ["site_id", "cluster_id", "campus_id"]
        assert found.table.dtypes["sites"] == "int64"
    one = make_sites([(0, 0)], employees=[250.0])
    table = find_clusters(one, make_places(), make_policy()).table
    assert table[["cluster_class", "width_metres", "diversity"]].to_numpy().tolist() == [
        ["anchor_site", 0.0, 0.0]
    ]


def test_wrong_tables_are_refused():
    sites, places = make_sites([(0, 0)] * 5), make_places([("A", 0, 0)])
    with pytest.raises(MissingColumnsError, match="'sites' lacks company_number"):
        find_clusters(sites.drop(columns="company_number"), places, make_policy())
    with pytest.raises(MissingColumnsError, match="'places' lacks name"):
        find_clusters(sites, places.drop(columns="name"), make_policy())
    with pytest.raises(InputError, match="'sites' has missing values in employer"):
        find_clusters(sites.assign(employer=None), places, make_policy())
    with pytest.raises(CrsError):
        find_clusters(sites, places.to_crs("EPSG:4326"), make_policy())

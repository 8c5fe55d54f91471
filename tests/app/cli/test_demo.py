"""The demo: what it makes, what it refuses, and what the illustrative register must show."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from app.cli.console import Steps
from app.cli.demo import build_demo, illustrative_as_of
from app.cli.errors import CommandError
from app.cli.registers import ensure_register
from app.db.engine import reading, writing
from app.db.models import Provider
from app.db.register import read_table, write_rows
from app.db.runs import read_clusters, read_coverage
from geo.gaps import GapClass

# Town centres and campuses, to a thousandth of a degree: longitude, latitude.
CENTRES = {
    "Cambridge": (0.135, 52.174),
    "Oxford": (-1.257, 51.752),
    "Stevenage": (-0.203, 51.896),
    "Alderley Park": (-2.230, 53.277),
    "Nottingham": (-1.137, 52.951),
    "Edinburgh": (-3.188, 55.953),
    "Dundee": (-2.987, 56.457),
    "Huntingdon": (-0.186, 52.331),
}
NEAR_METRES = 12_000


@pytest.fixture(scope="module")
def clusters(demo):
    with reading(demo.engine) as connection:
        return read_clusters(connection, demo.run.run_id).set_index("cluster_id").to_crs(27700)


def nearest(clusters, name):
    [centre] = gpd.GeoSeries([Point(CENTRES[name])], crs="EPSG:4326").to_crs(27700)
    metres = clusters.geometry.distance(centre)
    assert metres.min() <= NEAR_METRES, name
    return metres.idxmin()


def test_it_writes_what_it_promises(demo):
    for name in ("map.html", "coverage.geojson", "ranking.csv"):
        assert (demo.out / name).stat().st_size > 0


@pytest.mark.parametrize("name", CENTRES)
def test_a_cluster_stands_at_or_near_each_known_place(clusters, name):
    assert nearest(clusters, name) in clusters.index


def test_cambridge_huntingdon_and_stevenage_are_three(clusters):
    names = ("Cambridge", "Huntingdon", "Stevenage")

    assert len({nearest(clusters, name) for name in names}) == 3


def test_huntingdon_is_anchor_led(clusters):
    assert clusters.loc[nearest(clusters, "Huntingdon"), "cluster_class"] == "anchor_led"


def test_no_cluster_is_too_wide(clusters):
    assert clusters["width_metres"].max() <= 45_000
    assert len(clusters) >= 15


def test_every_class_that_is_tested_appears_in_numbers(demo):
    with reading(demo.engine) as connection:
        coverage = read_coverage(connection, demo.run.run_id, programme_code=None)

    counts = coverage["gap_class"].value_counts()
    assert {kind: int(counts.get(kind, 0)) >= 10 for kind in GapClass} == dict.fromkeys(
        GapClass, True
    )


def test_building_it_again_changes_nothing(demo_copy, tmp_path):
    lines = build_demo(demo_copy.settings, demo_copy.engine, tmp_path, progress=Steps(None))

    assert f"run: {demo_copy.run.run_id}" in lines
    for name in ("map.html", "coverage.geojson", "ranking.csv"):
        assert (tmp_path / name).read_bytes() == (demo_copy.out / name).read_bytes()


def test_it_never_joins_invented_rows_to_real_ones(demo, engine, tmp_path):
    ensure_register(engine)
    with writing(engine) as connection:
        blank = read_table(connection, Provider)
        row = blank.reindex([0]).assign(ukprn="10000001", name="A provider", source="UK register")
        write_rows(connection, Provider, row.astype(blank.dtypes))

    with pytest.raises(CommandError, match="holds real rows"):
        build_demo(demo.settings, engine, tmp_path, progress=Steps(None))

    with reading(engine) as connection:
        assert len(read_table(connection, Provider)) == 1


def test_its_day_is_the_register_s_own(demo):
    assert illustrative_as_of(demo.settings.data_path) == demo.run.as_of


@pytest.mark.browser
def test_its_map_opens_from_the_disk_with_no_network(demo, offline_page):
    offline_page.page.goto((demo.out / "map.html").as_uri())
    offline_page.page.locator(".leaflet-container canvas").first.wait_for()

    assert offline_page.page.get_by_text("Illustrative data").first.is_visible()
    assert offline_page.refused == []
    assert offline_page.console_errors == []

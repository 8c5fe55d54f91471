"""Many rows at once: as one by one, and the index with them."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from geopandas.testing import assert_geodataframe_equal

from app.db import bulk, geopackage
from app.db.base import Base
from app.db.engine import make_engine, reading, writing
from app.db.frames import columns_of, prepare, to_frame
from app.db.models import School
from app.db.register import read_table

PROVIDERS = Base.metadata.tables["providers"]
SCHOOLS = Base.metadata.tables["schools"]


def schools(*shapes):
    """Return prepared schools that stand at ``shapes``."""
    rows = pd.DataFrame(to_frame(columns_of(SCHOOLS), []).drop(columns="geometry"))
    names = [f"s{number}" for number in range(len(shapes))]
    filled = rows.reindex(range(len(shapes))).assign(
        school_id=names, name=names, postcodes_within_3km=7
    )
    return prepare(
        SCHOOLS, gpd.GeoDataFrame(filled, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))
    )


def indexed(connection):
    """Return how many rows the spatial index of the embedded register knows."""
    return connection.scalar(sa.text("SELECT count(*) FROM rtree_schools_geom"))


def test_inserted_rows_are_those_that_were_given(engine):
    rows = schools(shapely.Point(0.1, 0.2), None, shapely.Point())
    with writing(engine) as connection:
        bulk.insert(connection, SCHOOLS, rows)
    with reading(engine) as connection:
        back = read_table(connection, School)

    expected = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    assert_geodataframe_equal(back, expected)


def test_dates_are_stored_as_sqlalchemy_stores_them(engine):
    days = [date(2026, 1, 2), None]
    blank = to_frame(columns_of(PROVIDERS), []).reindex(range(2))
    rows = prepare(PROVIDERS, blank.assign(ukprn=["1", "2"], name=["a", "b"], as_at=days))
    with writing(engine) as connection:
        bulk.insert(connection, PROVIDERS, rows)
        stored = connection.scalars(sa.select(PROVIDERS.c.as_at).order_by(PROVIDERS.c.ukprn))
        assert list(stored) == days


def test_no_rows_are_no_work(engine):
    with writing(engine) as connection:
        bulk.insert(connection, SCHOOLS, schools())
        bulk.update(connection, SCHOOLS, schools(), fids=[])
        assert read_table(connection, School).empty


def test_rows_are_numbered_on(engine):
    with writing(engine) as connection:
        bulk.insert(connection, SCHOOLS, schools(None, None))
        more = schools(None).assign(school_id="t")
        bulk.insert(connection, SCHOOLS, more)
        numbers = connection.scalars(sa.select(SCHOOLS.c.fid).order_by(SCHOOLS.c.school_id))
        assert list(numbers) == [1, 2, 3]


def test_an_update_reaches_its_row_alone(engine):
    with writing(engine) as connection:
        bulk.insert(connection, SCHOOLS, schools(None, shapely.Point(1, 2)))
        changed = schools(None, shapely.Point(5, 6)).iloc[[1]].assign(stage="sixth form")
        bulk.update(connection, SCHOOLS, changed, fids=[2])
        back = read_table(connection, School)

    assert back["stage"].fillna("").tolist() == ["", "sixth form"]
    assert back.geometry.iloc[0] is None
    assert back.geometry.iloc[1].equals_exact(shapely.Point(5, 6), 0)


def test_the_spatial_index_of_a_file_follows(embedded_url):
    engine = make_engine(embedded_url)
    with writing(engine) as connection:
        bulk.insert(connection, SCHOOLS, schools(shapely.Point(1, 2), None))
        assert indexed(connection) == 1
        bulk.update(connection, SCHOOLS, schools(None, shapely.Point(3, 4)), fids=[1, 2])
        assert indexed(connection) == 1
        assert geopackage.unindexed_rows(connection, SCHOOLS) == 0
        extent = sa.text("SELECT min_x, max_y FROM gpkg_contents WHERE table_name = 'schools'")
        assert tuple(connection.execute(extent).one()) == (3, 4)
    engine.dispose()


def test_a_refused_row_raises_what_sqlalchemy_raises(engine):
    rows = schools(None, None).assign(leavers_per_year=[1.0, -1.0])
    with writing(engine) as connection, pytest.raises(sa.exc.IntegrityError, match="leavers"):
        bulk.insert(connection, SCHOOLS, rows)

"""Rows in a box, by the spatial index of either database."""

from __future__ import annotations

import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.engine import make_engine, reading, writing
from app.db.models import School
from app.db.spatial import within_box

SCHOOLS = School.metadata.tables["schools"]
GRID = [(x, y) for x in range(-4, 5) for y in range(-4, 5)]
edges = st.integers(-5, 5)


def fill(engine):
    rows = [{"school_id": f"{x},{y}", "name": "S", "geom": shapely.Point(x, y)} for x, y in GRID]
    with writing(engine) as connection:
        connection.execute(sa.insert(School), [*rows, {**rows[0], "school_id": "?", "geom": None}])


def found(engine, *box):
    with reading(engine) as connection:
        query = sa.select(School.school_id).where(within_box(School.geom, *box))
        return set(connection.scalars(query))


@pytest.mark.parametrize(
    "url", ["embedded_url", pytest.param("postgis_database_url", marks=pytest.mark.db)]
)
def test_it_finds_exactly_the_points_of_the_box(request, url):
    engine = make_engine(request.getfixturevalue(url))
    fill(engine)

    # Whole numbers are the same with 32 bits, so nothing outside may be found here.
    @settings(max_examples=40, deadline=None)
    @given(x=st.tuples(edges, edges).map(sorted), y=st.tuples(edges, edges).map(sorted))
    def agrees(x, y):
        expected = {f"{a},{b}" for a, b in GRID if x[0] <= a <= x[1] and y[0] <= b <= y[1]}
        assert found(engine, x[0], y[0], x[1], y[1]) == expected

    agrees()
    engine.dispose()


def test_it_joins_with_other_conditions(engine):
    fill(engine)
    box = within_box(SCHOOLS.c.geom, 0, 0, 1, 1)
    with reading(engine) as connection:
        both = sa.select(School.school_id).where(box, School.school_id != "0,0")
        either = sa.select(School.school_id).where(sa.or_(box, School.school_id == "?"))
        assert set(connection.scalars(both)) == {"0,1", "1,0", "1,1"}
        assert set(connection.scalars(either)) == {"0,0", "0,1", "1,0", "1,1", "?"}


def test_it_uses_the_index_of_the_embedded_register(embedded_url):
    engine = make_engine(embedded_url)
    query = sa.select(School.school_id).where(within_box(School.geom, 0, 0, 1, 1))
    with reading(engine) as connection:
        text = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    engine.dispose()

    assert any("VIRTUAL TABLE INDEX" in step for step in plan)
    assert not any(step.startswith("SCAN schools") for step in plan)


def test_a_box_is_bound_and_never_pasted():
    text = str(
        sa.select(School.school_id)
        .where(within_box(School.geom, 1.5, 2.5, 3.5, 4.5))
        .compile(dialect=sa.create_engine("sqlite://").dialect)
    )

    assert "1.5" not in text

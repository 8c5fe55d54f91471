"""Tables of the register: written, compared and read alike on both databases."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, to_wkb

from app.db.engine import make_engine, reading, writing
from app.db.errors import BadCursorError, RowsRefusedError
from app.db.models import REGISTER_MODELS, Offer, Programme, Provider, Site, Venue
from app.db.register import (
    Changes,
    count_rows,
    known_keys,
    next_cursor,
    read_page,
    read_table,
    write_rows,
)
from app.db.schema import upgrade


def rows_of(connection, model, *rows):
    """Return rows with every column of the model; what is not named is missing."""
    blank = read_table(connection, model).iloc[:0]
    filled = pd.DataFrame([dict.fromkeys(blank.columns) | row for row in rows])
    typed = filled.astype({n: d for n, d in blank.dtypes.items() if n != "geometry"})
    if "geometry" in blank:
        return gpd.GeoDataFrame(typed, geometry="geometry", crs=blank.crs)
    return typed


def providers(connection, *ukprns):
    return rows_of(connection, Provider, *({"ukprn": u, "name": f"Example {u}"} for u in ukprns))


def venue(venue_id, **values):
    point = Point(-0.123456789012345, 51.98765432109876)
    return {"venue_id": venue_id, "ukprn": "10000001", "name": "v", "geometry": point} | values


@pytest.mark.parametrize("model", REGISTER_MODELS)
def test_an_empty_table_has_all_columns_and_no_row_number(engine, model):
    with reading(engine) as connection:
        empty = read_table(connection, model)

    assert len(empty) == 0
    assert "fid" not in empty
    assert set(model.KEY) <= set(empty.columns)


def test_the_same_rows_twice_change_nothing(engine):
    with writing(engine) as connection:
        rows = providers(connection, "10000002", "10000001")
        assert write_rows(connection, Provider, rows) == Changes(2, 0, 0)
        assert write_rows(connection, Provider, rows.iloc[::-1]) == Changes(0, 0, 2)
        changed = rows.assign(employer_stars=[3.5, np.nan])
        assert write_rows(connection, Provider, changed) == Changes(0, 1, 1)
        assert write_rows(connection, Provider, changed) == Changes(0, 0, 2)


def test_rows_come_back_as_they_were_and_sorted(engine):
    with writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001"))
        write_rows(
            connection, Venue, rows_of(connection, Venue, venue("b"), venue("B", geometry=None))
        )

    with reading(engine) as connection:
        found = read_table(connection, Venue)

    assert found["venue_id"].tolist() == ["B", "b"]
    assert found.geometry.iloc[0] is None
    assert found.geometry.iloc[1].coords[0] == (-0.123456789012345, 51.98765432109876)
    assert found.crs == "EPSG:4326"


@pytest.mark.db
def test_both_databases_give_the_same_frame(embedded_url, postgis_database_url):
    found = []
    for url in (embedded_url, postgis_database_url):
        engine = make_engine(url)
        upgrade(engine)
        with writing(engine) as connection:
            write_rows(connection, Provider, providers(connection, "10000001", "10000003"))
            write_rows(
                connection, Venue, rows_of(connection, Venue, venue("é"), venue("Z"), venue("a"))
            )
            found.append((read_table(connection, Provider), read_table(connection, Venue)))
        engine.dispose()

    for here, there in zip(*found, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(here), pd.DataFrame(there))


def test_a_point_that_moves_is_a_change(engine):
    with writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001"))
        write_rows(connection, Venue, rows_of(connection, Venue, venue("a")))
        moved = rows_of(connection, Venue, venue("a", geometry=Point(0, 52)))

        assert write_rows(connection, Venue, moved) == Changes(0, 1, 0)
        assert read_table(connection, Venue).geometry.iloc[0] == Point(0, 52)


@pytest.mark.parametrize("values", [{"ukprn": "99999999"}, {"latitude": 91.0}])
def test_a_row_that_the_database_refuses_leaves_nothing(engine, values):
    with writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001"))
    with (
        pytest.raises(RowsRefusedError, match="Nothing was written to 'venues'"),
        writing(engine) as c,
    ):
        write_rows(c, Venue, rows_of(c, Venue, venue("a"), venue("b", **values)))

    with reading(engine) as connection:
        assert len(read_table(connection, Venue)) == 0


def test_a_key_that_stands_twice_is_refused(engine):
    with pytest.raises(RowsRefusedError, match="stands in it twice"), writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001", "10000001"))


def test_pages_join_to_the_whole(engine):
    with writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001"))
        names = ["a", "B", "é", "_", "b"]
        write_rows(connection, Venue, rows_of(connection, Venue, *(venue(n) for n in names)))
        programme = {"programme_code": "p", "title": "P"}
        write_rows(connection, Programme, rows_of(connection, Programme, programme))
        offer = {"programme_code": "p", "mode": "evening", "status": "delivered"}
        offers = [offer | {"venue_id": n, "mode": m} for n in names for m in ("evening", "blended")]
        write_rows(connection, Offer, rows_of(connection, Offer, *offers))

    for model in (Venue, Offer):
        pages, cursor = [], None
        with reading(engine) as connection:
            whole = read_table(connection, model)
            while True:
                page = read_page(connection, model, after=cursor, limit=3)
                pages.append(pd.DataFrame(page))
                cursor = next_cursor(model, page, 3)
                if cursor is None:
                    break
        joined = pd.concat(pages, ignore_index=True)
        assert joined[list(model.KEY)].equals(pd.DataFrame(whole)[list(model.KEY)])


def test_a_wrong_cursor_is_refused(engine):
    with reading(engine) as connection, pytest.raises(BadCursorError):
        read_page(connection, Venue, after="nonsense", limit=1)


def test_keys_and_counts(engine):
    with writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001", "10000002"))

        assert known_keys(connection, "providers.ukprn") == {"10000001", "10000002"}
        assert count_rows(connection)["providers"] == 2
        assert count_rows(connection)["sites"] == 0


def test_a_refusal_that_is_caught_leaves_nothing_either(engine):
    with writing(engine) as connection:
        write_rows(connection, Provider, providers(connection, "10000001"))
        rows = rows_of(connection, Venue, venue("a"), venue("b", latitude=91.0))
        with pytest.raises(RowsRefusedError, match="breaks the rule latitude <= 90"):
            write_rows(connection, Venue, rows)
        write_rows(connection, Venue, rows_of(connection, Venue, venue("c")))

    with reading(engine) as connection:
        assert read_table(connection, Venue)["venue_id"].tolist() == ["c"]


def test_an_unknown_reference_is_named(engine):
    with writing(engine) as connection:
        with pytest.raises(
            RowsRefusedError, match="'ukprn' is '10000001', which 'providers' does not hold"
        ):
            write_rows(connection, Venue, rows_of(connection, Venue, venue("a")))
        assert read_table(connection, Venue).empty


def test_writing_changes_no_input(engine):
    with writing(engine) as connection:
        rows = providers(connection, "10000002", "10000001")
        before = rows.copy(deep=True)
        write_rows(connection, Provider, rows)

    pd.testing.assert_frame_equal(rows, before)


def test_no_rows_are_no_change(engine):
    with writing(engine) as connection:
        empty = read_table(connection, Venue)
        assert write_rows(connection, Venue, empty) == Changes(0, 0, 0)


numbers = st.none() | st.floats(0, allow_infinity=False)
keys = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=3)


@pytest.mark.db
def test_any_rows_are_the_same_on_both_databases(embedded_url, postgis_database_url):
    engines = [make_engine(url) for url in (embedded_url, postgis_database_url)]

    @settings(max_examples=25, deadline=None)
    @given(rows=st.dictionaries(keys, st.tuples(numbers, st.booleans() | st.none()), max_size=6))
    def agree(rows):
        records = [
            {"site_id": key, "employer": "E", "employees": number, "sensitive": flag}
            | {"geometry": None if number is None else Point(number, -number)}
            for key, (number, flag) in rows.items()
        ]
        found = []
        for engine in engines:
            with writing(engine) as connection:
                connection.execute(sa.delete(Site))
                if records:
                    given_rows = rows_of(connection, Site, *records)
                    assert write_rows(connection, Site, given_rows) == Changes(len(rows), 0, 0)
                    assert write_rows(connection, Site, given_rows) == Changes(0, 0, len(rows))
                found.append(read_table(connection, Site))
        embedded, postgis = found
        pd.testing.assert_frame_equal(
            pd.DataFrame(embedded.drop(columns="geometry")),
            pd.DataFrame(postgis.drop(columns="geometry")),
            check_exact=True,
        )
        assert [to_wkb(shape) for shape in embedded.geometry] == [
            to_wkb(shape) for shape in postgis.geometry
        ]
        assert embedded["site_id"].tolist() == sorted(rows)

    agree()
    for engine in engines:
        engine.dispose()

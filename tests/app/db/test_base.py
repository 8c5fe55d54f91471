"""What every model gets without asking: checks, the key, the spatial index."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from app.db.base import GEOCODED_COLUMNS, Base, Located, key_terms
from app.db.engine import reading, writing
from app.db.geometry import geometry_column
from app.db.models import REGISTER_MODELS, Achievement, Programme, TravelTime

TABLES = {model: Base.metadata.tables[model.__tablename__] for model in REGISTER_MODELS}


@pytest.mark.parametrize("model", REGISTER_MODELS, ids=lambda model: model.__tablename__)
def test_every_register_table_has_one_key_and_a_row_number(model):
    table = TABLES[model]
    unique = [index for index in table.indexes if index.unique]

    assert [index.name for index in unique] == [f"uq_{table.name}_key"]
    assert len(unique[0].expressions) == len(model.KEY)
    assert [column.name for column in table.primary_key] == ["fid"]
    assert next(iter(table.columns)).name == "fid"


@pytest.mark.parametrize("model", REGISTER_MODELS, ids=lambda model: model.__tablename__)
def test_a_geometry_has_a_spatial_index_on_postgis_only(model):
    column = geometry_column(TABLES[model])
    spatial = [
        index
        for index in TABLES[model].indexes
        if "USING gist" in str(CreateIndex(index).compile(dialect=postgresql.dialect()))
    ]

    assert [list(index.columns) for index in spatial] == ([[column]] if column is not None else [])


def test_located_tables_have_what_geocoding_makes():
    for model in REGISTER_MODELS:
        if issubclass(model, Located):
            assert set(GEOCODED_COLUMNS) <= set(TABLES[model].columns.keys())


def test_blank_parts_of_a_key_are_one_value(engine):
    row = {"ukprn": None, "programme_code": "P", "year": "2024/25", "rate": 0.5}
    with writing(engine) as connection:
        connection.execute(sa.insert(Programme), {"programme_code": "P", "title": "T"})
        connection.execute(sa.insert(Achievement), row)
    with writing(engine) as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(Achievement), row)


def test_a_blank_part_of_a_key_sorts_first(engine):
    table = TABLES[Achievement]
    rows = [
        {"ukprn": ukprn, "programme_code": "P", "year": "2024/25"} for ukprn in ("10000001", None)
    ]
    with writing(engine) as connection:
        connection.execute(sa.insert(Programme), {"programme_code": "P", "title": "T"})
        connection.execute(
            sa.text("INSERT INTO providers (ukprn, name) VALUES ('10000001', 'Provider')")
        )
        connection.execute(sa.insert(Achievement), rows)
    with reading(engine) as connection:
        order = sa.select(Achievement.ukprn).order_by(*key_terms(table, Achievement.KEY))
        assert list(connection.scalars(order)) == [None, "10000001"]


def test_only_what_may_be_blank_is_filled_in():
    terms = [
        str(term.compile(dialect=sqlite.dialect()))
        for term in key_terms(TABLES[TravelTime], TravelTime.KEY)
    ]

    assert terms == [
        "travel_times.from_id",
        "travel_times.to_id",
        "coalesce(travel_times.transport, '')",
    ]

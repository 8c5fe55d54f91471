"""Fields: what they say is what the database holds to."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.db.base import Base
from app.db.engine import writing
from app.db.fields import (
    FIELD,
    LARGEST_WHOLE,
    Field,
    Kind,
    checks,
    choice,
    day,
    fields_of,
    flag,
    items,
    number,
    text,
    whole,
)
from app.db.models import REGISTER_MODELS


def column(made, name="x"):
    made.column.name = name
    return made.column


@pytest.mark.parametrize(
    ("made", "kind", "type_"),
    [
        (text("A text"), Kind.TEXT, sa.Text),
        (items("A list"), Kind.LIST, sa.Text),
        (choice("A choice", ("a", "b")), Kind.CHOICE, sa.Text),
        (whole("A count"), Kind.WHOLE, sa.Integer),
        (number("A number"), Kind.NUMBER, sa.Double),
        (flag("A flag"), Kind.FLAG, sa.Boolean),
        (day("A day"), Kind.DATE, sa.Date),
    ],
)
def test_a_field_has_its_type(made, kind, type_):
    assert made.column.info[FIELD].kind is kind
    assert isinstance(made.column.type, type_)
    assert made.column.nullable


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (text("A text", pattern="[0-9]"), []),
        (flag("A flag"), []),
        (number("A number"), ["x >= 0"]),
        (number("Free", low=None), []),
        (number("A share", high=1), ["x >= 0", "x <= 1"]),
        (number("Bounds", low=-0.1, high=366), ["x >= -0.10000000000000001", "x <= 366"]),
        (whole("A count", low=1), ["x >= 1", f"x <= {LARGEST_WHOLE}"]),
        (choice("A choice", ("a", "b")), ["x IN ('a', 'b')"]),
    ],
)
def test_bounds_and_choices_are_checked(made, expected):
    assert [str(check.sqltext) for check in checks([column(made)])] == expected


def test_a_required_field_may_not_be_missing():
    assert not text("A text", required=True).column.nullable


def test_a_reference_is_a_foreign_key():
    [key] = text("Site", refers_to="sites.site_id").column.foreign_keys

    assert key.target_fullname == "sites.site_id"


def test_the_fields_of_a_table_are_its_columns_in_order():
    fields = fields_of(Base.metadata.tables["units"])

    assert list(fields) == ["programme_code", "unit_code", "title", "kind", "place", "facilities"]
    assert all(isinstance(field, Field) for field in fields.values())
    assert fields["kind"].choices == ("knowledge", "practical")


@pytest.mark.parametrize("model", REGISTER_MODELS, ids=lambda model: model.__tablename__)
def test_every_field_is_explained_in_one_line(model):
    for name, field in fields_of(Base.metadata.tables[model.__tablename__]).items():
        assert field.meaning.strip(), name
        assert "\n" not in field.meaning


@pytest.mark.parametrize(
    "values",
    [
        {"level_rqf": 9},
        {"level_rqf": -1},
        {"demand_share": 1.5},
        {"min_cohort": 0},
        {"nation": "Atlantis"},
        {"title": None},
    ],
)
def test_both_databases_hold_to_them(engine, values):
    row = {"programme_code": "P", "title": "T", **values}
    with writing(engine) as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(Base.metadata.tables["programmes"]), row)


def test_bounds_are_inclusive(engine):
    row = {
        "programme_code": "P",
        "title": "T",
        "level_rqf": 8,
        "demand_share": 1.0,
        "min_cohort": 1,
    }
    with writing(engine) as connection:
        connection.execute(sa.insert(Base.metadata.tables["programmes"]), row)
        assert connection.scalar(sa.text("SELECT count(*) FROM programmes")) == 1

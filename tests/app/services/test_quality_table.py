"""The quality of the data as a table: the same numbers as the report, a line for each."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from app.db.engine import reading
from app.services.data_quality import data_quality
from app.services.quality_table import COLUMNS, quality_table

DAY = date(2026, 11, 11)


@pytest.fixture(scope="module")
def quality(loaded):
    with reading(loaded.engine) as connection:
        return data_quality(connection, day=DAY)


@pytest.fixture(scope="module")
def table(quality):
    return quality_table(quality)


def value(lines, measure, **of):
    for name, wanted in {"measure": measure, **of}.items():
        lines = lines[lines[name].isna() if wanted is None else lines[name] == wanted]
    [found] = lines["value"]
    return found


def test_each_number_is_on_one_line_that_says_of_what_it_is(table):
    assert list(table.columns) == [*COLUMNS, "as_of", "notice"]
    assert not table.duplicated(
        ["source", "other_source", "table", "measure", "name", "load_id"]
    ).any()
    assert set(table["as_of"]) == {"2026-11-11"}
    assert set(table["notice"]) == {""}


def test_the_numbers_are_those_of_the_report(table, quality, loaded):
    for one in quality.sources:
        of = {"source": one.source, "table": one.table, "other_source": None}
        assert value(table, "standing", **of) == one.standing
        assert value(table, "age_days", **of) == one.age_days
        for name, share in one.filled.items():
            assert value(table, "filled", name=name, **of) == round(share, 4)
    apar = {"source": "apar", "load_id": loaded.loads["apar"]}
    assert value(table, "file_rejected", **apar) == 2
    assert value(table, "file_rejected_by_rule", name="personal data", **apar) == 1
    assert value(table, "precision", source=None, table="venues", name="postcode_unit") == 1
    pair = {"source": "apar", "other_source": "own", "table": "providers", "name": "name"}
    assert [value(table, n, **pair) for n in ("compared", "differ", "written_alike")] == [2, 2, 1]


def test_days_are_texts_and_blank_is_unknown(table):
    own = {"source": "own", "table": "providers"}
    assert value(table, "as_at", **own) == "2026-09-01"
    assert pd.isna(value(table, "licence", **own))


def test_invented_data_says_so_and_an_empty_report_is_an_empty_table(demo, engine):
    with reading(demo.engine) as connection:
        table = quality_table(data_quality(connection, day=None))
    assert set(table["notice"]) == {"Illustrative data"}
    assert set(table["as_of"]) == {""}
    with reading(engine) as connection:
        assert quality_table(data_quality(connection, day=None)).empty

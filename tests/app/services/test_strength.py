"""The strength of clusters: labels, and growth since an earlier run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
import pandas as pd
import pytest

from app.db.engine import reading, writing
from app.db.errors import NotFoundError
from app.db.runs import read_cluster_sites, read_layer, store_run
from app.services.layers import JSON, pack, unpack
from app.services.strength import EMPLOYEES, employees_layer, strength_answer
from geo.errors import InputError


@pytest.fixture
def grown(demo_copy, small_run_parts):
    """Give the demo an earlier run in which half as many worked at every site."""
    record, tables, layers = small_run_parts
    with writing(demo_copy.engine) as connection:
        now = orjson.loads(unpack(read_layer(connection, demo_copy.run.run_id, EMPLOYEES)))
        before = {site: number / 2 for site, number in now.items()}
        earlier = replace(record, run_id="earlier", as_of=date(2025, 11, 1), snapshot="other")
        layers = layers | {EMPLOYEES: pack(orjson.dumps(before), JSON)}
        store_run(connection, earlier, tables, layers)
    return demo_copy


def test_growth_since_the_earlier_run(grown):
    with reading(grown.engine) as connection:
        found = strength_answer(connection, grown.run)
        named = strength_answer(connection, grown.run, since="earlier")
        members = read_cluster_sites(connection, grown.run.run_id)

    assert (found["since_run_id"], found["since"]) == ("earlier", "2025-11-01")
    assert found == named
    compared = [one["growth"] for one in found["items"] if one["growth"]["sites_compared"] >= 3]
    assert len(compared) > 5
    assert {one["growth_share"] for one in compared} == {1.0}
    assert sum(one["growth"]["sites"] for one in found["items"]) == len(members)


def test_without_an_earlier_run_growth_is_not_known(demo):
    with reading(demo.engine) as connection:
        found = strength_answer(connection, demo.run)

    assert found["since"] is None
    assert {one["growth"] for one in found["items"]} == {None}
    assert sum(bool(one["large"]) for one in found["items"]) == 4
    assert {one["specialisation"] for one in found["items"]} == {None}


def test_only_an_earlier_day_can_be_compared(grown):
    with reading(grown.engine) as connection:
        with pytest.raises(InputError, match="name an earlier one"):
            strength_answer(connection, grown.run, since=grown.run.run_id)
        with pytest.raises(NotFoundError, match="never"):
            strength_answer(connection, grown.run, since="never")


def test_who_is_unknown_is_not_kept():
    sites = pd.DataFrame(
        {"employees": [5.0, None, None], "employees_low": [None, 1.0, None]}, index=["b", "a", "c"]
    ).assign(employees_high=[None, 9.0, None])

    assert orjson.loads(unpack(employees_layer(sites))) == {"a": 5.0, "b": 5.0}

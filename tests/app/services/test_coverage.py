"""Totals of a stored run."""

from __future__ import annotations

import itertools

import pytest

from app.db.engine import reading
from app.db.errors import NotFoundError
from app.services.coverage import coverage_totals
from geo.coverage import GROUPINGS
from geo.errors import InputError


@pytest.mark.parametrize(
    "by", [*([name] for name in GROUPINGS), *map(list, itertools.combinations(GROUPINGS, 2))]
)
def test_totals_agree_across_every_grouping(demo, by):
    with reading(demo.engine) as connection:
        [whole] = coverage_totals(connection, demo.run).to_dict("records")
        parts = coverage_totals(connection, demo.run, by=by)

    for column in ("demand", "served", "unmet"):
        assert parts[column].sum() == pytest.approx(whole[column], abs=1e-9)
    assert parts["sites"].sum() == whole["sites"]


def test_served_and_unmet_are_the_demand(demo):
    with reading(demo.engine) as connection:
        rows = coverage_totals(connection, demo.run, by=["region"])

    assert (rows["served"] + rows["unmet"]).tolist() == pytest.approx(rows["demand"].tolist())
    assert (rows["served"] >= 0).all()
    assert (rows["unmet"] >= -1e-9).all()


def test_an_unknown_programme_is_named(demo):
    with (
        reading(demo.engine) as connection,
        pytest.raises(NotFoundError, match="No programme has the id 'nowhere'"),
    ):
        coverage_totals(connection, demo.run, programme="nowhere")


def test_an_unknown_grouping_is_named(demo):
    with (
        reading(demo.engine) as connection,
        pytest.raises(InputError, match="cannot be grouped by 'mode'"),
    ):
        coverage_totals(connection, demo.run, by=["mode"])

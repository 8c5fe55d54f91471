"""Query parameters: bounds, and names that are refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.queries import (
    ClaimsQuery,
    CoverageQuery,
    DiffQuery,
    Dimension,
    NoQuery,
    PageQuery,
    RankingQuery,
)
from geo.coverage import GROUPINGS


def test_what_may_be_grouped_by_is_what_can_be():
    assert tuple(Dimension) == GROUPINGS


def test_dimensions_keep_their_order():
    assert CoverageQuery(by="size,nation").dimensions == ["size", "nation"]
    assert CoverageQuery().dimensions == []


@pytest.mark.parametrize("by", ["size,size", "size,", "Size", " size", "{x}"])
def test_other_dimensions_are_refused(by):
    with pytest.raises(ValidationError, match="nothing to group by"):
        CoverageQuery(by=by)


@pytest.mark.parametrize("query", [NoQuery, PageQuery, RankingQuery])
def test_an_unknown_name_is_refused_and_the_known_are_told(query):
    with pytest.raises(ValidationError, match="there are: ") as caught:
        query.model_validate({"colour": "red"})
    assert caught.value.errors()[0]["ctx"]["parameter"] == "colour"
    for name in query.model_fields:
        assert name in str(caught.value)


@pytest.mark.parametrize("limit", [1, 1000, "7"])
def test_bounds_are_inclusive(limit):
    assert PageQuery(limit=limit).limit == int(limit)


@pytest.mark.parametrize("limit", [0, 1001, 1.5, "x"])
def test_beyond_the_bounds_is_refused(limit):
    with pytest.raises(ValidationError, match="limit"):
        PageQuery(limit=limit)


def test_a_table_of_the_register_is_taken_and_any_other_refused():
    assert ClaimsQuery(table="offers", id="V|P|block").table == "offers"
    assert DiffQuery(before="1", after="2").table is None
    for query in (ClaimsQuery, DiffQuery):
        given = {"table": "offer", "id": "1", "before": "1", "after": "2"}
        with pytest.raises(ValidationError, match="no table 'offer'; there are: providers"):
            query(**{n: v for n, v in given.items() if n in query.model_fields})

"""The schemas of the evidence: what is described is what is stored, and nothing else."""

from __future__ import annotations

from dataclasses import fields

import pytest
from pydantic import ValidationError

from app.schemas.evidence import (
    ChangedField,
    ClaimItem,
    SourceQualityItem,
    TableCountsItem,
    TableQualityItem,
)
from app.services.claims import ShownClaim
from app.services.data_quality import SourceQuality, TableQuality
from app.services.loads import TableCounts


@pytest.mark.parametrize(
    ("schema", "stored", "beside"),
    [
        (ClaimItem, ShownClaim, {"field"}),
        (SourceQualityItem, SourceQuality, set()),
        (TableQualityItem, TableQuality, set()),
        (TableCountsItem, TableCounts, set()),
    ],
)
def test_a_schema_has_the_fields_that_are_told(schema, stored, beside):
    assert set(schema.model_fields) == {one.name for one in fields(stored)} - beside


def test_a_row_came_went_or_changed():
    row = {"table": "offers", "id": "1", "field": "status", "old": None, "new": "x", "source": None}

    assert ChangedField(**row, change="added").new == "x"
    with pytest.raises(ValidationError, match="change"):
        ChangedField(**row, change="moved")

"""The schemas of results: what is absent stays absent, and what is unknown is null."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.db.models import RunCluster
from app.schemas.results import ClusterDetailProperties, CoverageRow, CoverageSite
from app.services.layers import COVERAGE_PROPERTIES

ROW = {
    "sites": 1,
    "demand": 1.0,
    "demand_unknown_sites": 0,
    "served": None,
    "unmet": None,
    "served_low": None,
    "served_high": None,
    "unknown_share": None,
    "evidence": "insufficient",
    "fgt0": None,
    "fgt1": None,
    "fgt2": None,
    "gap_classes": {},
    "gap_class_sites": {},
}


def test_places_may_be_unknown_and_sites_may_not():
    assert CoverageRow.model_validate(ROW).served is None
    with pytest.raises(ValidationError, match="sites"):
        CoverageRow.model_validate(ROW | {"sites": None})


@pytest.mark.parametrize("wrong", [{"colour": 0.0}, {"evidence": "some"}, {"unmet_certain": -1}])
def test_what_is_not_described_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        CoverageRow.model_validate(ROW | wrong)


def test_the_layer_of_sites_has_the_fields_that_are_described():
    assert tuple(CoverageSite.model_fields) == COVERAGE_PROPERTIES


def test_a_cluster_has_the_columns_of_its_table():
    columns = {c.name for c in RunCluster.__table__.columns} - {"fid", "run_id", "footprint"}
    assert columns <= set(ClusterDetailProperties.model_fields)

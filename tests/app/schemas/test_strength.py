"""The strength of clusters as it is described."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.strength import ClusterGrowth


def test_unknown_growth_is_null_and_never_left_out():
    given = {"sites": 2, "sites_compared": 1, "employment_now": None, "employment_before": None}

    assert ClusterGrowth.model_validate(given | {"growth_share": None}).growth_share is None
    with pytest.raises(ValidationError, match="growth_share"):
        ClusterGrowth.model_validate(given)

"""The growth after a pilot as it is described."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.growth import GrowthStep


def test_a_step_never_adds_less_than_nothing():
    step = {"cluster_id": "a", "name": "A", "unstated_pools": 0, "served": 4.0, "added": 1.0}

    assert GrowthStep.model_validate(step).added == 1
    with pytest.raises(ValidationError, match="added"):
        GrowthStep.model_validate(step | {"added": -1.0})

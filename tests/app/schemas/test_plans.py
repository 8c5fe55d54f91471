"""Plans as they are described."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.plans import Milestone


def test_a_milestone_has_a_day_and_nothing_else():
    given = {"name": "x", "due": "2027-01-01", "done_on": None, "standing": "late"}

    assert Milestone.model_validate(given).due.year == 2027
    with pytest.raises(ValidationError, match="owner"):
        Milestone.model_validate(given | {"owner": "Jane"})

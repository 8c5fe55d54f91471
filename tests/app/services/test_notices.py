"""The notices name everyone whose data is shown."""

from __future__ import annotations

import pytest

from app.services.notices import ATTRIBUTION, chief_assumptions


@pytest.mark.parametrize(
    "owner", ["OS data", "Royal Mail data", "National Statistics data", "Natural Earth"]
)
def test_every_owner_is_named(owner):
    assert owner in ATTRIBUTION


def test_the_chief_assumptions_say_the_scenarios_values(scenario):
    said = " ".join(chief_assumptions(scenario))
    for value in ("30 to 60 km/h", "1.3 times", "60 hours", "25%", "4.7%", "1.0%", "80%", "50%"):
        assert value in said

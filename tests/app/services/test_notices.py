"""The notices name everyone whose data is shown."""

from __future__ import annotations

import pytest

from app.services.notices import ATTRIBUTION


@pytest.mark.parametrize(
    "owner", ["OS data", "Royal Mail data", "National Statistics data", "Natural Earth"]
)
def test_every_owner_is_named(owner):
    assert owner in ATTRIBUTION

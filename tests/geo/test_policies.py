"""Policies that check their own values against one another."""

from __future__ import annotations

import pytest

from geo.errors import ScenarioError
from geo.policies import SupplyPolicy


def test_quantiles_may_coincide():
    assert SupplyPolicy(0.5, 0.5).imputed_low_quantile == 0.5


def test_quantiles_the_wrong_way_round_are_refused():
    with pytest.raises(ScenarioError, match="imputed_low_quantile"):
        SupplyPolicy(imputed_low_quantile=0.9, imputed_high_quantile=0.1)

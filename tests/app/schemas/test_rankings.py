"""Shapes of rankings."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.rankings import Flip, RankingRequest


def test_weights_are_named_and_none_is_too_few():
    assert RankingRequest(weights={"employment": 2}).programme is None
    with pytest.raises(ValidationError, match="at least 1"):
        RankingRequest(weights={})
    with pytest.raises(ValidationError, match="colour"):
        RankingRequest(weights={"employment": 1}, colour="red")


def test_no_weights_may_do_it():
    assert Flip(rival="x", weight_change=None).weight_change is None

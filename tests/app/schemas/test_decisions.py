"""Shapes of decisions."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.decisions import DecisionItem, Decisions

ITEM = {
    "decision_id": "d-1",
    "run_id": "r",
    "title": "t",
    "decided_on": "2026-11-24",
    "scope": "all",
    "cluster_id": "c",
    "cluster_name": "C",
    "agreed_by": ["chair"],
    "withdrawn": False,
    "withdrawn_reason": None,
}


def test_nothing_may_be_missing_or_more():
    assert Decisions(items=[DecisionItem(**ITEM)]).next is None
    with pytest.raises(ValidationError, match="recorded_by"):
        DecisionItem(**ITEM, recorded_by="A. Person")
    with pytest.raises(ValidationError, match="title"):
        DecisionItem(**{name: value for name, value in ITEM.items() if name != "title"})

"""The schemas of findings: what is stored is what is described."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.db.models import RunCoverage
from app.schemas.findings import Bottleneck, Call, Component, Loss, PairLoss, Provision, SiteNumbers
from app.services.calls import CALL_COLUMNS
from app.services.provision import (
    BOTTLENECK_COLUMNS,
    COMPONENT_COLUMNS,
    LOSS_COLUMNS,
    PAIR_COLUMNS,
    QUALITY_COLUMNS,
)


@pytest.mark.parametrize(
    ("schema", "columns", "beside"),
    [
        (Call, CALL_COLUMNS, set()),
        (Provision, QUALITY_COLUMNS, set()),
        (Loss, LOSS_COLUMNS, set()),
        (PairLoss, PAIR_COLUMNS, set()),
        (Component, COMPONENT_COLUMNS, {"bottlenecks"}),
        (Bottleneck, BOTTLENECK_COLUMNS[1:], set()),
    ],
)
def test_every_column_is_described(schema, columns, beside):
    assert set(schema.model_fields) == {*columns, *beside}


def test_a_sites_numbers_are_those_that_the_run_stores():
    stored = {column.name for column in RunCoverage.__table__.columns}
    told_elsewhere = {"run_id", "site_id", "programme_code", "gap_class", "reason", "fix"}
    assert set(SiteNumbers.model_fields) == stored - told_elsewhere | {"unmet"}


def test_an_unknown_label_is_refused():
    wrong = dict.fromkeys(Provision.model_fields) | {"label": "fine"}
    with pytest.raises(ValidationError, match="insufficient_evidence"):
        Provision.model_validate(wrong)

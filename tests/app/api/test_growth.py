"""The growth after a pilot over HTTP."""

from __future__ import annotations

import pytest

from app.schemas.growth import GrowthPath


def test_it_is_as_described(client):
    answer = client.get("/api/v1/growth")

    found = GrowthPath.model_validate_json(answer.content)
    assert found.pilot == "C1"
    assert [step.served for step in found.steps] == [10, 13]
    assert found.assumptions


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?pilot=C2", 404, "pilot-ready cluster"),
        ("?pilot=", 422, "pilot"),
        ("?k=3", 422, "k"),
    ],
)
def test_what_it_cannot_do_is_said(client, query, status, said):
    answer = client.get(f"/api/v1/growth{query}")

    assert answer.status_code == status
    assert said in answer.text

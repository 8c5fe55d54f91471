"""The shape of every error."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.schemas.problems import PROBLEM_TYPE, Problem, problems


def test_a_problem_leaves_out_what_it_does_not_know():
    problem = Problem(type="about:blank", title="Not Found", status=404, instance="/x")
    assert problem.model_dump(exclude_none=True) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "instance": "/x",
    }


@pytest.mark.parametrize("status", [200, 399, 600])
def test_only_errors_are_problems(status):
    with pytest.raises(ValidationError, match="status"):
        Problem(type="about:blank", title="x", status=status, instance="/x")


def test_each_status_is_described_as_a_problem_document():
    described = problems(404, 503)
    assert set(described) == {404, 503}
    assert all(PROBLEM_TYPE in one["content"] for one in described.values())

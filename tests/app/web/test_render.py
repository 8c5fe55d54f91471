"""Templates escape what they are given, and numbers never look surer than they are."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from jinja2 import UndefinedError

from app.schemas.problems import Problem
from app.web.render import day, make_environment, places, quantity, render_problem, score, share


def test_what_is_put_into_a_template_is_escaped():
    problem = Problem(
        type="about:blank",
        title="<b>title</b>",
        status=404,
        detail="\"'><script>alert(1)</script>",
        instance="/x",
    )
    page = render_problem(problem)
    assert "&lt;b&gt;title&lt;/b&gt;" in page
    assert "<script" not in page
    assert "National Statistics data" in page


def test_a_name_that_is_not_given_is_an_error_and_not_a_blank():
    with pytest.raises(UndefinedError):
        make_environment().from_string("{{ missing }}").render()


@pytest.mark.parametrize(
    ("shown_as", "number", "text"),
    [
        (places, 0.0, "0"),
        (places, 0.04, "0.0"),
        (places, 99.94, "99.9"),
        (places, 1234.5, "1,234"),
        (places, math.nan, "unknown"),
        (places, None, "unknown"),
        (share, 0.0, "0%"),
        (share, 0.001, "under 1%"),
        (share, 0.005, "0%"),
        (share, 0.426, "43%"),
        (share, 0.999, "over 99%"),
        (share, 1.0, "100%"),
        (share, math.nan, "unknown"),
        (share, None, "unknown"),
        (score, 0.61749, "0.617"),
        (score, math.nan, "unknown"),
        (quantity, 12345.6, "12,346"),
        (quantity, 0.33333, "0.3333"),
        (quantity, None, "unknown"),
        (day, dt.date(2026, 11, 1), "1 November 2026"),
    ],
)
def test_numbers_in_words(shown_as, number, text):
    assert shown_as(number) == text

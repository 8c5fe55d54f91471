"""Templates: everything that is put into one is escaped."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.schemas.problems import Problem
from app.services.notices import ATTRIBUTION, ILLUSTRATIVE

STATIC_DIR = Path(__file__).parent / "static"


def make_environment() -> Environment:
    """Return a new environment of the templates."""
    environment = Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("app.web"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    for shown_as in (places, share, score, quantity, minutes, day):
        environment.filters[shown_as.__name__] = shown_as
    environment.globals |= {"attribution": ATTRIBUTION, "illustrative_words": ILLUSTRATIVE}
    return environment


@cache
def _environment() -> Environment:
    return make_environment()


def render(template: str, **shown: object) -> str:
    """Return a page."""
    return _environment().get_template(template).render(**shown)


def render_problem(problem: Problem) -> str:
    """Return the page that tells a person of a problem."""
    return render("problem.html", problem=problem, run=None, here="")


def places(number: float | None) -> str:
    """Return places a year in words: one decimal below 100, none above and for 0."""
    if number is None or math.isnan(number):
        return "unknown"
    return f"{number:,.1f}" if 0 < abs(number) < 100 else f"{number:,.0f}"


def share(number: float | None) -> str:
    """Return a share (0 to 1) in percent; what is neither none nor all never looks so."""
    if number is None or math.isnan(number):
        return "unknown"
    if 0 < number < 0.005:
        return "under 1%"
    if 0.995 <= number < 1:
        return "over 99%"
    return f"{number:.0%}"


def score(number: float | None) -> str:
    """Return a score (0 to 1) with three decimals."""
    return "unknown" if number is None or math.isnan(number) else f"{number:.3f}"


def quantity(number: float | None) -> str:
    """Return a number of any unit: whole from 1,000, else with up to four digits."""
    if number is None or math.isnan(number):
        return "unknown"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def minutes(number: float | None) -> str:
    """Return minutes in words: whole ones, none where there is no journey to tell of."""
    return "unknown" if number is None or math.isnan(number) else f"{number:,.0f} min"


def day(date: dt.date) -> str:
    """Return a date in words."""
    return f"{date.day} {date:%B %Y}"

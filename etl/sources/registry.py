"""Every public format that is read, in the order in which ``skillshed formats`` lists them."""

from __future__ import annotations

from etl.sources import (
    achievement_rates,
    course_directory,
    find_apprenticeship,
    standards,
    unistats,
)
from etl.sources.formats import Format

FORMATS: tuple[Format, ...] = (
    standards.FORMAT,
    course_directory.FORMAT,
    find_apprenticeship.FORMAT,
    unistats.FORMAT,
    achievement_rates.FORMAT,
)

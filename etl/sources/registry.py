"""Every public format that is read, in the order in which ``skillshed formats`` lists them."""

from __future__ import annotations

from etl.sources import (
    achievement_rates,
    apar,
    code_point_open,
    companies_house,
    companies_house_search,
    course_directory,
    find_apprenticeship,
    gias,
    ofsted,
    ols_sites,
    onspd,
    standards,
    ukrlp,
    unistats,
)
from etl.sources.formats import Format
from etl.sources.postcode_formats import PostcodeFormat

FORMATS: tuple[Format, ...] = (
    apar.FORMAT,
    ukrlp.FORMAT,
    gias.FORMAT,
    ofsted.FORMAT,
    standards.FORMAT,
    course_directory.FORMAT,
    find_apprenticeship.FORMAT,
    unistats.FORMAT,
    achievement_rates.FORMAT,
    companies_house.FORMAT,
    companies_house_search.FORMAT,
    ols_sites.FORMAT,
)

POSTCODE_FORMATS: tuple[PostcodeFormat, ...] = (code_point_open.FORMAT, onspd.ONSPD, onspd.NSPL)
"""Postcode directories: they fill no table, and go to the gazetteer instead."""

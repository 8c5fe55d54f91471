"""Shared types: the words of the register, which files and the database hold too."""

from __future__ import annotations

import dataclasses

import pytest
from pyproj import CRS

from geo.types import (
    METRIC_CRS,
    Mode,
    OfferStatus,
    Register,
    Stream,
    Transport,
    UnitKind,
    UnitPlace,
)

MODES = """
day_release evening block_daily block_residential blended e_learning workplace mentoring
summer_school
"""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Mode, MODES),
        (OfferStatus, "delivered could_deliver planned lapsed unknown"),
        (Stream, "new_starters existing_workforce"),
        (UnitKind, "knowledge practical"),
        (Transport, "car public_transport walk cycle"),
        (UnitPlace, "provider workplace either"),
    ],
)
def test_the_words_are_those_of_the_files(kind, words):
    assert [str(member) for member in kind] == words.split()


def test_the_metric_crs_is_the_british_grid_in_metres():
    crs = CRS(METRIC_CRS)

    assert crs.name == "OSGB36 / British National Grid"
    assert {axis.unit_name for axis in crs.axis_info} == {"metre"}


def test_a_register_cannot_be_changed(register):
    with pytest.raises(dataclasses.FrozenInstanceError):
        register.offers = register.offers.iloc[:0]
    assert {field.name for field in dataclasses.fields(Register)} >= {"sites", "venues", "offers"}

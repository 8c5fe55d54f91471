"""Sub-regions of England are areas of today's authorities."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.reference import read_reference
from etl.sources.subregions import SUBREGIONS, delivery_areas

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def english():
    """Return the authorities of England that ship with the product, by code."""
    authorities = read_reference(DATA).authorities
    return authorities[authorities["nation"] == "England"].set_index("authority_code")


def test_the_subregions_are_england_each_part_of_it_once(english):
    listed = pd.Series(SUBREGIONS).drop(
        ["bristol, city of", "herefordshire, county of", "kingston upon hull, city of", "poole"]
    )
    codes = listed.str.split(";").explode()

    assert len(listed) == 151
    assert set(codes) == set(english.index)
    assert not codes.duplicated().any()


def test_what_has_the_name_of_an_authority_is_that_authority(english):
    by_name = dict(zip(english["authority"].str.casefold(), english.index, strict=True))
    shared = set(SUBREGIONS) & set(by_name)

    assert len(shared) > 110
    assert {name for name in shared if SUBREGIONS[name] != by_name[name]} == set()


@pytest.mark.parametrize(
    ("subregion", "authority"),
    [
        # Cambridge Biomedical Campus, Discovery Park Sandwich and Chelmsford, which the nearest
        # point of the reference system puts into Central Bedfordshire, Southend and Havering.
        ("Cambridgeshire", "Cambridge"),
        ("Kent", "Dover"),
        ("Essex", "Chelmsford"),
        ("Hertfordshire", "Stevenage"),
        ("Suffolk", "East Suffolk"),
        ("Poole", "Bournemouth, Christchurch and Poole"),
    ],
)
def test_a_place_is_in_its_county(subregion, authority, english):
    [codes] = delivery_areas(pd.Series([subregion]))

    assert authority in set(english.loc[codes.split(";"), "authority"])


def test_lists_brackets_regions_and_names_that_hold_a_comma():
    texts = pd.Series(
        [
            "Luton, Bedford",
            "Essex (East of England)",
            "Bristol, City of,Swindon",
            "Yorkshire and The Humber",
            "ENGLAND",
            "Atlantis",
            "",
        ]
    )

    assert delivery_areas(texts).tolist() == [
        "E06000032;E06000055",
        ";".join(f"E07{number:06}" for number in range(66, 78)),
        "E06000023;E06000030",
        "Yorkshire and The Humber",
        "ENGLAND",
        "Atlantis",
        "",
    ]

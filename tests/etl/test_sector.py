"""The sector file: what it has to hold, and that the one that ships does."""

from __future__ import annotations

import re

import pytest

from etl.errors import SourceError
from etl.sector import read_sector, shipped_sector

CODE = """
[[codes]]
code = "72110"
text = "Research"
short = "research"
segment = "biopharma"
weight = 0.9
reason = "It is."
"""
TOP = "in_from = 0.6\nstrengthened_by = 0.2\n"


@pytest.fixture
def read(tmp_path):
    def from_text(text):
        path = tmp_path / "sector.toml"
        path.write_text(text, encoding="utf-8")
        return read_sector(path)

    return from_text


def test_the_sector_that_ships_names_the_codes_of_the_sector_with_official_texts():
    sector = shipped_sector()

    # Of the condensed list of SIC codes of Companies House.
    assert sector.codes["72110"].text == "Research and experimental development on biotechnology"
    assert {"21100", "21200", "26600", "32500", "72110"} <= {
        code for code, known in sector.codes.items() if known.weight >= sector.in_from
    }
    assert all(sector.codes[code].weight < sector.in_from for code in ("72190", "46460", "71200"))
    assert all(known.reason for known in sector.codes.values())


def test_codes_without_weight_are_not_sought():
    sector = shipped_sector()

    assert sector.codes["74909"].weight == 0
    assert "74909" not in sector.sought
    assert "72190" in sector.sought


def test_words_are_whole_words_or_beginnings(read):
    sector = read(TOP + CODE + '[words]\nout = ["uav", "cat food"]\nstrengthen = ["gen*"]\n')

    assert re.search(sector.out, "ABLE UAV LTD").group(1) == "UAV"
    assert not re.search(sector.out, "UAVS LTD")
    assert re.search(sector.out, "the cat food shop")
    assert re.search(sector.strengthen, "A GENOME LAB").group(1) == "GENOME"
    assert not re.search(sector.strengthen, "OXYGEN LTD")


def test_without_words_nothing_is_found(read):
    sector = read(TOP + CODE)

    assert not re.search(sector.out, "anything")
    assert sector.segments == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "cannot be read as a sector file"),
        (TOP, "has no codes, or one of them twice"),
        (TOP + CODE + CODE, "has no codes, or one of them twice"),
        (TOP + CODE.replace("72110", "7211"), "the code '7211': write five digits"),
        (TOP + CODE.replace("0.9", "1.5"), "weight = 1.5: write a number from 0 to 1"),
        (TOP + CODE.replace("0.9", "true"), "weight = True: write a number"),
        (TOP + CODE.replace('reason = "It is."', ""), "a code without 'reason'"),
        (CODE, "in_from = None: write a number"),
        (TOP + CODE + '[words]\nout = ["*"]\n', "has an empty word"),
        (TOP + CODE + '[words.segments]\npubs = ["pub"]\n', "for the segment 'pubs', but no code"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_says_what_is_wrong(read, text, said):
    with pytest.raises(SourceError, match=re.escape(said)):
        read(text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.toml cannot be read"):
        read_sector(tmp_path / "nowhere.toml")

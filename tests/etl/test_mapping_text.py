"""Proposed mappings as text."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from etl.mapping_text import Absent, Match, Proposal, quoted, render
from etl.mapping_values import Dates

HOSTILE = 'a "b"\\ \n[id]\nx = 1 #\x7f\u2028'


def proposal(**changes):
    given_ = {
        "name": "example",
        "table": "sites",
        "file": "members.xlsx",
        "rows": 2,
        "matches": (Match("employer", "Company", "by its name", "sure"),),
        **changes,
    }
    return Proposal(**given_)


def test_every_line_has_its_reason_and_what_to_fill_in_stands_first():
    text = render(
        proposal(
            absent=(Absent("mode", "Delivery mode", ("evening", "blended")),),
            dates=Dates((), "ambiguous: '02/03/2025'", sound=False),
        )
    )

    lines = text.splitlines()
    assert lines[1].startswith("# FILL IN: mode (Delivery mode, one of evening, blended)")
    assert lines[2].startswith("# FILL IN: the format of days: ambiguous")
    assert 'employer = "Company"  # sure; by its name' in lines
    assert 'mode = ""  # FILL IN: Delivery mode' in lines
    assert tomllib.loads(text)["columns"] == {"employer": "Company", "mode": ""}


def test_all_that_was_found_is_there():
    content = tomllib.loads(
        render(
            proposal(
                sheet="Sites",
                header_row=3,
                blank=("N/A",),
                id_columns=("Company", "Post Code"),
                key="every one of the 2 rows has its own",
                dates=Dates(("%d/%m/%Y", "%d %B %Y"), "all fit", sound=True),
                values={"sensitive": {"t": ("yes", "a known word")}},
            )
        )
    )

    assert content == {
        "name": "example",
        "table": "sites",
        "source": "members.xlsx",
        "sheet": "Sites",
        "header_row": 3,
        "blank": ["N/A"],
        "columns": {"employer": "Company"},
        "id": {"columns": ["Company", "Post Code"]},
        "formats": {"date": ["%d/%m/%Y", "%d %B %Y"]},
        "values": {"sensitive": {"t": "yes"}},
    }


def test_text_of_the_file_breaks_out_of_no_line():
    text = render(
        proposal(
            file=HOSTILE,
            sheet=HOSTILE,
            matches=(Match("employer", HOSTILE, HOSTILE, HOSTILE),),
            values={"sensitive": {HOSTILE: (HOSTILE, HOSTILE)}},
            unused=((HOSTILE, HOSTILE),),
            personal=(HOSTILE,),
            dates=Dates(("%d",), HOSTILE, sound=True),
        )
    )
    content = tomllib.loads(text)

    assert content["columns"] == {"employer": HOSTILE}
    assert content["values"] == {"sensitive": {HOSTILE: HOSTILE}}
    assert "id" not in content


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_is_quoted_and_read_back(text):
    assert tomllib.loads(f"x = {quoted(text)}") == {"x": text}

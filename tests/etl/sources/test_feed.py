"""What a file says, table by table: no row may be in none of them."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.errors import CountError
from etl.rejects import make_rejects
from etl.sources.feed import Feed, Part, no_lines


def part(*lines, also=None):
    index = pd.Index(lines, name="line", dtype="int64")
    cells = pd.DataFrame({"ukprn": [str(line) for line in lines]}, index=index, dtype="str")
    return Part("providers", cells, also=no_lines() if also is None else also)


def refused(*lines):
    return make_rejects(lines, field="", rule="r", values=["v"] * len(lines), suggestions="s")


def feed(read, *parts, **rest):
    return Feed("a.csv", "0" * 64, "the only one", read, parts, **rest)


def test_a_part_rests_on_the_lines_of_its_rows_and_on_those_that_say_them_again():
    also = pd.Series([2], index=pd.Index([5], name="line"))

    assert part(2, 3, also=also).lines() == {2, 3, 5}
    assert part().lines() == set()


def test_every_row_is_kept_refused_or_set_aside():
    whole = feed(6, part(2, 3), part(3, 4), rejects=refused(5), set_aside={"another trade": 2})

    assert whole.read == 6


@pytest.mark.parametrize(
    ("read", "refused_lines", "aside"),
    [(3, (), 0), (1, (), 0), (2, (3,), 0), (2, (), 1), (4, (5, 5), 0)],
    ids=["lost", "invented", "kept and refused", "counted twice", "refused twice"],
)
def test_a_row_that_went_astray_stops_everything(read, refused_lines, aside):
    with pytest.raises(CountError, match=f"of {read} rows"):
        feed(read, part(2, 3), rejects=refused(*refused_lines), set_aside={"aside": aside})


def test_a_file_without_rows_is_a_feed():
    assert feed(0).rejects.empty

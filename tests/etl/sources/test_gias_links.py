"""The links of establishments: pairs without repetition, and circles told."""

from __future__ import annotations

import pandas as pd
import pytest
from feeds import turned, without
from hypothesis import given
from hypothesis import strategies as st
from public_samples import gias_links as samples

from etl.errors import ColumnsError, CountError, SourceError
from etl.rejects import join_rejects
from etl.sources.gias_links import NO_SUCCESSION, Links, read_links

HEADER = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate"
BACK = {"Successor": "Predecessor", "Predecessor": "Successor"}


@pytest.fixture
def path(tmp_path):
    return samples.write(tmp_path)[0]


def written(folder, lines):
    path = folder / "links.csv"
    path.write_text("\r\n".join([HEADER, *lines]) + "\r\n", encoding="ascii", newline="")
    return path


def test_each_pair_stands_once_with_kind_and_day(path):
    assert read_links(path).pairs.to_numpy().tolist() == [
        ["100010", "100011", "split", "2019-08-31"],
        ["100010", "100012", "split", "2019-08-31"],
        ["130991", "139001", "amalgamated", ""],
        ["130997", "130999", "amalgamated", "2001-09-01"],
        ["130998", "130999", "merged", "2018-08-01"],
    ]


def test_every_row_is_accounted_for(path):
    links = read_links(path)

    assert (links.read, links.also, len(links.rejects)) == (13, 2, 5)
    assert links.set_aside == {NO_SUCCESSION: 1}
    assert "1 pair(s) have two days; the earlier is kept." in links.notes
    assert any("Windows-1252" in note for note in links.notes)


def test_circles_are_told_with_their_members(path):
    rejects = read_links(path).rejects
    circles = rejects[rejects["rule"] == "circle"]

    assert circles.set_index("line")["value"].to_dict() == {
        10: "100013, 100014, 100015",
        11: "100013, 100014, 100015",
        12: "100013, 100014, 100015",
        13: "100016",
    }
    assert rejects.loc[rejects["rule"] == "URN", "line"].tolist() == [14]


def test_the_order_of_columns_counts_not(path):
    one, other = read_links(path), read_links(turned(path, "URN", "cp1252"))

    pd.testing.assert_frame_equal(one.pairs, other.pairs)
    pd.testing.assert_frame_equal(one.rejects, other.rejects)


@pytest.mark.parametrize("heading", ["LinkType", "LinkEstablishedDate"])
def test_a_missing_column_is_named(path, heading):
    with pytest.raises(ColumnsError, match=f"lacks the column '{heading}'"):
        read_links(without(path, heading, "cp1252"))


def test_another_file_is_not_read(tmp_path):
    path = tmp_path / "links.csv"
    path.write_text("URN,Name\n1,A\n", encoding="ascii")

    with pytest.raises(SourceError, match="no columns URN and LinkURN"):
        read_links(path)


def test_a_file_without_succession_has_no_pairs(tmp_path):
    links = read_links(written(tmp_path, ["100001,100002,A,Other,"]))

    assert links.pairs.empty
    assert list(links.pairs.columns) == ["predecessor", "successor", "kind", "day"]
    assert links.rejects.empty


def test_a_row_that_went_astray_stops_everything():
    with pytest.raises(CountError, match="Of 2 links 0"):
        Links(pd.DataFrame(), read=2, also=0, rejects=join_rejects([]))


URNS = st.sampled_from([f"10000{digit}" for digit in range(6)])
LINKS = st.lists(st.tuples(URNS, URNS, st.sampled_from(sorted(BACK))), min_size=1, max_size=12)


@given(LINKS)
def test_the_other_end_adds_nothing_and_no_circle_is_left(tmp_path_factory, links):
    folder = tmp_path_factory.mktemp("links")
    one_end = [f"{a},{b},N,{kind},01-09-2020" for a, b, kind in links]
    both_ends = [*one_end, *(f"{b},{a},N,{BACK[kind]},01-09-2020" for a, b, kind in links)]

    once, twice = (read_links(written(folder, lines)).pairs for lines in (one_end, both_ends))

    pd.testing.assert_frame_equal(once, twice)
    reached = {start: set(group["successor"]) for start, group in once.groupby("predecessor")}
    for start, next_to in reached.items():
        seen, ahead = set(), list(next_to)
        while ahead:
            at = ahead.pop()
            if at not in seen:
                seen.add(at)
                ahead += reached.get(at, ())
        assert start not in seen

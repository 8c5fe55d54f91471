"""The legend: words and numbers for every symbol."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest

from geo.gaps import GapClass
from geo.maps.legend import CIRCLE, cluster_legend, gap_legend, key, notes, venue_legend
from geo.maps.palette import GAP_SYMBOLS


class Rows(HTMLParser):
    """The texts of table rows, and which sections are hidden."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.hidden = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag == "section":
            self.hidden.append("hidden" in dict(attrs))

    def handle_data(self, data):
        if self.rows and data.strip():
            self.rows[-1].append(data.strip())


def coverage(rows):
    return pd.DataFrame(rows, columns=["programme_code", "gap_class", "demand"])


def test_a_section_a_programme_counts_sites_and_demand_and_the_first_is_shown():
    sites = coverage([("p1", "covered", 1.25), ("p1", "covered", 1200.0), ("p2", "no_reach", 3.0)])

    found = Rows(gap_legend(sites, {"p1": "One", "p2": "Two"}))

    assert found.hidden == [False, True]
    assert ["Covered: enough places within reach", "2", "1,201.25"] in found.rows
    assert ["Nothing within reach", "1", "3.00"] in found.rows


def test_unknown_demand_is_said_and_is_no_zero():
    sites = coverage([("p", "covered", 2.0), ("p", "covered", None), ("p", "no_reach", None)])

    html = gap_legend(sites, {"p": "One"})

    assert ["Covered: enough places within reach", "2", "2.00"] in Rows(html).rows
    assert ["Nothing within reach", "1", "unknown"] in [row[:3] for row in Rows(html).rows]
    assert "demand is unknown, not in the sums: 2." in html


def test_every_class_is_listed_though_no_site_has_it():
    rows = Rows(gap_legend(coverage([]), {"p": "One"})).rows

    assert [GAP_SYMBOLS[kind].label for kind in GapClass] == [row[0] for row in rows[1:]]


@pytest.mark.parametrize(
    ("legend", "kind", "row"),
    [
        (venue_legend, "could_deliver", ["Could deliver", "2"]),
        (cluster_legend, "emerging", ["Emerging: many employers, few jobs", "2"]),
    ],
)
def test_venues_and_clusters_are_counted_by_class(legend, kind, row):
    assert row in Rows(legend(pd.Series([kind, kind]))).rows
    assert [row[0], "0"] in Rows(legend(pd.Series([], dtype="str"))).rows


def test_outside_text_is_escaped(hostile):
    html = gap_legend(hostile.sites, hostile.programmes) + notes(
        hostile.caption.assumptions, heading="Assumptions"
    )

    assert "<script" not in html
    assert "&lt;/script&gt;&lt;script&gt;" in html


def test_no_notes_have_no_heading():
    assert notes((), heading="Assumptions") == ""


def test_the_symbol_of_unknown_is_hollow_and_dashed():
    drawn = key(GAP_SYMBOLS[GapClass.UNKNOWN], CIRCLE)

    assert 'fill="none"' in drawn
    assert 'stroke-dasharray="2 2"' in drawn

"""What the page of the data shows, from reports made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.services.data_quality import DataQuality, FileQuality, SourceQuality, TableQuality
from app.services.disagreements import Disagreement, Disagreements, Example
from app.services.loads import LoadCounts
from app.web.data_views import (
    attributions,
    disagreement_lines,
    field_tables,
    places_lines,
    precision_headings,
    reject_lines,
    terms_of,
)
from geo.types import PrecisionClass

SOURCE = SourceQuality(
    source="a", title="List A", licence=None, strength=4, table="sites", loads=1, load_id=1,
    file="a.csv", rows=4, rejected=1, rejected_by_rule={"choice": 1}, precision={}, standing=3,
    partial=0, as_at=None, as_at_oldest=None, retrieved_on=None, age_days=None,
    filled={"employer": 1.0},
)  # fmt: skip
COUNTS = LoadCounts(3, 0, 3, rejected_by_rule={"choice": 1}, set_aside={"elsewhere": 2})
SITES = TableQuality("sites", 4, {"employer": 1.0, "name": 0.0}, {"postcode_unit": 3, "unknown": 1})
DIFFER = Disagreement(
    "demand", "places", "a", "b", 4, 3, 0, (Example("S\x1fP\x1fn", "1", "2", "b"),)
)


@pytest.fixture
def quality():
    return DataQuality(
        day=None,
        illustrative=False,
        sources=(SOURCE, replace(SOURCE, source="b", title="List B", filled={"name": 0.5})),
        files=(FileQuality(1, "a", "List A", "a.csv", 6, COUNTS),),
        tables=(SITES, replace(SITES, table="offers", precision={})),
        disagreements=Disagreements(9, (DIFFER, replace(DIFFER, field="basis", differ=4))),
    )


def test_rejects_are_told_by_rule_whether_listed_or_only_counted(quality):
    told = [(line.rule, line.rows, line.listed) for line in reject_lines(quality)]

    assert told == [("choice", 1, True), ("elsewhere", 2, False)]


def test_places_are_a_bar_that_fills_its_whole_width(quality):
    [line] = places_lines(quality)

    assert line.counts == (0, 3, 0, 0, 0, 0, 1)
    assert [(part.name, part.start, part.width) for part in line.bar] == [
        ("postcode_unit", 0.0, 75.0),
        ("unknown", 75.0, 25.0),
    ]
    assert [name for name, _ in precision_headings()] == list(PrecisionClass)


def test_of_a_field_of_which_a_source_does_not_speak_nothing_is_told(quality):
    sites, offers = field_tables(quality)

    assert sites.sources == ("a", "b")
    assert [(one.field, one.share, one.by_source) for one in sites.lines] == [
        ("employer", 1.0, (1.0, None)),
        ("name", 0.0, (None, 0.5)),
    ]
    assert offers.sources == ()


def test_the_commonest_disagreement_stands_first(quality):
    first, second = disagreement_lines(quality)

    assert [(one.field, one.differ, one.share) for one in (first, second)] == [
        ("basis", 4, 1.0), ("places", 3, 0.75)
    ]  # fmt: skip
    [example] = second.examples
    assert (example.row_id, example.counts) == ("S | P | n", "b")
    assert example.said == (("a", "1"), ("b", "2"))


def test_every_source_stands_once_with_its_terms(quality):
    again = replace(SOURCE, table="demand")
    terms = terms_of(replace(quality, sources=(*quality.sources, again)))

    assert [(one.title, one.strength, one.tables) for one in terms] == [
        ("List A", "register", ("sites", "demand")),
        ("List B", "register", ("sites",)),
    ]


@pytest.mark.parametrize(
    ("licence", "told"), [("OGL v3", 1), ("OGL-UK-3.0", 1), ("CC-BY-4.0", 0), (None, 0)]
)
def test_what_a_licence_asks_for_is_said_once(quality, licence, told):
    sources = tuple(replace(one, licence=licence) for one in quality.sources)

    assert len(attributions(replace(quality, sources=sources))) == told

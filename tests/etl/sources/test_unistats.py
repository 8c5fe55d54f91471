"""Places of higher education and what is taught there."""

from __future__ import annotations

import pytest
from public_samples import unistats as sample

from app.db.models import Offer, Venue
from etl.clean.rows import clean_rows
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS
from etl.sources.tabular import RawTable
from etl.sources.unistats import LISTED, SECOND_FILE_FROM, read, recognise

LAYOUTS = [
    "locations, layout of 2016",
    "locations, layout of 2025",
    "courses and their locations",
    "locations, layout of 2025 and courses and their locations",
]


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    """Read the samples: locations then and now, courses, the archive."""
    return [read(Probe(path)) for path in sample.write(tmp_path_factory.mktemp("unistats"))]


def cleaned(part, model):
    return clean_rows(RawTable("a.csv", "0" * 64, part.cells, join_rejects([])), model)


def test_files_and_archive_are_told_apart_and_are_no_other_format(tmp_path):
    probes = [Probe(path) for path in sample.write(tmp_path)]

    assert [recognise(probe) for probe in probes] == LAYOUTS
    assert {detect(probe, FORMATS).name for probe in probes} == {"unistats"}


def test_every_row_is_kept_refused_or_set_aside(feeds):
    assert [feed.read for feed in feeds] == [5, 5, 7, 12]
    assert [len(feed.rejects) for feed in feeds] == [0, 0, 1, 1]
    assert [sum(feed.set_aside.values()) for feed in feeds] == [1, 1, 2, 3]
    assert [feed.layout for feed in feeds] == LAYOUTS


def test_both_generations_give_the_same_venues(feeds):
    old, new = (feed.parts[0].cells for feed in feeds[:2])

    assert old.equals(new)
    assert new["venue_id"].tolist() == [
        "discover-uni-99900031-A",
        "discover-uni-99900031-AB",
        "discover-uni-99900032-A",
        "discover-uni-99900032-N",
    ]


def test_names_are_text_and_welsh_where_there_is_no_other(feeds):
    assert feeds[0].parts[0].cells["name"].tolist() == [
        "Science & Arts Campus",
        "Partner College",
        "Campws y Bae",
        "Tyne Building",
    ]


def test_the_place_of_a_franchise_belongs_to_the_one_that_teaches_there(feeds):
    venues = feeds[0].parts[0].cells.set_index("venue_id")["ukprn"]

    assert venues["discover-uni-99900031-AB"] == "99900032"
    assert venues["discover-uni-99900031-A"] == "99900031"
    assert feeds[0].notes[-1].endswith("the one that teaches there: 1.")


def test_places_abroad_are_counted(feeds):
    assert dict(feeds[0].set_aside) == {"a place outside the United Kingdom": 1}


def test_places_matter_where_a_course_or_a_provider_of_the_register_does(feeds):
    alone, together = feeds[1].parts[0], feeds[3].parts[0]

    assert (alone.scope, alone.only_referred) == (("ukprn",), False)
    assert (together.scope, together.only_referred) == ((), True)


def test_part_time_courses_are_offers_of_unknown_status(feeds):
    offers = feeds[2].parts[0]

    assert offers.cells[["venue_id", "programme_code"]].to_numpy().tolist() == [
        ["discover-uni-99900031-A", "FDSC-LAB"],
        ["discover-uni-99900031-AB", "FDSC-BIO"],
        ["discover-uni-99900032-N", "BSC-CHEM"],
    ]
    assert offers.also.to_dict() == {3: 2}
    assert set(offers.cells["mode"]) == {"day_release"}
    assert set(offers.cells["status"]) == {"unknown"}
    assert set(offers.cells["source"]) == {LISTED}
    assert offers.scope == ("programme_code",)
    assert feeds[2].rejects["value"].tolist() == ["9"]


def test_lines_of_an_archive_are_those_of_one_file_each(feeds):
    venues, offers = feeds[3].parts

    assert max(venues.lines()) <= SECOND_FILE_FROM < min(offers.lines())
    assert (offers.cells.index - SECOND_FILE_FROM).tolist() == [2, 5, 6]
    assert set(offers.cells["venue_id"]) <= set(venues.cells["venue_id"])
    assert feeds[3].rejects["line"].tolist() == [SECOND_FILE_FROM + 8]
    assert "COURSELOCATION.csv" in feeds[3].notes[-1]


def test_the_register_takes_what_is_read(feeds):
    assert cleaned(feeds[3].parts[0], Venue).rejects.empty
    assert cleaned(feeds[3].parts[1], Offer).rejects.empty


def test_a_file_of_anything_else_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("UKPRN,LOCID\n1,A\n")

    assert recognise(Probe(tmp_path / "other.csv")) is None
    with pytest.raises(SourceError, match="neither"):
        read(Probe(tmp_path / "other.csv"))

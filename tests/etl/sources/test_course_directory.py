"""The course directory becomes venues, offers of unknown status, and providers."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from canaries import CANARIES
from public_samples import course_directory as sample

from app.db.models import Offer, Provider, Venue
from etl.clean.areas import check_delivery_areas
from etl.clean.rows import clean_rows
from etl.errors import SourceError
from etl.geocode import geocode
from etl.rejects import join_rejects
from etl.sources.course_directory import COURSES, LISTED, PROVIDERS, read, recognise
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS
from etl.sources.tabular import RawTable


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    """Read the samples: courses now and formerly, and providers."""
    return [read(Probe(path)) for path in sample.write(tmp_path_factory.mktemp("courses"))]


@pytest.fixture(scope="module")
def venues(feeds):
    return feeds[0].parts[0]


@pytest.fixture(scope="module")
def offers(feeds):
    return feeds[0].parts[1]


def cleaned(part, model):
    return clean_rows(RawTable("a.csv", "0" * 64, part.cells, join_rejects([])), model)


def test_the_reports_are_told_apart_and_are_no_other_format(tmp_path):
    probes = [Probe(path) for path in sample.write(tmp_path)]

    assert [recognise(probe) for probe in probes] == [COURSES, COURSES, PROVIDERS]
    assert {detect(probe, FORMATS).name for probe in probes} == {"course-directory"}


def test_every_run_is_kept_refused_or_set_aside(feeds, offers):
    courses = feeds[0]

    assert (courses.read, len(offers.lines()), len(courses.rejects)) == (15, 10, 3)
    assert list(courses.set_aside.values()) == [1, 1]
    assert courses.as_at == date(2026, 7, 27)


def test_many_runs_make_one_offer(offers):
    first = offers.cells.index[0]

    assert offers.also.tolist()[0] == first
    assert not offers.cells.duplicated(["venue_id", "programme_code", "mode"]).any()
    assert offers.scope == ("programme_code",)


def test_how_a_course_is_delivered_says_how_one_can_train(offers):
    assert offers.cells["mode"].tolist() == [
        "day_release",
        "evening",
        "day_release",
        "e_learning",
        "workplace",
        "workplace",
        "blended",
        "evening",
    ]


def test_listed_is_not_delivered(offers):
    assert set(offers.cells["status"]) == {"unknown"}
    assert set(offers.cells["source"]) == {LISTED}
    assert set(offers.cells["as_at"]) == {"2026-07-27"}


def test_a_venue_is_a_provider_with_a_name_and_a_postcode(venues):
    rows = venues.cells.reset_index()

    assert rows["name"].tolist() == [
        "Main Campus",
        "Science Wing",
        "Online",
        "At the workplace",
        "At the workplace",
        "NE1 7RU",
        "Main Campus",
    ]
    assert venues.cells["venue_id"].is_unique
    assert venues.only_referred
    assert rows.loc[0, ["ukprn", "postcode", "latitude", "longitude"]].tolist() == [
        "99900011",
        "CB1 2HR",
        "52.1951",
        "0.1313",
    ]


def test_the_same_venue_has_the_same_id_in_the_next_report(feeds, venues):
    assert feeds[1].parts[0].cells["venue_id"].tolist() == venues.cells["venue_id"].tolist()
    assert feeds[1].as_at == date(2022, 9, 1)


def test_what_is_taught_at_the_workplace_declares_its_area(venues):
    areas = venues.cells["delivery_area"].tolist()
    cambridgeshire = [f"E07{number:06}" for number in range(8, 13)]

    assert areas == ["", "", "", "England", ";".join(["E06000032", *cambridgeshire]), "", ""]


def test_what_does_not_say_how_or_where_is_refused(feeds):
    rejects = feeds[0].rejects

    assert rejects["rule"].tolist() == ["unknown mode", "no attendance", "no location"]
    assert rejects["value"].tolist() == ["0", "", ""]


def test_the_register_takes_what_is_read(feeds, venues, offers):
    assert cleaned(venues, Venue).rejects.empty
    assert cleaned(offers, Offer).rejects.empty
    assert cleaned(feeds[2].parts[0], Provider).rejects.empty


def test_swapped_coordinates_are_found_by_the_postcode(venues, gazetteer, authorities):
    rows = cleaned(venues, Venue).rows
    placed = geocode(rows, gazetteer, authorities).rows.set_index("name")

    wing = placed.loc["Science Wing"]
    assert (round(wing.geometry.y, 1), round(wing.geometry.x, 1)) == (51.9, -0.2)
    assert wing["precision_class"] != "exact"
    assert placed.loc["Online"].geometry is None


def test_areas_that_are_declared_are_known(venues):
    codes = ["E06000032", *(f"E07{number:06}" for number in range(8, 13))]
    authorities = pd.DataFrame(
        {
            "authority_code": codes,
            "authority": codes,
            "region": "East of England",
            "nation": "England",
        }
    )

    assert check_delivery_areas(cleaned(venues, Venue).rows, authorities).empty


def test_providers_are_organisations_with_pages(feeds):
    [providers] = feeds[2].parts

    assert providers.cells["name"].tolist() == ["Example Fen College", "EXAMPLE TYNE TRAINING"]
    assert providers.cells["website"].tolist() == ["https://fen.example/", ""]


def test_nobody_is_read(feeds):
    told = " ".join(
        part.cells.to_csv() + feed.rejects.to_csv() + repr(feed)
        for feed in feeds
        for part in feed.parts
    )

    assert [word for word in CANARIES if word.casefold() in told.casefold()] == []


def test_a_file_of_anything_else_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("PROVIDER_UKPRN,NAME\n1,A\n")

    with pytest.raises(SourceError, match="no report"):
        read(Probe(tmp_path / "other.csv"))


def test_a_name_without_a_day_says_no_day(tmp_path):
    path = sample.write(tmp_path)[2]

    for name in ("providers.csv", "report-20261399.csv"):
        renamed = path.rename(tmp_path / name)
        assert read(Probe(renamed)).as_at is None
        path = renamed


def test_a_report_of_which_nothing_is_kept_has_empty_parts(tmp_path):
    path = sample.write(tmp_path)[0]
    lines = path.read_text(encoding="utf-8").replace(",60199901,", ",,").replace(",60199902,", ",,")
    path.write_text(lines.replace(",60199903,", ",,"), encoding="utf-8")

    found = read(Probe(path))

    assert [len(part.lines()) for part in found.parts] == [0, 0]
    assert found.read == 15

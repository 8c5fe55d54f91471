"""Documents of the API become programmes, providers, venues, offers and achievements."""

from __future__ import annotations

import json
from datetime import date

import pytest
from canaries import CANARIES
from public_samples import find_apprenticeship as sample

from etl.clean.rows import clean_rows
from etl.errors import SourceError
from etl.geocode import geocode
from etl.rejects import join_rejects
from etl.sources.find_apprenticeship import FETCHED, LISTED, read, recognise
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS
from etl.sources.tabular import RawTable
from etl.tables import model_of


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    """Read every sample, by the name of its file."""
    paths = sample.write(tmp_path_factory.mktemp("training"))
    return {path.stem: read(Probe(path)) for path in paths}


def parts(feed):
    return {part.table: part for part in feed.parts}


def cleaned(part):
    raw = RawTable("a.json", "0" * 64, part.cells, join_rejects([]))
    return clean_rows(raw, model_of(part.table))


def test_every_document_is_told_and_is_no_other_format(tmp_path):
    for path in sample.write(tmp_path):
        assert detect(Probe(path), FORMATS).name == "find-apprenticeship"
    assert recognise(Probe(tmp_path / "fetched.json")) == FETCHED


def test_every_statement_of_a_fetched_file_is_counted(feeds):
    fetched = feeds["fetched"]
    kept = set().union(*(part.lines() for part in fetched.parts))

    assert fetched.read == len(kept) + sum(fetched.set_aside.values())
    assert fetched.read == 20
    assert dict(fetched.set_aside) == {
        "a place without its address, which only the page of one provider has": 2,
        "a place of which no way of delivery is stated": 1,
        "a course of which the file says nothing else": 1,
    }
    assert fetched.as_at == date(2026, 6, 30)


def test_a_fetched_file_brings_the_programmes_that_were_asked_for(feeds):
    programmes = parts(feeds["fetched"])["programmes"]

    assert programmes.cells[["programme_code", "title", "level_rqf", "pathway"]].to_numpy()[
        0
    ].tolist() == ["ST9248", "Example lab technician", "3", "Health and science"]
    assert len(programmes.cells) == 1
    assert len(programmes.also) == 3


def test_a_list_of_courses_brings_all_of_them(feeds):
    assert parts(feeds["new-courses"])["programmes"].cells["programme_code"].tolist() == [
        "ST9248",
        "ST9247",
    ]


def test_a_standard_named_by_its_lars_code_only_says_so(feeds):
    old = feeds["course-provider"]

    assert parts(old)["offers"].cells["programme_code"].unique().tolist() == ["LARS-9014"]
    assert any("LARS-9014" in note for note in old.notes)
    assert not any("LARS-" in note for note in feeds["fetched"].notes)


def test_rates_are_shares_and_the_withheld_and_the_national_ones_are_told(feeds):
    part = parts(feeds["fetched"])["achievements"]
    rows = cleaned(part).rows.set_index("ukprn", append=True).droplevel(0)

    assert rows.loc["99900021", ["rate", "leavers", "suppressed"]].tolist() == [0.098, 40, False]
    assert rows.loc["99900022", "suppressed"]
    assert rows["rate"].isna().sum() == 1
    [national] = cleaned(part).rows.query("ukprn.isna()").to_dict("records")
    assert (national["rate"], national["leavers"], national["year"]) == (0.577, 350, "2024/25")


def test_one_hundred_is_all_and_not_less_than_fifty(feeds):
    rates = cleaned(parts(feeds["new-provider"])["achievements"]).rows["rate"]

    assert rates.tolist() == [1.0, 0.577]


def test_rates_of_a_subject_area_are_no_rates_of_a_course(feeds):
    for name in ("course-provider", "course-providers", "shortlist"):
        assert parts(feeds[name])["achievements"].cells.empty
        assert any("sector subject area" in note for note in feeds[name].notes)


def test_listed_is_not_delivered(feeds):
    offers = parts(feeds["fetched"])["offers"]

    assert set(offers.cells["status"]) == {"unknown"}
    assert set(offers.cells["source"]) == {LISTED}
    assert set(offers.cells["as_at"]) == {"2026-06-30"}
    assert offers.scope == ("programme_code",)
    assert offers.cells["mode"].tolist() == [
        "day_release",
        "block_daily",
        "workplace",
        "e_learning",
        "workplace",
    ]


def test_a_place_named_twice_is_one_venue(feeds):
    venues = parts(feeds["course-provider"])["venues"]

    assert venues.cells["name"].tolist() == [
        "At the workplace",
        "At the workplace",
        "Fens Laboratory",
    ]
    assert venues.also.tolist() == [venues.cells.index[2]]
    assert venues.only_referred


def test_swapped_coordinates_are_found_by_the_postcode(feeds, gazetteer, authorities):
    rows = cleaned(parts(feeds["new-provider"])["venues"]).rows
    placed = geocode(rows, gazetteer, authorities).rows.set_index("name")

    laboratory = placed.loc["Fens Laboratory"]
    assert (round(laboratory.geometry.y, 1), round(laboratory.geometry.x, 1)) == (52.2, 0.1)


def test_the_register_takes_what_is_read(feeds):
    for name, feed in feeds.items():
        for part in feed.parts:
            assert cleaned(part).rejects.empty, (name, part.table)


def test_nobody_is_read(feeds):
    told = " ".join(
        part.cells.to_csv() + repr(feed) for feed in feeds.values() for part in feed.parts
    )

    assert [word for word in CANARIES if word.casefold() in told.casefold()] == []


@pytest.mark.parametrize(
    "document",
    [
        {"fetched": {}, "documents": [1]},
        {"fetched": {}, "documents": 1},
        {"fetched": {}},
        {"a": 1},
        [],
    ],
)
def test_anything_else_is_refused(tmp_path, document):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(document), encoding="utf-8")

    assert recognise(Probe(path)) is None
    with pytest.raises(SourceError, match="no document"):
        read(Probe(path))


def test_a_fetched_file_that_does_not_say_when_has_no_day(tmp_path):
    path = tmp_path / "fetched.json"
    for fetched in ({"on": "today"}, {}, None):
        path.write_text(json.dumps(sample.FETCHED | {"fetched": fetched}), encoding="utf-8")
        assert read(Probe(path)).as_at is None


def test_a_year_that_is_none_is_refused_by_cleaning(tmp_path):
    page = sample.FENS_PAGE | {"qar": sample.FENS_PAGE["qar"] | {"period": "24"}}
    path = tmp_path / "page.json"
    path.write_text(json.dumps(page), encoding="utf-8")

    refused = cleaned(parts(read(Probe(path)))["achievements"]).rejects

    assert set(refused["field"]) == {"year"}

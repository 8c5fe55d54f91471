"""Tables of achievement rates: numbers in the right band, and what is withheld said."""

from __future__ import annotations

import zipfile

import pytest
from public_samples import achievement_rates as sample

from app.db.models import Achievement
from etl.clean.rows import clean_rows
from etl.errors import SourceError
from etl.rejects import join_rejects
from etl.sources.achievement_rates import NATIONAL_QAR, QAR, STATISTICS, read, recognise
from etl.sources.formats import detect
from etl.sources.probe import Probe
from etl.sources.registry import FORMATS
from etl.sources.tabular import RawTable


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    """Read the samples: the statistics' table, and the training register's two."""
    return [read(Probe(path)) for path in sample.write(tmp_path_factory.mktemp("rates"))]


def cleaned(feed):
    raw = RawTable(feed.name, feed.sha256, feed.parts[0].cells, join_rejects([]))
    return clean_rows(raw, Achievement)


def test_the_layouts_are_told_apart_and_are_no_other_format(tmp_path):
    probes = [Probe(path) for path in sample.write(tmp_path)]

    assert [recognise(probe) for probe in probes] == [STATISTICS, QAR, NATIONAL_QAR]
    assert {detect(probe, FORMATS).name for probe in probes} == {"achievement-rates"}


def test_of_the_statistics_the_totals_by_standard_are_read(feeds):
    statistics = feeds[0]

    assert (statistics.read, len(statistics.parts[0].cells)) == (10, 4)
    assert list(statistics.set_aside.values()) == [3, 2]
    rows = cleaned(statistics).rows
    assert rows["ukprn"].fillna("national").tolist() == [
        "99900041",
        "99900041",
        "99900042",
        "national",
    ]
    assert rows["year"].tolist() == ["2024/25", "2023/24", "2024/25", "2024/25"]
    assert rows["rate"].fillna(-1.0).tolist() == [1.0, 0.098, -1.0, 0.577]
    assert rows["leavers"].fillna(-1).tolist() == [60, 40, -1, 350]
    assert rows["suppressed"].tolist() == [False, False, True, False]
    assert set(rows["programme_code"]) == {"ST9248"}


def test_a_year_that_is_none_is_refused(feeds):
    [refused] = feeds[0].rejects.to_dict("records")

    assert (refused["field"], refused["rule"], refused["value"]) == (
        "year",
        "academic year",
        "2025",
    )


def test_rates_that_were_compared_as_text_are_numbers(feeds):
    found = cleaned(feeds[1])
    rows = found.rows.set_index("ukprn")

    assert rows["rate"].dropna().to_dict() == {
        "99900051": 1.0,
        "99900052": 1.0,
        "99900053": 0.098,
        "99900054": 0.075,
        "99900055": 0.5,
        "99900056": 0.6,
        "99900057": 0.7,
    }
    # As text, "100.0" and "100" stand before "50", and "9.8" and "7.5" after it.
    below = rows.index[rows["rate"] < 0.5].tolist()
    above = rows.index[rows["rate"] > 0.7].tolist()
    assert (below, above) == (["99900053", "99900054"], ["99900051", "99900052"])


def test_what_is_withheld_is_unknown_and_said(feeds):
    rows = cleaned(feeds[1]).rows.set_index("ukprn")

    assert rows.index[rows["suppressed"]].tolist() == ["99900058", "99900059", "99900060"]
    assert rows.loc["99900058":"99900061", "rate"].isna().all()
    assert rows.loc["99900059", "leavers"] == 10
    assert not rows.loc["99900061", "suppressed"]


def test_words_in_the_place_of_a_rate_are_refused(feeds):
    [refused] = cleaned(feeds[1]).rejects.to_dict("records")

    assert (refused["field"], refused["value"]) == ("rate", "about 60")


def test_without_a_provider_a_rate_is_the_nations(feeds):
    rows = cleaned(feeds[2]).rows

    assert rows["ukprn"].isna().all()
    assert rows["rate"].iloc[0] == 0.577
    assert rows["suppressed"].tolist() == [False, True]


def test_rates_of_other_sectors_are_out_of_scope(feeds):
    assert {feed.parts[0].scope for feed in feeds} == {("programme_code",)}


def test_a_table_in_an_archive_is_read_too(tmp_path, feeds):
    path = sample.write(tmp_path)[0]
    archive = tmp_path / "rates.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(path, "data/rates.csv")

    assert read(Probe(archive)).parts[0].cells.equals(feeds[0].parts[0].cells)


def test_a_file_of_anything_else_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("Ukprn,AchievementRate\n1,50\n")

    assert recognise(Probe(tmp_path / "other.csv")) is None
    with pytest.raises(SourceError, match="no table"):
        read(Probe(tmp_path / "other.csv"))

"""The report: counts that must add up, and its lines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import CountError
from etl.rejects import join_rejects, make_rejects
from etl.report import Distances, LoadReport, summarise

COUNTS = st.integers(0, 5)


def make_report(*, read=4, inserted=1, updated=1, unchanged=0, rejected=2, listed=2, **rest):
    rejects = make_rejects(
        range(listed), field="name", rule="required", values=[""] * listed, suggestions="fill in"
    )
    return LoadReport(
        table="sites",
        file="sites.csv",
        read=read,
        inserted=inserted,
        updated=updated,
        unchanged=unchanged,
        rejected=rejected,
        rejects=join_rejects([rejects]),
        **rest,
    )


@settings(deadline=None)
@given(read=COUNTS, inserted=COUNTS, updated=COUNTS, unchanged=COUNTS, rejected=COUNTS)
def test_counts_that_do_not_add_up_are_refused(read, inserted, updated, unchanged, rejected):
    counts = {
        "read": read,
        "inserted": inserted,
        "updated": updated,
        "unchanged": unchanged,
        "rejected": rejected,
    }
    if read == inserted + updated + unchanged + rejected:
        assert make_report(**counts, listed=rejected).loaded == inserted + updated
    else:
        with pytest.raises(CountError, match=r"sites\.csv"):
            make_report(**counts, listed=rejected)


def test_every_rejected_row_must_be_listed():
    with pytest.raises(CountError, match="1 listed"):
        make_report(listed=1)


def test_lines_say_what_happened():
    report = make_report(
        rejects_file=Path("sites.csv.sites.rejects.csv"),
        notes=("A note.",),
        distances=Distances(rows=3, median_metres=23.4, p90_metres=1690.0),
    )

    assert report.lines() == [
        "sites from sites.csv: read 4, loaded 2 (1 new, 1 changed), unchanged 0, rejected 2.",
        "  Rejected, required: 2.",
        (
            "  Given coordinates lie 23 m (median) and 1,690 m (90th percentile) from the "
            "postcode's point, in 3 rows."
        ),
        "  The rejected rows are in sites.csv.sites.rejects.csv.",
        "  A note.",
    ]


def test_lines_of_a_clean_load_are_one():
    assert len(make_report(read=2, rejected=0, listed=0).lines()) == 1


def test_distances_are_median_and_90th_percentile():
    offsets = pd.Series([*range(0, 110, 10), float("nan")], dtype=float)

    assert summarise(offsets) == Distances(rows=11, median_metres=50, p90_metres=90)
    assert summarise(offsets.iloc[:0]) is None

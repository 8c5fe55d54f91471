"""The report: counts that must add up, and its lines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import CountError
from etl.rejects import join_rejects, make_rejects
from etl.report import Distances, LoadReport, TableReport, summarise

COUNTS = st.integers(0, 5)
KINDS = ("inserted", "updated", "evidence", "unchanged")


def table_report(*, rows=4, inserted=1, updated=1, rejected=2, **rest):
    return TableReport(
        table="sites",
        rows=rows,
        inserted=inserted,
        updated=updated,
        rejected=rejected,
        rejected_by_rule={"required": rejected} if rejected else {},
        **rest,
    )


def make_report(*, read=4, loaded=2, unchanged=0, rejected=2, **rest):
    rejects = make_rejects(
        range(2), field="name", rule="required", values=[""] * 2, suggestions="fill in"
    )
    return LoadReport(
        file="sites.csv",
        read=read,
        loaded=loaded,
        unchanged=unchanged,
        rejected=rejected,
        tables=rest.pop("tables", (table_report(),)),
        rejected_by_rule={"required": rejected} if rejected else {},
        rejects=join_rejects([rejects]),
        **rest,
    )


@given(read=COUNTS, loaded=COUNTS, unchanged=COUNTS, rejected=COUNTS)
def test_lines_that_do_not_add_up_are_refused(read, loaded, unchanged, rejected):
    counts = {"read": read, "loaded": loaded, "unchanged": unchanged, "rejected": rejected}
    if read == loaded + unchanged + rejected:
        assert make_report(**counts).loaded == loaded
    else:
        with pytest.raises(CountError, match=r"sites\.csv"):
            make_report(**counts)


@given(rows=st.integers(0, 8), rejected=COUNTS, kept=st.tuples(COUNTS, COUNTS, COUNTS, COUNTS))
def test_rows_that_do_not_add_up_are_refused(rows, rejected, kept):
    counts = dict(zip(KINDS, kept, strict=True))
    if rows == sum(kept) + rejected:
        assert table_report(rows=rows, rejected=rejected, **counts).rows == rows
    else:
        with pytest.raises(CountError, match="sites"):
            table_report(rows=rows, rejected=rejected, **counts)


def test_every_rejected_line_has_a_rule():
    with pytest.raises(CountError, match="1 by a rule"):
        LoadReport("f.csv", 2, 0, 0, 2, (), rejected_by_rule={"required": 1})
    assert LoadReport("f.csv", 2, 0, 0, 2, (), set_aside={"another trade": 2}).rejected == 2


def test_every_refused_row_has_a_rule():
    with pytest.raises(CountError, match="1 by a rule"):
        TableReport("sites", 2, rejected=2, rejected_by_rule={"required": 1})


def test_lines_say_what_happened():
    changes = pd.DataFrame(
        {
            "row_id": ["s1", "v\x1fp", "s3", "s4", "s5", "s6"],
            "field": ["employees", "status", *["name"] * 4],
            "old": ["10", None, *["a"] * 4],
            "new": ["12", "planned", *["b"] * 4],
        }
    )
    report = make_report(
        tables=(
            table_report(
                changes=changes,
                partial=1,
                distances=Distances(rows=3, median_metres=23.4, p90_metres=1690.0),
            ),
        ),
        layout="a list, layout of 2025",
        load_id=7,
        set_aside={"another trade": 0},
        rejects_file=Path("sites.csv.sites.rejects.csv"),
        notes=("A note.",),
    )

    assert report.lines() == [
        "sites.csv: read 4, loaded 2, unchanged 0, rejected 2.",
        "  It is a list, layout of 2025.",
        "  sites: 4 rows, 1 new, 1 changed, 0 unchanged, 2 refused.",
        "    Changed: name 4, employees 1, status 1.",
        "    s1: employees 10 → 12",
        "    v | p: status blank → planned",
        "    s3: name a → b",
        "    s4: name a → b",
        "    s5: name a → b",
        "    Partial, without a field that other rows fill: 1 rows.",
        (
            "    Given coordinates lie 23 m (median) and 1,690 m (90th percentile) from the "
            "postcode's point, in 3 rows."
        ),
        "  Rejected, required: 2.",
        "  Left aside, another trade: 0.",
        "  The rejected rows are in sites.csv.sites.rejects.csv.",
        "  To undo it: skillshed undo 7",
        "  A note.",
    ]


def test_the_document_holds_the_counts_and_no_row():
    document = make_report(set_aside={"another trade": 0}).document()

    assert document["tables"][0]["inserted"] == 1
    assert document["rejected_by_rule"] == {"required": 2}
    assert "rejects" not in document


def test_a_load_that_changes_nothing_says_so_in_two_lines():
    part = TableReport("sites", 2, unchanged=2)
    report = LoadReport("sites.csv", 2, 0, 2, 0, (part,))

    assert report.lines() == [
        "sites.csv: read 2, loaded 0, unchanged 2, rejected 0.",
        "  sites: 2 rows, 0 new, 0 changed, 2 unchanged, 0 refused.",
    ]


def test_distances_are_median_and_90th_percentile():
    offsets = pd.Series([*range(0, 110, 10), float("nan")], dtype=float)

    assert summarise(offsets) == Distances(rows=11, median_metres=50, p90_metres=90)
    assert summarise(offsets.iloc[:0]) is None
